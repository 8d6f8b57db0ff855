/**
 * Readers of decoded JSON for `trim.ts`: each gives the value at a path in the type it must have, or throws a Misfit that
 * names the path.
 */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The value at `path` does not have the shape that its kind prescribes. Caught by `trimObject` and `optionalEntries`. */
export class Misfit extends Error {
  readonly path: string;

  constructor(path: string) {
    super(path);
    this.path = path;
  }
}

/** Leaves out what is undefined, so that an absent field is absent. */
export function compact<T extends object>(fields: { readonly [Field in keyof T]: T[Field] | undefined }): T {
  const kept: Record<string, unknown> = {};
  // A loop, because this runs for every part of every object: building lists of entries costs three times as much.
  for (const field in fields) if (fields[field] !== undefined) kept[field] = fields[field];
  return kept as T;
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function record(value: unknown, path: string): JsonRecord {
  if (!isRecord(value)) throw new Misfit(path);
  return value;
}

export function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new Misfit(path);
  return value;
}

export function nonEmptyText(value: unknown, path: string): string {
  if (value === '') throw new Misfit(path);
  return text(value, path);
}

export function number(value: unknown, path: string): number {
  if (typeof value !== 'number') throw new Misfit(path);
  return value;
}

export function boolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw new Misfit(path);
  return value;
}

export function texts(value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) throw new Misfit(path);
  return value.map((entry: unknown, index) => text(entry, `${path}[${index}]`));
}

export function textMap(value: unknown, path: string): Readonly<Record<string, string>> {
  const entries = Object.entries(record(value, path));
  return Object.fromEntries(entries.map(([key, entry]) => [key, text(entry, `${path}.${key}`)]));
}

/** JSON null stands for an absent field, as it does for the API server. */
export function optional<T>(
  value: unknown,
  path: string,
  read: (value: unknown, path: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : read(value, path);
}

export function optionalText(value: unknown, path: string): string | undefined {
  return optional(value, path, text);
}

export function optionalNumber(value: unknown, path: string): number | undefined {
  return optional(value, path, number);
}

export function optionalBoolean(value: unknown, path: string): boolean | undefined {
  return optional(value, path, boolean);
}

export function optionalWord<Word extends string>(
  value: unknown,
  path: string,
  words: readonly Word[],
): Word | undefined {
  if (value === undefined || value === null) return undefined;
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new Misfit(path);
  return word;
}

/** Reads a list, leaving out and noting entries that do not fit. */
export function optionalEntries<T>(
  value: unknown,
  path: string,
  dropped: string[],
  read: (value: unknown, path: string) => T,
): readonly T[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new Misfit(path);
  const kept: T[] = [];
  for (const [index, entry] of value.entries()) {
    try {
      kept.push(read(entry, `${path}[${index}]`));
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      dropped.push(error.path);
    }
  }
  return kept;
}

/** Far deeper than any schema; what nests deeper was made to overflow a stack. */
const maxDepth = 128;

export function freezeDeep(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > maxDepth) throw new Misfit('');
  for (const child of Object.values(value)) freezeDeep(child, depth + 1);
  return Object.freeze(value);
}
