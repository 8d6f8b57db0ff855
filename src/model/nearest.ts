import { byCodeUnit } from './order.ts';

/** Longer names are not compared: nobody misspells them by a letter or two, and comparing costs length times length. */
const longestCompared = 64;

/**
 * The known name that `name` was most likely meant to be, or null. Names that differ in case only come first, then those
 * within a third of the length in edits (optimal string alignment distance), nearest first, then by code unit.
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  if (name === '' || name.length > longestCompared) return null;
  const lower = name.toLowerCase();
  const allowed = Math.max(1, Math.floor(name.length / 3));
  const candidates = known
    .map((candidate) => ({ candidate, distance: editDistance(lower, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((left, right) => left.distance - right.distance || byCodeUnit(left.candidate, right.candidate));
  return candidates[0]?.candidate ?? null;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from `left` to `right`. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}
