/** What goes from a list and what comes into it; what comes is sorted. */
export interface ListChange<Entry> {
  readonly removed: ReadonlySet<Entry>;
  readonly added: readonly Entry[];
}

type Compare<Entry> = (left: Entry, right: Entry) => number;

/** From this many changes on a list is merged in one pass instead of edited in place. */
const manyChanges = 16;

/**
 * A sorted copy of a sorted list without the removed entries and with the added ones. `compare` must be total over distinct
 * entries of one list; a removed entry compares as 0 only with itself and with the one that replaces it.
 */
export function changeSorted<Entry>(
  list: readonly Entry[],
  change: ListChange<Entry>,
  compare: Compare<Entry>,
): readonly Entry[] {
  if (change.removed.size + change.added.length < manyChanges) return edited(list, change, compare);
  const kept = change.removed.size === 0 ? list : list.filter((entry) => !change.removed.has(entry));
  return kept.length === 0 ? change.added : merged(kept, change.added, compare);
}

function edited<Entry>(
  list: readonly Entry[],
  change: ListChange<Entry>,
  compare: Compare<Entry>,
): readonly Entry[] {
  // A list that begins is what came: `splice` would leave room for 16 more in each of 100,000 lists.
  if (list.length === 0) return change.added.slice();
  const copy = list.slice();
  for (const entry of change.removed) {
    const index = lowerBound(copy, entry, compare);
    if (copy[index] === entry) copy.splice(index, 1);
  }
  for (const entry of change.added) copy.splice(lowerBound(copy, entry, compare), 0, entry);
  return copy;
}

/** The first index whose entry does not come before `entry`. */
function lowerBound<Entry>(list: readonly Entry[], entry: Entry, compare: Compare<Entry>): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = list[middle];
    if (candidate !== undefined && compare(candidate, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merged<Entry>(
  left: readonly Entry[],
  right: readonly Entry[],
  compare: Compare<Entry>,
): readonly Entry[] {
  const result: Entry[] = [];
  let index = 0;
  for (const entry of right) {
    for (let next = left[index]; next !== undefined && compare(next, entry) <= 0; next = left[++index]) {
      result.push(next);
    }
    result.push(entry);
  }
  for (let next = left[index]; next !== undefined; next = left[++index]) result.push(next);
  return result;
}
