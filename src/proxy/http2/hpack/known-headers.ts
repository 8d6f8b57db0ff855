import { huffmanBytes, huffmanEncode } from './huffman.ts';
import { writeInteger } from './integer.ts';
import { staticNameIndex } from './static-table.ts';

/** A name as messages spell it, and what there is to know about it. */
export interface KnownName {
  readonly id: number;
  readonly spelled: string;
  readonly lower: string;
  /** In the static table; 0 where it is not there. */
  readonly staticIndex: number;
  /** Values are secrets: nobody may keep them, or tell from sizes what they are (RFC 7541 section 7.1.3). */
  readonly isSecret: boolean;
}

/** A header that was seen more than once, ready to be sent. */
export interface KnownHeader {
  readonly name: KnownName;
  readonly value: string;
  readonly hash: number;
  /** What follows the index of the name, or the 0 in place of it: the name where it has no index, and the value. */
  readonly tail: Buffer;
}

/** Number of headers that are kept ready; a power of two. */
export const knownHeaders = 512;
const knownNames = 256;
/** Longer names and values are taken as they come. */
const longestName = 64;
export const longestValue = 256;

/**
 * The names and headers that the messages of one thread repeat, by where their hash says; a newer one takes the place of another. It
 * holds no secrets, and whether a header is in it changes nothing about how many bytes it takes.
 */
export class KnownHeaders {
  readonly #names: (KnownName | null)[] = new Array<KnownName | null>(knownNames).fill(null);
  readonly #headers: (KnownHeader | null)[] = new Array<KnownHeader | null>(knownHeaders).fill(null);
  #nextId = 1;

  /** The name from `start` to `end`, in whatever case it is spelled. */
  name(text: string, start: number, end: number): KnownName {
    const length = end - start;
    const slot =
      (length * 37 +
        text.charCodeAt(start) * 5 +
        text.charCodeAt(end - 1) +
        text.charCodeAt(start + (length >> 1)) * 3) &
      (knownNames - 1);
    const known = this.#names[slot];
    if (known && known.spelled.length === length && text.startsWith(known.spelled, start)) return known;
    const made = this.#makeName(copyOf(text, start, end));
    if (length <= longestName) this.#names[slot] = made;
    return made;
  }

  /** The header with that hash and the value from `start` to `end`; null where it is not kept. */
  find(hash: number, name: KnownName, text: string, start: number, end: number): KnownHeader | null {
    const known = this.#headers[hash & (knownHeaders - 1)];
    if (!known || known.hash !== hash || known.name !== name) return null;
    return known.value.length === end - start && text.startsWith(known.value, start) ? known : null;
  }

  /** Keeps a header. */
  keep(hash: number, name: KnownName, text: string, start: number, end: number): KnownHeader {
    const value = copyOf(text, start, end);
    const known = { name, value, hash, tail: tailOf(name, value) };
    this.#headers[hash & (knownHeaders - 1)] = known;
    return known;
  }

  #makeName(spelled: string): KnownName {
    const lower = spelled.toLowerCase();
    const staticIndex = staticNameIndex(lower);
    this.#nextId = (this.#nextId + 1) | 0;
    return { id: this.#nextId, spelled, lower, staticIndex, isSecret: isSecretName(lower, staticIndex) };
  }
}

/**
 * A number for a header: the name, the length of the value and some of its characters, those that tell dates and lengths apart among
 * them. Never 0.
 */
export function headerHash(name: KnownName, text: string, start: number, end: number): number {
  let hash = Math.imul(name.id, 0x9e3779b1) ^ Math.imul(end - start, 0x85ebca6b);
  if (end > start) {
    hash ^=
      text.charCodeAt(start) | (text.charCodeAt((start + end) >> 1) << 8) | (text.charCodeAt(end - 1) << 16);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  }
  if (end - start > 6) {
    hash ^= text.charCodeAt(end - 5) | (text.charCodeAt(end - 6) << 8) | (text.charCodeAt(end - 3) << 16);
    hash = Math.imul(hash ^ (hash >>> 13), 0x01000193);
  }
  return hash ^ (hash >>> 15) || 1;
}

const secrets = new Set(['authorization', 'cookie', 'set-cookie', 'proxy-authorization']);
const secretPart = /auth(?!or)|token|secret|passw|session|api-?key|csrf|xsrf|credential|signature/;

function isSecretName(lower: string, staticIndex: number): boolean {
  if (staticIndex !== 0) return secrets.has(lower);
  return secretPart.test(lower) && !lower.startsWith('access-control-');
}

/** A text of its own: a slice would keep all of the head that it is from. */
function copyOf(text: string, start: number, end: number): string {
  return Buffer.from(text.slice(start, end), 'latin1').toString('latin1');
}

/** These are sent often, so the shorter form is worth its making. */
function tailOf(name: KnownName, value: string): Buffer {
  const out = Buffer.allocUnsafe(name.lower.length + value.length + 10);
  const at = name.staticIndex === 0 ? writeShorter(name.lower, out, 0) : 0;
  return Buffer.from(out.subarray(0, writeShorter(value, out, at)));
}

function writeShorter(text: string, out: Buffer, at: number): number {
  const coded = huffmanBytes(text);
  if (coded < text.length) return huffmanEncode(text, out, writeInteger(coded, 0x80, 0x7f, out, at));
  const from = writeInteger(text.length, 0, 0x7f, out, at);
  return from + out.write(text, from, 'latin1');
}
