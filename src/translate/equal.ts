/** Compares two values of plain JSON by content, whatever the order of their fields. */
export function equalPlain(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((element, index) => equalPlain(element, right[index]))
    );
  }
  if (Array.isArray(right)) return false;
  const fields = Object.entries(left);
  const others = right as Readonly<Record<string, unknown>>;
  return (
    fields.length === Object.keys(others).length &&
    fields.every(([name, value]) => Object.hasOwn(others, name) && equalPlain(value, others[name]))
  );
}
