/** True where two decoded JSON values say the same, whatever the order of their fields. Values nest only so deep: see `trim.ts`. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) return sameList(left, right);
  const fields = Object.keys(left);
  if (fields.length !== Object.keys(right).length) return false;
  return fields.every(
    (field) =>
      Object.hasOwn(right, field) &&
      sameJson((left as Record<string, unknown>)[field], (right as Record<string, unknown>)[field]),
  );
}

function sameList(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  return left.every((entry, index) => sameJson(entry, right[index]));
}
