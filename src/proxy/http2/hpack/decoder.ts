import { DynamicTable } from './dynamic-table.ts';
import { huffmanDecode, mostDecodedBytes } from './huffman.ts';
import { type Cursor, readInteger } from './integer.ts';
import { staticCount, staticNames, staticValues } from './static-table.ts';

/** Who is told of the headers of a block, in order. */
export interface HpackSink {
  /**
   * `name` and `value` have one character per byte; nothing is said of which bytes they hold. `neverIndexed`: whoever forwards the
   * header must not let it into a table either (RFC 7541 section 6.2.3). False where the block has become too large: it is told of
   * no more headers then, while the table is kept right.
   */
  header(name: string, value: string, neverIndexed: boolean): boolean;
}

/** What decoding a header block ended with. */
export const hpackResult = {
  ok: 0,
  /** A connection error of type COMPRESSION_ERROR (RFC 9113 section 4.3). */
  malformed: 1,
  /** The sink has had enough; the decoder is ready for the next block all the same. */
  tooLarge: 2,
} as const;

const scratchBytes = 256;
/** More than this is not kept for the next string. */
const keptBytes = 4_096;

/**
 * Decodes the header blocks of one connection (RFC 7541). A block is decoded whole. Once its sink has had enough it costs nothing but
 * to step over it: no string is made but those that enter the table, which is as large as was agreed.
 */
export class HpackDecoder {
  readonly #table: DynamicTable;
  readonly #cursor: Cursor = { at: 0 };
  #maxTableBytes: number;
  /** The table is larger than what was agreed since: the next block has to begin with a smaller size. */
  #mustShrink = false;
  #scratch: Buffer | null = null;
  /** False while a block is only stepped over. */
  #isTold = true;
  #block: Buffer = noBytes;
  #end = 0;

  /** `maxTableBytes` is SETTINGS_HEADER_TABLE_SIZE as the peer knows it: 4,096 until it has acknowledged another. */
  constructor(maxTableBytes: number) {
    this.#maxTableBytes = maxTableBytes;
    this.#table = new DynamicTable(maxTableBytes);
  }

  /** Bytes of the table as RFC 7541 section 4.1 counts them: what this connection makes us keep. */
  get tableBytes(): number {
    return this.#table.size;
  }

  /** The peer has acknowledged another SETTINGS_HEADER_TABLE_SIZE (RFC 7541 section 4.2). */
  setMaxTableBytes(bytes: number): void {
    this.#maxTableBytes = bytes;
    this.#mustShrink = this.#table.maxSize > bytes;
  }

  /** Decodes a whole block. Returns an `hpackResult`; after `malformed` the decoder is of no use any more. */
  decode(bytes: Buffer, start: number, end: number, sink: HpackSink): number {
    this.#cursor.at = start;
    this.#block = bytes;
    this.#end = end;
    this.#isTold = true;
    const isSound = this.#readSizes() && this.#readFields(sink);
    this.#block = noBytes;
    if (!isSound) return hpackResult.malformed;
    return this.#isTold ? hpackResult.ok : hpackResult.tooLarge;
  }

  /** Sizes of the table stand at a block's begin (RFC 7541 section 4.2). */
  #readSizes(): boolean {
    const cursor = this.#cursor;
    while (cursor.at < this.#end && ((this.#block[cursor.at] ?? 0) & 0xe0) === 0x20) {
      const size = readInteger(this.#block, cursor, this.#end, 0x1f);
      if (size < 0 || size > this.#maxTableBytes) return false;
      this.#table.maxSize = size;
      this.#mustShrink = false;
    }
    return !this.#mustShrink;
  }

  #readFields(sink: HpackSink): boolean {
    const cursor = this.#cursor;
    while (cursor.at < this.#end) {
      const first = this.#block[cursor.at] ?? 0;
      if (first >= 0x80) {
        const index = readInteger(this.#block, cursor, this.#end, 0x7f);
        if (!this.#isIndex(index)) return false;
        if (this.#isTold) this.#isTold = sink.header(this.#nameOf(index), this.#valueOf(index), false);
      } else if (first >= 0x40) {
        if (!this.#readAdded(sink)) return false;
      } else if (first >= 0x20 || !this.#readPassing(sink, first >= 0x10)) return false;
    }
    return true;
  }

  /** A literal that enters the table (RFC 7541 section 6.2.1). */
  #readAdded(sink: HpackSink): boolean {
    const name = this.#readName(0x3f, true);
    const value = name === null ? null : this.#readString(true);
    if (name === null || value === null) return false;
    this.#table.add(name, value);
    if (this.#isTold) this.#isTold = sink.header(name, value, false);
    return true;
  }

  /** A literal that does not enter the table (RFC 7541 sections 6.2.2 and 6.2.3). */
  #readPassing(sink: HpackSink, neverIndexed: boolean): boolean {
    const name = this.#readName(0x0f, this.#isTold);
    const value = name === null ? null : this.#readString(this.#isTold);
    if (name === null || value === null) return false;
    if (this.#isTold) this.#isTold = sink.header(name, value, neverIndexed);
    return true;
  }

  /** By index, or literally where that is 0; null where it is malformed. */
  #readName(mask: number, isWanted: boolean): string | null {
    const index = readInteger(this.#block, this.#cursor, this.#end, mask);
    if (index === 0) return this.#readString(isWanted);
    return this.#isIndex(index) ? this.#nameOf(index) : null;
  }

  /** A string (RFC 7541 section 5.2), or nothing in place of it where it is not wanted; null where it is malformed. */
  #readString(isWanted: boolean): string | null {
    const cursor = this.#cursor;
    const isCoded = (this.#block[cursor.at] ?? 0) >= 0x80;
    const length = readInteger(this.#block, cursor, this.#end, 0x7f);
    const start = cursor.at;
    const end = start + length;
    if (length < 0 || end > this.#end) return null;
    cursor.at = end;
    if (length === 0 || (!isCoded && !isWanted)) return '';
    return isCoded ? this.#decodeString(start, end) : this.#block.toString('latin1', start, end);
  }

  #decodeString(start: number, end: number): string | null {
    const room = mostDecodedBytes(end - start);
    let scratch = this.#scratch;
    if (scratch === null || scratch.length < room) {
      scratch = Buffer.allocUnsafeSlow(Math.max(scratchBytes, room));
      if (room <= keptBytes) this.#scratch = scratch;
    }
    const length = huffmanDecode(this.#block, start, end, scratch);
    return length < 0 ? null : scratch.toString('latin1', 0, length);
  }

  #isIndex(index: number): boolean {
    return index > 0 && index <= staticCount + this.#table.count;
  }

  #nameOf(index: number): string {
    return index <= staticCount ? (staticNames[index] ?? '') : this.#table.name(index - staticCount - 1);
  }

  #valueOf(index: number): string {
    return index <= staticCount ? (staticValues[index] ?? '') : this.#table.value(index - staticCount - 1);
  }
}

const noBytes = Buffer.alloc(0);
