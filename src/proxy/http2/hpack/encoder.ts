import { entryOverhead } from './dynamic-table.ts';
import { writeInteger } from './integer.ts';
import {
  headerHash,
  type KnownHeader,
  KnownHeaders,
  type KnownName,
  knownHeaders,
  longestValue,
} from './known-headers.ts';
import { staticCount, staticNames, staticValues } from './static-table.ts';

/** SETTINGS_HEADER_TABLE_SIZE as everyone starts with it (RFC 9113 section 6.5.2). */
const initialTableBytes = 4_096;
/** What we use of a larger one. */
const mostTableBytes = 4_096;
/** Up to here characters are written one by one; a call costs more. */
const shortText = 24;
const seenSlots = 64;
/** The last index of the static table that has a value. */
const lastWithValue = 16;

const literal = { passing: 0x00, never: 0x10, added: 0x40 } as const;
const passingMask = 0x0f;
const addedMask = 0x3f;
const indexed = 0x80;
const sizeUpdate = 0x20;

/**
 * The most bytes that a header block takes, sizes of the table and a status included: `characters` are those of all names and values,
 * and 4 for each header; or those of header lines as HTTP/1 writes them.
 */
export function mostBlockBytes(characters: number): number {
  return 48 + characters + (characters >>> 4);
}

/**
 * Encodes the header blocks of one connection (RFC 7541) into memory of the caller, who has made room for `mostBlockBytes`. What a
 * connection repeats enters the table when it is sent for the second time; secrets never do, and say so.
 */
export class HpackEncoder {
  readonly #known: KnownHeaders;
  #maxBytes = initialTableBytes;
  /** Sizes to announce at the next block: the smallest one since the last, then the one that holds; -1 for none. */
  #lowest = -1;
  /** The table's entries, a ring: entry number N stands at N modulo its length, a power of two. */
  #ring: (KnownHeader | null)[] = [];
  #added = 0;
  #count = 0;
  #size = 0;
  /** By where a header is kept: the number of its entry; and what was sent once, by hash. Made with the first block. */
  #entryOf = noNumbers;
  #seen = noNumbers;
  /** The value of the header that is being written. */
  #text = '';
  #start = 0;
  #end = 0;

  /**
   * `peerMaxTableBytes` is the peer's SETTINGS_HEADER_TABLE_SIZE, 4,096 until it says otherwise. Encoders of one thread may share
   * what they know of headers.
   */
  constructor(peerMaxTableBytes: number, known = new KnownHeaders()) {
    this.#known = known;
    this.setPeerMaxTableBytes(peerMaxTableBytes);
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE has come; the next block says what we make of it (RFC 7541 section 4.2). */
  setPeerMaxTableBytes(bytes: number): void {
    const size = Math.min(bytes, mostTableBytes);
    if (size === this.#maxBytes) return;
    this.#lowest = this.#lowest === -1 ? Math.min(size, this.#maxBytes) : Math.min(size, this.#lowest);
    this.#maxBytes = size;
    this.#evict(this.#lowest);
  }

  /** Begins a block: sizes of the table, where there is news of them. Returns the offset behind what was written. */
  begin(out: Buffer, at: number): number {
    if (this.#seen === noNumbers) {
      this.#seen = new Int32Array(seenSlots);
      this.#entryOf = new Int32Array(knownHeaders);
    }
    if (this.#lowest === -1) return at;
    let next = at;
    if (this.#lowest < this.#maxBytes) next = writeInteger(this.#lowest, sizeUpdate, 0x1f, out, next);
    this.#lowest = -1;
    return writeInteger(this.#maxBytes, sizeUpdate, 0x1f, out, next);
  }

  /** `:status`, from 100 to 999. */
  status(status: number, out: Buffer, at: number): number {
    const index = statusIndex(status);
    if (index !== 0) {
      out[at] = indexed | index;
      return at + 1;
    }
    out[at] = literal.passing | 8;
    out[at + 1] = 3;
    out[at + 2] = 0x30 + Math.floor(status / 100);
    out[at + 3] = 0x30 + (Math.floor(status / 10) % 10);
    out[at + 4] = 0x30 + (status % 10);
    return at + 5;
  }

  /** A header. `name` is in lower case; both have one character per byte. */
  header(name: string, value: string, out: Buffer, at: number): number {
    this.#text = value;
    this.#start = 0;
    this.#end = value.length;
    return this.#write(this.#known.name(name, 0, name.length), out, at);
  }

  /**
   * The value of the next `line`: from `start` to `end` of a text. Apart from `line`, so that no call has more than it can take
   * at full speed.
   */
  value(text: string, start: number, end: number): void {
    this.#text = text;
    this.#start = start;
    this.#end = end;
  }

  /** A header whose name, in any case, ends at `colon` of the text given to `value`. */
  line(start: number, colon: number, out: Buffer, at: number): number {
    return this.#write(this.#known.name(this.#text, start, colon), out, at);
  }

  /** As `line`, for a value that nobody may keep. */
  secretLine(start: number, colon: number, out: Buffer, at: number): number {
    return this.#literal(this.#known.name(this.#text, start, colon), literal.never, out, at);
  }

  #write(name: KnownName, out: Buffer, at: number): number {
    if (name.isSecret) return this.#literal(name, literal.never, out, at);
    const length = this.#end - this.#start;
    if (length > longestValue) return this.#literal(name, literal.passing, out, at);
    const exact = this.#exactIndex(name.staticIndex, length);
    if (exact !== 0) {
      out[at] = indexed | exact;
      return at + 1;
    }
    const hash = headerHash(name, this.#text, this.#start, this.#end);
    const known = this.#known.find(hash, name, this.#text, this.#start, this.#end);
    if (known !== null) {
      const entry = this.#entryOf[hash & (knownHeaders - 1)] ?? 0;
      const age = (this.#added - entry) >>> 0;
      if (age < this.#count && this.#ring[entry & (this.#ring.length - 1)] === known) {
        return writeInteger(staticCount + 1 + age, indexed, 0x7f, out, at);
      }
    }
    const isRepeated = this.#seen[hash & (seenSlots - 1)] === hash;
    this.#seen[hash & (seenSlots - 1)] = hash;
    const size = name.lower.length + length + entryOverhead;
    // One that takes half of the table would drive out what is worth more.
    if (!isRepeated || size > this.#maxBytes / 2) return this.#literal(name, literal.passing, out, at);
    const kept = known ?? this.#known.keep(hash, name, this.#text, this.#start, this.#end);
    this.#add(kept, size);
    const next = writeInteger(name.staticIndex, literal.added, addedMask, out, at);
    return next + kept.tail.copy(out, next);
  }

  /** In the static table, of the names that have values there; 0 where there is none. */
  #exactIndex(first: number, length: number): number {
    if (first === 0 || first > lastWithValue) return 0;
    const name = staticNames[first];
    for (let index = first; staticNames[index] === name; index++) {
      const value = staticValues[index] ?? '';
      if (value.length === length && length > 0 && this.#text.startsWith(value, this.#start)) return index;
    }
    return 0;
  }

  /** A header that does not enter the table, its value as it is. */
  #literal(name: KnownName, kind: number, out: Buffer, at: number): number {
    let next = writeInteger(name.staticIndex, kind, passingMask, out, at);
    if (name.staticIndex === 0) {
      const { lower } = name;
      next = writeText(lower, 0, lower.length, out, writeInteger(lower.length, 0, 0x7f, out, next));
    }
    next = writeInteger(this.#end - this.#start, 0, 0x7f, out, next);
    return writeText(this.#text, this.#start, this.#end, out, next);
  }

  #add(known: KnownHeader, size: number): void {
    this.#evict(this.#maxBytes - size);
    if (this.#count === this.#ring.length) this.#grow();
    this.#added = (this.#added + 1) | 0;
    this.#ring[this.#added & (this.#ring.length - 1)] = known;
    this.#entryOf[known.hash & (knownHeaders - 1)] = this.#added;
    this.#size += size;
    this.#count++;
  }

  /** Drops the oldest entries until no more than so many bytes are left (RFC 7541 section 4.4). */
  #evict(bytes: number): void {
    const mask = this.#ring.length - 1;
    while (this.#count > 0 && this.#size > bytes) {
      const slot = (this.#added - this.#count + 1) & mask;
      const known = this.#ring[slot];
      if (known) this.#size -= known.name.lower.length + known.value.length + entryOverhead;
      this.#ring[slot] = null;
      this.#count--;
    }
  }

  #grow(): void {
    const ring = this.#ring;
    const larger = new Array<KnownHeader | null>(Math.max(8, ring.length * 2)).fill(null);
    for (let age = 0; age < this.#count; age++) {
      const entry = this.#added - age;
      larger[entry & (larger.length - 1)] = ring[entry & (ring.length - 1)] ?? null;
    }
    this.#ring = larger;
  }
}

const noNumbers = new Int32Array(0);

/** Statuses of the static table stand from 8 on (RFC 7541 Appendix A). */
function statusIndex(status: number): number {
  switch (status) {
    case 200:
      return 8;
    case 204:
      return 9;
    case 206:
      return 10;
    case 304:
      return 11;
    case 400:
      return 12;
    case 404:
      return 13;
    case 500:
      return 14;
    default:
      return 0;
  }
}

function writeText(text: string, start: number, end: number, out: Buffer, at: number): number {
  if (end - start > shortText) return at + out.write(text.slice(start, end), at, 'latin1');
  let next = at;
  for (let index = start; index < end; index++) out[next++] = text.charCodeAt(index);
  return next;
}
