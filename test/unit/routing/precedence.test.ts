import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Rule } from '../../../src/model/rule.ts';
import {
  byPrecedence,
  defaultPriority,
  ingressPriority,
  ingressSpecificity,
  specificityOf,
} from '../../../src/routing/precedence.ts';
import { anyRoute } from './arbitraries.ts';
import { parsed } from './parsed.ts';

describe('specificityOf', () => {
  const narrowestFirst = [
    'Host(`a.test`) && Path(`/x`) && Method(`GET`)',
    'Host(`a.test`) && Path(`/x`)',
    'Host(`a.test`) && PathPrefix(`/longer/than/x`)',
    'Host(`a.test`) && PathPrefix(`/x`)',
    'Host(`a.test`)',
    'Host(`*.test`) && Path(`/x`)',
    'Host(`*.test`)',
    'HostRegexp(`a`) && Path(`/x`)',
    'HostRegexp(`a`) && PathPrefix(`/x`)',
    'HostRegexp(`a`) && PathRegexp(`/x`)',
    'HostRegexp(`a`) && Method(`GET`)',
    'HostRegexp(`.test`)',
    'Path(`/x`)',
    'PathPrefix(`/longer`)',
    'Host(`a.test`) && PathPrefix(`/a`) || PathPrefix(`/`)',
    'PathRegexp(`/longer`)',
    'PathRegexp(`/x`)',
    'Method(`GET`) && Header(`a`, `b`)',
    'Method(`GET`)',
  ];
  it('puts narrower rules first', () => {
    const values = narrowestFirst.map((text) => specificityOf(parsed(text)));
    assert.deepEqual(
      values,
      [...values].sort((left, right) => right - left),
    );
    assert.equal(new Set(values).size, values.length);
  });
});

describe('byPrecedence', () => {
  it('is a total order: no two routes are equal, and it does not depend on the order they come in', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyRoute, { selector: (route) => route.id, minLength: 2, maxLength: 20 }),
        (routes) => {
          const sorted = [...routes].sort(byPrecedence);
          assert.deepEqual([...routes].reverse().sort(byPrecedence), sorted);
          for (const [index, route] of sorted.entries()) {
            const next = sorted[index + 1];
            if (next === undefined) continue;
            assert.ok(byPrecedence(route, next) < 0);
            assert.ok(byPrecedence(next, route) > 0);
          }
        },
      ),
    );
  });
});

describe('priorities', () => {
  it('count bytes, not characters', () => {
    assert.equal(defaultPriority('Path(`/é`)'), 11);
  });

  const host = (name: string): Rule => ({ kind: 'host', host: name });
  const exact = (path: string): Rule => ({ kind: 'path', path });
  const prefix = (path: string): Rule => ({ kind: 'pathPrefix', prefix: path, elements: true });
  const both = (...rules: readonly Rule[]): Rule => ({ kind: 'and', rules });
  const rank = (rule: Rule) => [ingressPriority(rule), ingressSpecificity(rule)] as const;
  const wins = (left: Rule, right: Rule) => {
    const [priority, specificity] = rank(left);
    const [otherPriority, otherSpecificity] = rank(right);
    return priority > otherPriority || (priority === otherPriority && specificity > otherSpecificity);
  };

  it('of Ingress paths let Exact win over Prefix, and the longer prefix over the shorter', () => {
    assert.ok(wins(both(host('a'), exact('/foo')), both(host('a'), prefix('/foo'))));
    assert.ok(wins(both(host('a'), exact('/foo')), both(host('a'), prefix('/foo/'))));
    assert.ok(wins(both(host('a'), prefix('/foo/bar')), both(host('a'), prefix('/foo'))));
    assert.ok(wins(both(host('a'), prefix('/foo')), both(host('a'), prefix('/'))));
    assert.ok(wins(both(host('a.b'), prefix('/')), both(host('*.b'), prefix('/'))));
    assert.ok(wins(both(host('a.b'), prefix('/')), prefix('/')));
  });

  it('of Ingress paths let a name win over a wildcard, and that over no host, however long the paths', () => {
    const long = `/${'long/'.repeat(500)}`;
    const pattern: Rule = { kind: 'pathRegexp', pattern: long };
    for (const name of [
      host('x.b.test'),
      both(host('x.b.test'), prefix('/')),
      both(host('x.b.test'), exact('/')),
    ]) {
      for (const path of [exact(long), prefix(long), pattern]) {
        assert.ok(wins(name, both(host('*.b.test'), path)));
        assert.ok(wins(name, path));
        assert.ok(wins(both(host('*.b.test'), prefix('/')), path));
        assert.ok(wins(host('*.b.test'), path));
      }
      assert.ok(wins(name, host('*.b.test')));
    }
  });

  it('of Ingress paths of a wildcard or no host go by kind and length', () => {
    for (const on of [(path: Rule) => both(host('*.b'), path), (path: Rule) => path]) {
      assert.ok(wins(on(prefix('/foo/bar')), on(prefix('/foo'))));
      assert.ok(wins(on(exact('/foo')), on(prefix('/foo'))));
      assert.ok(wins(on({ kind: 'pathRegexp', pattern: '^/foo' }), on(prefix('/'))));
    }
    assert.ok(wins(both(host('*.b'), prefix('/')), host('*.b')));
    assert.ok(wins(both(host('a.b'), prefix('/')), host('a.b')));
  });

  it('of an Ingress prefix is that of an IngressRoute with the same text', () => {
    const text = 'Host(`a.test`) && PathPrefix(`/foo`)';
    assert.equal(ingressPriority(both(host('a.test'), prefix('/foo'))), defaultPriority(text));
  });
});
