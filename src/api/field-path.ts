const plainKey = /^[A-Za-z0-9_$-]{1,100}$/;

/**
 * Adds steps to a path as kubectl writes it: `spec` and `['routes', 0, 'match']` give `spec.routes[0].match`. A key that
 * could be mistaken for something else stands in brackets as a JSON string, shortened.
 */
export function joinPath(base: string, steps: readonly PropertyKey[]): string {
  let path = base;
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`;
    else if (plainKey.test(String(step))) path += path === '' ? String(step) : `.${String(step)}`;
    else path += `[${quote(String(step))}]`;
  }
  return path;
}

/** Text of a user for a message: quoted, without control characters, at most 80 characters of it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** The value that `steps` lead to, by own properties only. */
export function valueAt(root: unknown, steps: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** True for JSON objects, false for lists and everything else. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
