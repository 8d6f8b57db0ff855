import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ApiObject, JsonObject } from '../../../../src/devcluster/json.ts';
import { apply, createdToy, laterTime, owners, toy, update } from './support.ts';

const spec = (object: ApiObject) => object.spec as JsonObject;

describe('a server-side apply', () => {
  it('creates what is not there and owns what it says', () => {
    const object = apply(null, toy({ legs: 2, labels: { a: 'b' } }), 'one');
    assert.deepEqual(spec(object), { legs: 2, labels: { a: 'b' } });
    assert.deepEqual(object.metadata.namespace, 'default');
    assert.deepEqual(owners(object), {
      'one Apply': { 'f:spec': { 'f:legs': {}, 'f:labels': { 'f:a': {} } } },
    });
  });

  it('takes away what it said before and does not say any more', () => {
    const first = apply(null, toy({ legs: 2, labels: { a: 'b' }, tags: ['x', 'y'] }), 'one');
    assert.deepEqual(spec(apply(first, toy({ legs: 2, tags: ['y'] }), 'one')), { legs: 2, tags: ['y'] });
  });

  it('leaves what somebody else owns too', () => {
    const first = apply(null, toy({ parts: [{ name: 'arm' }, { name: 'leg' }] }), 'one');
    const second = apply(first, toy({ parts: [{ name: 'arm', count: 2 }] }), 'two');
    const third = apply(second, toy({ legs: 1 }), 'one');
    assert.deepEqual(spec(third), { legs: 1, parts: [{ name: 'arm', count: 2 }] });
  });

  it('merges lists with keys, new items where the manager has them', () => {
    const first = apply(null, toy({ parts: [{ name: 'arm' }, { name: 'leg' }], tags: ['a', 'b'] }), 'one');
    const second = apply(first, toy({ parts: [{ name: 'head' }, { name: 'arm' }], tags: ['c', 'a'] }), 'two');
    assert.deepEqual(spec(second), {
      parts: [{ name: 'head' }, { name: 'arm' }, { name: 'leg' }],
      tags: ['c', 'a', 'b'],
    });
  });

  it('keeps items of others where they are, as far as the order of the manager allows', () => {
    const first = apply(null, toy({ tags: ['b', 'c', 'y'] }), 'one');
    assert.deepEqual(spec(apply(first, toy({ tags: ['b', 'x', 'c'] }), 'two')), {
      tags: ['b', 'x', 'c', 'y'],
    });
    assert.deepEqual(spec(apply(first, toy({ tags: ['c', 'b'] }), 'two')), { tags: ['c', 'y', 'b'] });
  });

  it('takes an item away that others own in part only', () => {
    const first = apply(null, toy({ parts: [{ name: 'arm' }, { name: 'leg' }] }), 'one');
    const parts = [{ name: 'arm', count: 5 }, { name: 'leg' }];
    const counted = update(first, { spec: { parts } }, 'counter');
    assert.deepEqual(spec(apply(counted, toy({ parts: [{ name: 'leg' }] }), 'one')), {
      parts: [{ name: 'leg' }],
    });
    const labelled = update(
      apply(null, toy({ labels: { a: '1' } }), 'one'),
      { spec: { labels: { a: '1', b: '2' } } },
      'u',
    );
    assert.deepEqual(spec(apply(labelled, toy({ legs: 1 }), 'one')), { legs: 1, labels: { b: '2' } });
  });

  it('leaves an entry of a map that others own in part', () => {
    const first = apply(null, toy({ legs: 1, slots: { a: { name: 'x' }, b: { name: 'y' } } }), 'one');
    const slots = { a: { name: 'x', count: 5 }, b: { name: 'y' } };
    const counted = update(first, { spec: { legs: 1, slots } }, 'counter');
    assert.deepEqual(spec(apply(counted, toy({ legs: 1 }), 'one')), { legs: 1, slots: { a: { count: 5 } } });
  });

  it('replaces atomic lists and maps as a whole', () => {
    const first = apply(null, toy({ list: ['a', 'b'], selector: { a: '1', b: '2' } }), 'one');
    const second = apply(first, toy({ list: ['c'], selector: { a: '1' } }), 'one');
    assert.deepEqual(spec(second), { list: ['c'], selector: { a: '1' } });
  });

  it('conflicts with the owner of a field that gets another value', () => {
    const first = apply(null, toy({ legs: 2, parts: [{ name: 'arm', count: 1 }] }), 'one');
    assert.throws(() => apply(first, toy({ legs: 3 }), 'two'), {
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "one": .spec.legs',
      details: {
        causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.legs' }],
      },
    });
    assert.throws(() => apply(first, toy({ parts: [{ name: 'arm', count: 2 }] }), 'two'), {
      message: 'Apply failed with 1 conflict: conflict with "one": .spec.parts[name="arm"].count',
    });
  });

  it('names every owner and every field of several conflicts', () => {
    const first = apply(null, toy({ legs: 2 }), 'two');
    const second = apply(first, toy({ labels: { a: '1' } }), 'one');
    assert.throws(() => apply(second, toy({ legs: 3, labels: { a: '2' } }), 'three'), {
      message:
        'Apply failed with 2 conflicts: conflicts with "one":\n- .spec.labels.a\nconflicts with "two":\n- .spec.legs',
    });
  });

  it('shares a field that gets the same value, and takes it by force', () => {
    const first = apply(null, toy({ legs: 2 }), 'one');
    const shared = apply(first, toy({ legs: 2 }), 'two');
    const legs = { 'f:spec': { 'f:legs': {} } };
    assert.deepEqual(owners(shared), { 'one Apply': legs, 'two Apply': legs });
    const taken = apply(shared, toy({ legs: 3 }), 'two', { force: true });
    assert.deepEqual(spec(taken), { legs: 3 });
    assert.deepEqual(owners(taken), { 'two Apply': legs });
  });

  it('conflicts with updates, and says in which version they were made', () => {
    const object = createdToy({ legs: 2 });
    assert.throws(() => apply(object, toy({ legs: 3 }), 'one'), {
      message: 'Apply failed with 1 conflict: conflict with "creator" using toys.example.com/v1: .spec.legs',
    });
    const changed = update(apply(null, toy({ legs: 2 }), 'one'), { spec: { legs: 4 } }, 'scaler');
    assert.throws(() => apply(changed, toy({ legs: 2 }), 'one'), { message: /conflict with "scaler" using/ });
  });

  it('takes what nobody kept track of for the work of before-first-apply', () => {
    const object = createdToy({ legs: 2 });
    delete object.metadata.managedFields;
    assert.throws(() => apply(object, toy({ legs: 3 }), 'one'), {
      message: /conflict with "before-first-apply"/,
    });
    assert.deepEqual(spec(apply(object, toy({ legs: 3 }), 'one', { force: true })), { legs: 3 });
  });

  it('lets kubectl go on with what it applied before on the side of the client', () => {
    const object = createdToy({ legs: 2, list: ['a'] }, 'kubectl-client-side-apply');
    const text = JSON.stringify(toy({ legs: 2 }));
    object.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': text };
    assert.deepEqual(spec(apply(object, toy({ legs: 3 }), 'kubectl')).legs, 3);
    assert.throws(() => apply(object, toy({ legs: 3, list: ['b'] }), 'kubectl'), {
      message: /: \.spec\.list$/,
    });
    assert.throws(() => apply(object, toy({ legs: 3 }), 'other'), { code: 409 });
    object.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{' };
    assert.throws(() => apply(object, toy({ legs: 3 }), 'kubectl'), { code: 409 });
  });

  it('writes the status through the subresource alone, with an owner of its own', () => {
    const first = apply(null, toy({ legs: 2 }), 'one');
    const status = toy({}, { status: { phase: 'Ready' } });
    delete status.spec;
    const second = apply(first, status, 'one', { subresource: 'status' });
    assert.deepEqual(owners(second), {
      'one Apply': { 'f:spec': { 'f:legs': {} } },
      'one Apply status': { 'f:status': { 'f:phase': {} } },
    });
  });

  it('that changes nothing keeps the object and the time as they are', () => {
    const first = apply(null, toy({ legs: 2 }), 'one');
    const again = apply(first, toy({ legs: 2 }), 'one', { now: laterTime });
    assert.deepEqual(again, first);
    const changed = apply(first, toy({ legs: 3 }), 'one', { now: laterTime });
    assert.equal(changed.metadata.managedFields?.[0]?.time, '2001-02-03T04:05:16Z');
  });

  it('reads YAML', () => {
    const text = 'apiVersion: toys.example.com/v1\nkind: Toy\nmetadata: {name: robot}\nspec:\n  legs: 2\n';
    assert.deepEqual(spec(apply(null, text, 'one')), { legs: 2 });
  });

  it('refuses what does not fit', () => {
    const cases: [unknown, number, RegExp][] = [
      ['{a: [', 400, /error decoding YAML/],
      ['text', 400, /must be an object/],
      ['', 400, /must be an object/],
      ['a: &a [x]\nb: &b [*a, *a]\n'.concat('c: [*b, *b]\n'.repeat(400)), 400, /error decoding YAML/],
      [`${'['.repeat(5_000)}`, 400, /error decoding YAML/],
      [{ ...toy({}), kind: 'Other' }, 400, /invalid object type: toys\.example\.com\/v1, Kind=Other/],
      [{ ...toy({}), metadata: { name: 'other' } }, 400, /does not match the name on the URL \(robot\)/],
      [{ ...toy({}), metadata: { name: 'robot', managedFields: [] } }, 400, /managedFields must be nil/],
      [
        toy({ wings: 2 }),
        500,
        /\(\/robot; toys\.example\.com\/v1, Kind=Toy\): \.spec\.wings: field not declared/,
      ],
      [toy({ legs: 'two' }), 500, /\.spec\.legs: expected numeric/],
      [toy({ labels: 'none' }), 500, /\.spec\.labels: expected map, got &\{none\}/],
      [toy({ list: {} }), 500, /\.spec\.list: expected list/],
      [toy({ parts: [{ name: 'a' }, { name: 'a' }] }), 500, /duplicate entries for key \[name="a"\]/],
      [toy({ parts: [{ count: 1 }] }), 500, /element 0: .* omits all key fields \["name"\]/],
    ];
    for (const [config, code, message] of cases) {
      assert.throws(
        () => apply(null, config as JsonObject, 'one'),
        { code, message },
        JSON.stringify(config),
      );
    }
  });

  it('does not change what is stored', () => {
    const first = apply(null, toy({ legs: 2, parts: [{ name: 'arm' }] }), 'one');
    const before = structuredClone(first);
    apply(first, toy({ parts: [{ name: 'arm', count: 3 }] }), 'one');
    assert.deepEqual(first, before);
  });

  it('by one manager alone gives exactly what it says, whatever it said before', () => {
    const options = { noNullPrototype: true };
    const part = fc.record(
      { name: fc.constantFrom('a', 'b', 'c'), count: fc.integer() },
      { ...options, requiredKeys: ['name'] },
    );
    const wanted = fc.record(
      {
        legs: fc.integer(),
        labels: fc.dictionary(fc.constantFrom('x', 'y'), fc.string(), { ...options, minKeys: 1 }),
        list: fc.array(fc.string(), { minLength: 1 }),
        tags: fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { minLength: 1 }),
        parts: fc.uniqueArray(part, { selector: ({ name }) => name, minLength: 1 }),
      },
      { ...options, requiredKeys: ['legs'] },
    );
    fc.assert(
      fc.property(wanted, wanted, (one, other) => {
        const first = apply(null, toy(one as JsonObject), 'one');
        const second = apply(first, toy(other as JsonObject), 'one');
        assert.deepEqual(spec(second), other);
        assert.deepEqual(spec(apply(second, toy(other as JsonObject), 'one')), other);
      }),
    );
  });
});
