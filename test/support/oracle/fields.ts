import { type Cursor, fieldByte, tchar } from './cursor.ts';

export interface Field {
  readonly name: string;
  /** The name in lower case. */
  readonly key: string;
  readonly value: string;
}

/** How many lines of how many bytes may come, and the statuses of more. */
export interface FieldRules {
  readonly lineBytes: number;
  readonly count: number;
  readonly tooLarge: number;
}

/** Header lines up to the empty line (RFC 9112 section 5): CRLF only, no blank before the colon, no folding. */
export function readFields(cursor: Cursor, rules: FieldRules): Field[] {
  const fields: Field[] = [];
  while (cursor.peek() !== '\r') {
    if (fields.length === rules.count) cursor.refuseNext(rules.tooLarge);
    fields.push(readField(cursor, rules));
  }
  return fields;
}

function readField(cursor: Cursor, rules: FieldRules): Field {
  const start = cursor.at;
  const name = cursor.run(tchar, rules.lineBytes, rules.tooLarge);
  if (name === '') cursor.refuseNext(400);
  cursor.expect(':');
  if (cursor.at - start > rules.lineBytes) cursor.refuse(rules.tooLarge);
  const raw = cursor.run(fieldByte, rules.lineBytes - (cursor.at - start), rules.tooLarge);
  cursor.expect('\r\n');
  return { name, key: name.toLowerCase(), value: raw.replace(/^[ \t]+|[ \t]+$/g, '') };
}

/** The values of all lines of a name. */
export function valuesOf(fields: readonly Field[], key: string): string[] {
  return fields.filter((field) => field.key === key).map(({ value }) => value);
}

/** The options of all Connection lines, in lower case (RFC 9110 section 7.6.1). */
export function connectionOptions(fields: readonly Field[]): Set<string> {
  const options = valuesOf(fields, 'connection').flatMap((value) => value.split(','));
  return new Set(options.map((option) => option.replace(/^[ \t]+|[ \t]+$/g, '').toLowerCase()));
}

/** What names are compared by: upstreams that fold `_` and its like to `-` must not see a line that we did not mean. */
export function fold(key: string): string {
  return key.replace(/[^a-z0-9]/g, '-');
}

/** The one framing of a message, or null where it is in doubt (RFC 9112 section 6, made stricter). */
export function framingOf(fields: readonly Field[], minor: number): 'none' | 'chunked' | number | null {
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  if (lengths.length + codings.length > 1) return null;
  const [coding] = codings;
  if (coding !== undefined) return minor === 1 && coding.toLowerCase() === 'chunked' ? 'chunked' : null;
  const [length] = lengths;
  if (length === undefined) return 'none';
  return /^(?:0|[1-9][0-9]{0,14})$/.test(length) ? Number(length) : null;
}
