/**
 * Careful reading of JSON whose shape nobody has vouched for: each function answers with a value of the type asked for, or
 * with nothing. Built-in kinds have no decoder, and an object that a client wrote past validation must not stop us.
 */

export type Fields = Readonly<Record<string, unknown>>;

const none: Fields = Object.freeze({});

/** The fields of an object; no fields for anything else. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : none;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The elements of an array; none for anything else. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function flagOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** A TCP port: an integer from 1 to 65535. */
export function portOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535
    ? value
    : undefined;
}
