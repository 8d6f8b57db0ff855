const asIs = 0;
const percent = 1;
const highByte = 2;
const refused = 3;

/** What to do with each character code of a raw path below 256. */
const rawClass = classifyRaw();

function classifyRaw(): Uint8Array {
  const table = new Uint8Array(256);
  table.fill(refused, 0, 0x21);
  table.fill(highByte, 0x80);
  table[0x7f] = refused;
  table['#'.charCodeAt(0)] = refused;
  table['\\'.charCodeAt(0)] = refused;
  table['%'.charCodeAt(0)] = percent;
  return table;
}

/** The characters whose percent sequences stay (RFC 3986 section 2.2, and the percent sign itself). */
const reserved = new Set(Array.from(":/?#[]@!$&'()*+,;=%", (character) => character.charCodeAt(0)));

/**
 * Makes the path that rules compare with, as Traefik v3 does: percent sequences are decoded except those of reserved
 * characters, which stay as upper-case percent sequences; so `/a%20b` becomes `/a b` and `/a%2fb` becomes `/a%2Fb`.
 * Sequences above `%7F` become characters where they are valid UTF-8, and stay upper-case sequences where not.
 *
 * `rawPath` is the path of the request target without its query, one character per byte (latin1). Empty becomes `/`. Null
 * where it is refused: a broken percent sequence, a control byte (as it is or as a sequence, so also `%00`), a space, `#` or
 * a backslash as it is. Returns `rawPath` itself, without allocating, where there is nothing to decode.
 */
export function routingPath(rawPath: string): string | null {
  const length = rawPath.length;
  if (length === 0) return '/';
  for (let index = 0; index < length; index++) {
    const code = rawPath.charCodeAt(index);
    const kind = code < 256 ? rawClass[code] : asIs;
    if (kind === asIs) continue;
    return kind === refused ? null : decode(rawPath, index);
  }
  return rawPath;
}

function decode(rawPath: string, from: number): string | null {
  let decoded = rawPath.slice(0, from);
  /** Percent sequences of a run of bytes above 0x7F: only together do they make characters. */
  let highRun = '';
  for (let index = from; index < rawPath.length; index++) {
    let code = rawPath.charCodeAt(index);
    const kind = code < 256 ? rawClass[code] : asIs;
    if (kind === refused) return null;
    if (kind === percent) {
      code = byteOf(rawPath, index + 1);
      if (code < 0x20 || code === 0x7f) return null;
      index += 2;
    }
    if (kind !== asIs && code >= 0x80) {
      highRun += percentSequence(code);
      continue;
    }
    if (highRun !== '') {
      decoded += decodeHighRun(highRun);
      highRun = '';
    }
    decoded += kind === percent && reserved.has(code) ? percentSequence(code) : String.fromCharCode(code);
  }
  return highRun === '' ? decoded : decoded + decodeHighRun(highRun);
}

/** The byte of two hexadecimal digits, or -1. */
function byteOf(text: string, index: number): number {
  const high = hexDigit(text.charCodeAt(index));
  const low = hexDigit(text.charCodeAt(index + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function percentSequence(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function decodeHighRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}

/**
 * True where a segment of a routing path is `.` or `..` (RFC 3986 section 3.3), however it was written: upstreams that
 * resolve such segments reach another path than the one that was matched.
 */
export function hasDotSegment(path: string): boolean {
  for (let at = path.indexOf('/.'); at !== -1; at = path.indexOf('/.', at + 1)) {
    const second = path.charCodeAt(at + 2) === 0x2e ? at + 3 : at + 2;
    if (second === path.length || path.charCodeAt(second) === 0x2f) return true;
  }
  return false;
}
