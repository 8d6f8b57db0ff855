import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../../../src/devcluster/json.ts';
import { strategicMerge } from '../../../../src/devcluster/patch/strategic-merge.ts';
import type { Schema } from '../../../../src/devcluster/schema.ts';

const schema: Schema = {
  type: 'object',
  properties: {
    ports: {
      type: 'array',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'port',
      items: { type: 'object', properties: { port: { type: 'integer' }, name: { type: 'string' } } },
    },
    finalizers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-patch-strategy': 'merge' },
    tags: { type: 'array', items: { type: 'string' } },
    selector: { type: 'object', 'x-kubernetes-patch-strategy': 'replace' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

const merge = (original: JsonObject, patch: JsonObject) => strategicMerge(original, patch, schema);
const two = {
  ports: [
    { port: 80, name: 'http' },
    { port: 443, name: 'https' },
  ],
};

describe('a strategic merge patch', () => {
  it('merges records that have the same key', () => {
    assert.deepEqual(merge(two, { ports: [{ port: 443, target: 8443 }] }), {
      ports: [
        { port: 80, name: 'http' },
        { port: 443, name: 'https', target: 8443 },
      ],
    });
  });

  it('puts new records before those of the server', () => {
    const { ports } = merge(two, { ports: [{ port: 9000 }] }) as typeof two;
    assert.deepEqual(
      ports.map(({ port }) => port),
      [9000, 80, 443],
    );
  });

  it('deletes a record by its key and replaces all on demand', () => {
    assert.deepEqual(merge(two, { ports: [{ $patch: 'delete', port: 80 }] }), {
      ports: [{ port: 443, name: 'https' }],
    });
    assert.deepEqual(merge(two, { ports: [{ $patch: 'replace' }, { port: 1 }] }), { ports: [{ port: 1 }] });
  });

  it('brings a list into a given order', () => {
    const patch = {
      '$setElementOrder/ports': [{ port: 443 }, { port: 80 }],
      ports: [{ port: 80, name: 'web' }],
    };
    assert.deepEqual(merge(two, patch), {
      ports: [
        { port: 443, name: 'https' },
        { port: 80, name: 'web' },
      ],
    });
  });

  it('takes lists of scalars for sets where the schema says so, and replaces them elsewhere', () => {
    const original = { finalizers: ['a', 'b'], tags: ['a', 'b'] };
    const patch = { finalizers: ['c', 'a'], tags: ['c'] };
    assert.deepEqual(merge(original, patch), { finalizers: ['c', 'a', 'b'], tags: ['c'] });
    assert.deepEqual(merge(original, { '$deleteFromPrimitiveList/finalizers': ['a', 'x'] }), {
      finalizers: ['b'],
      tags: ['a', 'b'],
    });
  });

  it('merges maps unless told to replace them', () => {
    const original = { labels: { a: '1', b: '2' }, selector: { a: '1' } };
    assert.deepEqual(merge(original, { labels: { a: null, c: '3' } }).labels, { b: '2', c: '3' });
    assert.deepEqual(merge(original, { labels: { $patch: 'replace', c: '3' } }).labels, { c: '3' });
    assert.deepEqual(merge(original, { labels: { $patch: 'delete' } }).labels, {});
    assert.deepEqual(merge(original, { selector: { b: '2' } }).selector, { b: '2' });
  });

  it('keeps only the named keys with $retainKeys', () => {
    assert.deepEqual(merge({ a: 1, b: 2, c: 3 }, { $retainKeys: ['a', 'd'], d: 4 }), { a: 1, d: 4 });
    assert.throws(() => merge({ a: 1 }, { $retainKeys: ['a'], d: 4 }), { code: 500 });
  });

  it('leaves no directive and no null in what it adds', () => {
    assert.deepEqual(merge({}, { labels: { $patch: 'merge', a: 'b', c: null } }), { labels: { a: 'b' } });
  });

  it('is refused for a record without its key, and for an unknown directive', () => {
    assert.throws(() => merge(two, { ports: [{ name: 'x' }] }), {
      code: 500,
      message: /declared merge key: port/,
    });
    assert.throws(() => merge(two, { ports: [{ $patch: 'explode', port: 80 }] }), {
      message: /unknown patch type: explode/,
    });
  });

  it('does not change what it is applied to', () => {
    const before = structuredClone(two);
    merge(two, { ports: [{ port: 80, name: 'x' }] });
    assert.deepEqual(two, before);
  });

  it('leaves each key once, with the value of the patch where it has one', () => {
    const records = fc.uniqueArray(
      fc.record({ port: fc.integer({ min: 1, max: 20 }), name: fc.string() }, { noNullPrototype: true }),
      {
        selector: ({ port }) => port,
      },
    );
    fc.assert(
      fc.property(records, records, (original, patch) => {
        const { ports = [] } = merge({ ports: original }, { ports: patch }) as { ports?: typeof original };
        const expected = new Map([...original, ...patch].map(({ port, name }) => [port, name]));
        assert.deepEqual(new Map(ports.map(({ port, name }) => [port, name])), expected);
        assert.equal(ports.length, expected.size);
        const fromPatch = ports.filter(({ port }) => patch.some((one) => one.port === port));
        assert.deepEqual(fromPatch, patch);
      }),
    );
  });
});
