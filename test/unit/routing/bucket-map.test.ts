import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BucketMap } from '../../../src/routing/bucket-map.ts';

const anyChanges = fc.array(
  fc.tuple(fc.nat({ max: 400 }).map(String), fc.option(fc.nat(), { nil: undefined })),
  { maxLength: 120, size: 'max' },
);

/** After those before it, either text of a pair leads FNV-1a from and to the same state. */
const collidingBlocks = [
  ['1jggn7efxm', '8vvw28wndx'],
  ['0x4121ryt9', '8fzt73iqh8'],
  ['0z5hh20pkj', '112ci0oarf'],
  ['7imh28yqqv', '4wrmc9malt'],
] as const;

/** 16 texts with the same hash: more than a leaf holds. */
function collidingKeys(): readonly string[] {
  let keys = [''];
  for (const [left, right] of collidingBlocks) keys = keys.flatMap((key) => [key + left, key + right]);
  return keys;
}

describe('BucketMap', () => {
  it('is after any changes what a Map is, and leaves the one before as it was', () => {
    const property = fc.property(fc.array(anyChanges, { maxLength: 8 }), (rounds) => {
      let map = BucketMap.empty<number>();
      let model = new Map<string, number>();
      for (const round of rounds) {
        const next = map.with(new Map(round));
        assert.deepEqual(new Map([...map.keys()].map((key) => [key, map.get(key)])), model);
        model = new Map(model);
        for (const [key, value] of new Map(round)) {
          if (value === undefined) model.delete(key);
          else model.set(key, value);
        }
        map = next;
        assert.equal(map.size, model.size);
        for (let key = 0; key <= 400; key++) assert.equal(map.get(String(key)), model.get(String(key)));
        assert.deepEqual([...map.values()].sort(), [...model.values()].sort());
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('holds names that were made to have the same hash', () => {
    const keys = collidingKeys();
    const map = BucketMap.empty<string>().with(new Map(keys.map((key) => [key, key])));
    for (const key of keys) assert.equal(map.get(key), key);
    const [first = '', ...rest] = keys;
    const less = map.with(new Map([[first, undefined]]));
    assert.equal(less.size, 15);
    assert.equal(less.get(first), undefined);
    assert.equal(map.get(first), first);
    assert.deepEqual(new Set(less.keys()), new Set(rest));
  });
});
