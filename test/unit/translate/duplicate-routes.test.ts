import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from './memory-view.ts';
import { ingressRoute, options, referenceTo, service } from './objects.ts';

function same(name: string, entryPoints: readonly string[] = []): KubeObject {
  return ingressRoute(name, {
    entryPoints,
    routes: [{ match: 'Host(`a`)', services: [{ name: 'whoami', port: 80 }] }],
  });
}

const twoDigits = (index: number): string => String(index).padStart(2, '0');
const many = Array.from({ length: 60 }, (_, index) => same(`r${twoDigits(index)}`));

function messages(translator: Translator): readonly string[] {
  return translator.diagnostics().map((one) => `${one.object.name}: ${one.message.split(' has')[0]}`);
}

test('each route that is never reached says which one goes first', () => {
  const translator = new Translator(options);
  translator.update(
    new MemoryView([same('a'), same('b', ['web']), same('c'), service('whoami')]),
    'everything',
  );
  assert.deepEqual(messages(translator), [
    'b: IngressRoute/default/a spec.routes[0]',
    'c: IngressRoute/default/a spec.routes[0]',
  ]);
});

test('a route that goes first on one of its entry points is reached', () => {
  const translator = new Translator(options);
  translator.update(new MemoryView([same('a', ['web']), same('b'), service('whoami')]), 'everything');
  assert.deepEqual(messages(translator), []);
});

test('in a large group nobody is named, so that a new winner changes two diagnostics and not all', () => {
  const view = new MemoryView([...many, service('whoami')]);
  const translator = new Translator(options);
  translator.update(view, 'everything');
  assert.equal(translator.diagnostics().length, 59);
  assert.ok(messages(translator).every((one) => one.endsWith(': another route')));
  view.delete('IngressRoute', 'default', 'r00');
  const { diagnostics } = translator.update(view, [referenceTo(same('r00'))]);
  assert.deepEqual(diagnostics.appeared, []);
  assert.deepEqual(
    diagnostics.gone.map((one) => one.object.name),
    ['r01'],
  );
});

test('groups that grow large and small again say the same as a fresh translation', () => {
  const edit = fc.record({
    index: fc.nat(59),
    entryPoints: fc.subarray(['web', 'internal']),
    isSet: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.nat(60),
      fc.array(fc.array(edit, { maxLength: 20 }), { maxLength: 6 }),
      (size, history) => {
        const view = new MemoryView([...many.slice(0, size), service('whoami')]);
        const translator = new Translator(options);
        translator.update(view, 'everything');
        for (const edits of history) {
          const changed = edits.map(({ index, entryPoints, isSet }) => {
            const route = same(`r${twoDigits(index)}`, entryPoints);
            if (isSet) view.set(route);
            else view.delete('IngressRoute', 'default', route.metadata.name);
            return referenceTo(route);
          });
          translator.update(view, changed);
          const fresh = new Translator(options);
          fresh.update(view, 'everything');
          assert.deepEqual(translator.diagnostics(), fresh.diagnostics());
        }
      },
    ),
    { numRuns: 60 },
  );
});
