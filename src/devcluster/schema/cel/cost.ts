import { isList, isMap, type Value } from './values.ts';

/**
 * What a call costs beyond one step, about in proportion to what it has to look at.
 *
 * @param limit when the cost is more than this, it need not be known exactly
 */
export function costOf(name: string, operands: readonly Value[], limit: number): number {
  if (name === '==' || name === '!=') {
    // The comparison ends with the smaller of the two.
    return operands.reduce<number>((least, value) => Math.min(least, countValues(value, least)), limit + 1);
  }
  const isDeep = comparing.has(name);
  return operands.reduce<number>(
    (sum, value) => sum + (isDeep ? countValues(value, limit - sum) : lengthOf(value) / 10),
    0,
  );
}

/** What compares values with one another. */
const comparing: ReadonlySet<string> = new Set([
  'contains',
  'distinct',
  'equivalent',
  'in',
  'indexOf',
  'intersects',
  'lastIndexOf',
]);

/** How many values there are inside a value, texts by their length. Stops counting above the limit. */
function countValues(value: Value, limit: number): number {
  let count = 0;
  const todo: Value[] = [value];
  for (let next = todo.pop(); next !== undefined && count <= limit; next = todo.pop()) {
    count += 1 + (isList(next) || isMap(next) ? 0 : lengthOf(next) / 10);
    if (isList(next)) for (const item of next) todo.push(item);
    else if (isMap(next)) for (const item of next.values()) todo.push(item);
  }
  return count;
}

function lengthOf(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array || isList(value)) return value.length;
  return isMap(value) ? value.size : 0;
}
