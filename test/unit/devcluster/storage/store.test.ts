import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ApiObject } from '../../../../src/devcluster/json.ts';
import { Store } from '../../../../src/devcluster/storage/store.ts';

const resource = { group: '', plural: 'configmaps' };

function object(name: string, namespace = 'ns', more: object = {}): ApiObject {
  const metadata = { name, namespace, uid: name, resourceVersion: '', creationTimestamp: '' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...more };
}

const names = (objects: readonly ApiObject[] | undefined) => objects?.map(({ metadata }) => metadata.name);

test('every write raises the revision of the whole store', () => {
  const store = new Store();
  const first = store.put(resource, object('a'));
  const second = store.put({ group: '', plural: 'secrets' }, object('b'));
  assert.equal(Number(second.metadata.resourceVersion), Number(first.metadata.resourceVersion) + 1);
  const removed = store.remove({ ...resource, namespace: 'ns', name: 'a' });
  assert.equal(removed?.metadata.resourceVersion, String(store.revision));
});

test('a list is sorted by namespace and name', () => {
  const store = new Store();
  for (const [namespace, name] of [
    ['z', 'a'],
    ['b', 'c'],
    ['b', 'a'],
  ] as const) {
    store.put(resource, object(name, namespace));
  }
  assert.deepEqual(
    store.list(resource).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ['b/a', 'b/c', 'z/a'],
  );
});

test('a list of an earlier revision is what it was then', () => {
  const steps = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), remove: fc.boolean() }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(steps, (all) => {
      const store = new Store();
      const states = new Map<number, readonly ApiObject[]>();
      for (const [index, { name, remove }] of all.entries()) {
        if (remove) store.remove({ ...resource, namespace: 'ns', name });
        else store.put(resource, object(name, 'ns', { data: { index: String(index) } }));
        states.set(store.revision, [...store.list(resource)]);
      }
      for (const [revision, state] of states) assert.deepEqual(store.listAt(resource, revision), state);
    }),
  );
});

test('the history forgets what is beyond its bound, and says so', () => {
  const store = new Store({ historyBound: 3 });
  const before = store.revision;
  for (let index = 0; index < 20; index++) store.put(resource, object(`n${index}`));
  const { knownSince } = store.history(resource);
  assert.ok(knownSince > before);
  assert.ok(knownSince <= store.revision - 3);
  assert.equal(store.listAt(resource, before), undefined);
  assert.equal(names(store.listAt(resource, store.revision - 3))?.length, 17);
});

test('after a compaction nothing of the past is known, of resources that come later neither', () => {
  const store = new Store();
  const before = store.revision;
  store.put(resource, object('a'));
  store.compact();
  assert.equal(store.listAt(resource, before), undefined);
  assert.equal(store.history({ group: '', plural: 'later' }).knownSince, store.revision);
  assert.deepEqual(names(store.list(resource)), ['a']);
});

test('a listener hears of every change until it unsubscribes', () => {
  const store = new Store();
  let heard = 0;
  const unsubscribe = store.subscribe(resource, () => {
    heard += 1;
  });
  store.put(resource, object('a'));
  store.put({ group: '', plural: 'secrets' }, object('a'));
  store.remove({ ...resource, namespace: 'ns', name: 'a' });
  unsubscribe();
  store.put(resource, object('a'));
  assert.equal(heard, 2);
});

test('history events carry what was there before', () => {
  const store = new Store();
  const before = store.revision;
  const first = store.put(resource, object('a', 'ns', { data: { n: '1' } }));
  const second = store.put(resource, object('a', 'ns', { data: { n: '2' } }));
  store.remove({ ...resource, namespace: 'ns', name: 'a' });
  const events = [...store.history(resource).backTo(before)].reverse();
  assert.deepEqual(
    events.map(({ type, previous }) => [type, previous]),
    [
      ['ADDED', null],
      ['MODIFIED', first],
      ['DELETED', second],
    ],
  );
});
