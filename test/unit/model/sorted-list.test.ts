import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SortedList } from '../../../src/model/sorted-list.ts';

interface Entry {
  readonly key: string;
  readonly rank: number;
}

const byRank = (left: Entry, right: Entry): number =>
  left.rank - right.rank || (left.key < right.key ? -1 : Number(left.key > right.key));

const operation = fc.record({
  key: fc.constantFrom(...'abcdefgh'),
  rank: fc.nat(5),
  isSet: fc.boolean(),
  isRead: fc.boolean(),
});

test('after any edits the list reads as if it had been sorted from scratch', () => {
  fc.assert(
    fc.property(fc.array(operation), (operations) => {
      const list = new SortedList<string, Entry>((entry) => entry.key, byRank);
      const plain = new Map<string, Entry>();
      for (const { key, rank, isSet, isRead } of operations) {
        if (isSet) {
          list.set({ key, rank });
          plain.set(key, { key, rank });
        } else {
          list.delete(key);
          plain.delete(key);
        }
        if (isRead) assert.deepEqual(list.read(), [...plain.values()].sort(byRank));
      }
      assert.deepEqual(list.read(), [...plain.values()].sort(byRank));
    }),
  );
});

test('the list stays the same array while nothing changes', () => {
  const list = new SortedList<string, Entry>((entry) => entry.key, byRank);
  list.set({ key: 'a', rank: 1 });
  assert.equal(list.read(), list.read());
});
