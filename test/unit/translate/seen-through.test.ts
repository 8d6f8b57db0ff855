import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Middleware } from '../../../src/model/middleware.ts';
import type { RequestView } from '../../../src/model/request-view.ts';
import type { Rule } from '../../../src/model/rule.ts';
import { compileRule, RuleTools } from '../../../src/routing/test-rule.ts';
import { isImpossible, seenThrough } from '../../../src/translate/seen-through.ts';

interface Sent {
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
}

function viewOf({ path, headers }: Sent): RequestView {
  return {
    entryPoint: 'web',
    host: 'a.test',
    path,
    query: '',
    method: 'GET',
    tls: false,
    clientIp: '192.0.2.1',
    header: (name) => [headers.get(name)].filter((value) => value !== undefined),
  };
}

/** What the middlewares do, written down once more and plainly. */
function after(sent: Sent, middlewares: readonly Middleware[]): Sent {
  let { path } = sent;
  const headers = new Map(sent.headers);
  for (const one of middlewares) {
    if (one.kind === 'addPrefix') path = one.prefix + path;
    if (one.kind === 'stripPrefix') {
      const prefix = one.prefixes.find((candidate) => path.startsWith(candidate));
      if (prefix !== undefined) path = path.slice(prefix.length).replace(/^(?!\/)/, '/');
    }
    if (one.kind !== 'headers') continue;
    for (const { name, value } of one.request) {
      if (value === null) headers.delete(name.toLowerCase());
      else headers.set(name.toLowerCase(), value);
    }
  }
  return { path, headers };
}

const paths = ['/', '/a', '/a/', '/ab', '/a/b', '/b', '/a/a/b', '/b/a'];
const prefixes = ['/a', '/a/', '/ab', '/a/a', '/b'];
const names = ['X-One', 'x-two'];
const values = ['1', '2'];

const matcher: fc.Arbitrary<Rule> = fc.oneof(
  fc.constantFrom(...paths).map((path): Rule => ({ kind: 'path', path })),
  fc.constantFrom(...paths).map((prefix): Rule => ({ kind: 'pathPrefix', prefix, elements: false })),
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...values))
    .map(([name, value]): Rule => ({ kind: 'header', name, value })),
  fc.constantFrom<Rule>({ kind: 'host', host: 'a.test' }, { kind: 'method', method: 'POST' }),
);

const rule = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3 },
    matcher,
    fc.array(tie('rule'), { maxLength: 3 }).map((rules): Rule => ({ kind: 'and', rules })),
    fc.array(tie('rule'), { maxLength: 3 }).map((rules): Rule => ({ kind: 'or', rules })),
    tie('rule').map((inner): Rule => ({ kind: 'not', rule: inner })),
  ),
})).rule;

const middleware: fc.Arbitrary<Middleware> = fc.oneof(
  fc.constantFrom('/a', '/b', '/a/b').map((prefix): Middleware => ({ kind: 'addPrefix', prefix })),
  fc
    .array(fc.constantFrom(...prefixes), { minLength: 1, maxLength: 3 })
    .map((chosen): Middleware => ({ kind: 'stripPrefix', prefixes: chosen })),
  fc
    .array(fc.record({ name: fc.constantFrom(...names), value: fc.constantFrom(...values, null) }))
    .map((request): Middleware => ({ kind: 'headers', request, response: [] })),
);

const sent = fc.record({
  path: fc.constantFrom(...paths),
  headers: fc
    .dictionary(fc.constantFrom(...names.map((name) => name.toLowerCase())), fc.constantFrom(...values))
    .map((headers) => new Map(Object.entries(headers))),
});

test('a rule seen through middlewares takes what the rule takes of what they make of it', () => {
  fc.assert(
    fc.property(rule, fc.array(middleware, { maxLength: 3 }), sent, (written, middlewares, request) => {
      const seen = seenThrough(written, middlewares);
      assert.ok(seen.isExact);
      const made = after(request, middlewares);
      assert.equal(
        compileRule(seen.rule, new RuleTools())(viewOf(request)),
        compileRule(written, new RuleTools())(viewOf(made)),
      );
      if (isImpossible(seen.rule)) assert.equal(compileRule(written, new RuleTools())(viewOf(made)), false);
    }),
    { numRuns: 2000 },
  );
});

const sets: Middleware = {
  kind: 'headers',
  request: [
    { name: 'X_Role', value: 'admin' },
    { name: 'Host', value: 'b.test' },
  ],
  response: [],
};
const strips: Middleware = { kind: 'stripPrefix', prefixes: ['/a'] };

test('what cannot be told beforehand is said, and takes in rather than lets by', () => {
  const unforeseen: readonly (readonly [Rule, Middleware])[] = [
    [{ kind: 'header', name: 'X-Role', value: 'admin' }, sets],
    [{ kind: 'headerRegexp', name: 'x-role', pattern: '^adm' }, sets],
    [{ kind: 'host', host: 'a.test' }, sets],
    [{ kind: 'hostRegexp', pattern: '^a' }, sets],
    [{ kind: 'pathRegexp', pattern: '^/b' }, strips],
    [{ kind: 'header', name: 'X-Forwarded-Prefix', value: '/a' }, strips],
  ];
  const request = viewOf({ path: '/a', headers: new Map() });
  for (const [matched, by] of unforeseen) {
    const plain = seenThrough(matched, [by]);
    assert.equal(plain.isExact, false, matched.kind);
    assert.ok(compileRule(plain.rule, new RuleTools())(request), matched.kind);
    const negated = seenThrough({ kind: 'not', rule: matched }, [by]);
    assert.equal(negated.isExact, false, matched.kind);
    assert.ok(compileRule(negated.rule, new RuleTools())(request), `not ${matched.kind}`);
  }
});

test('what no middleware writes is left as it is', () => {
  const untouched: Rule = { kind: 'header', name: 'X-Other', value: '1' };
  assert.deepEqual(seenThrough(untouched, [sets, strips]), { rule: untouched, isExact: true });
});
