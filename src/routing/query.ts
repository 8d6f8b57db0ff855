import { textOfBytes } from './byte-text.ts';

/** The values of each parameter of a query, in order. */
export type QueryValues = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a query as Traefik v3 does (Go `url.ParseQuery` after `;` has become `&`): pieces between `&` and `;`, each a name
 * and, after the first `=`, a value, which is empty where there is none; `+` stands for a space; a piece with a broken percent
 * sequence, or without name and `=`, is left out. Never throws.
 */
export function parseQuery(query: string): QueryValues {
  const values = new Map<string, string[]>();
  let start = 0;
  for (let index = 0; index <= query.length; index++) {
    const code = index === query.length ? ampersand : query.charCodeAt(index);
    if (code !== ampersand && code !== semicolon) continue;
    if (index > start) addPiece(values, query.slice(start, index));
    start = index + 1;
  }
  return values;
}

const ampersand = 0x26;
const semicolon = 0x3b;

function addPiece(values: Map<string, string[]>, piece: string): void {
  const equals = piece.indexOf('=');
  const key = unescapeText(equals === -1 ? piece : piece.slice(0, equals));
  const value = equals === -1 ? '' : unescapeText(piece.slice(equals + 1));
  if (key === null || value === null) return;
  const known = values.get(key);
  if (known === undefined) values.set(key, [value]);
  else known.push(value);
}

/** Null where a percent sequence is broken. */
function unescapeText(text: string): string | null {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return null;
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return textOfBytes(spaced);
  const bytes = spaced.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return textOfBytes(bytes);
}

/** Reads a query once for all the rules that ask for it: keeps the last one. */
export class QueryMemo {
  #query = '';
  #values: QueryValues = new Map();

  /** The values of a parameter; undefined where the query does not have it. */
  get(query: string, key: string): readonly string[] | undefined {
    if (query !== this.#query) {
      this.#values = parseQuery(query);
      this.#query = query;
    }
    return this.#values.get(key);
  }
}
