/** Largest header block in more frames than one, as it comes: what it may decode to fits in much less. */
const mostBytes = 65_536;
/** Most frames of one block. */
const mostFrames = 32;

/** A header block that has begun and needs more frames (RFC 9113 section 6.10). */
export class HeldBlock {
  /** Of its stream; 0 where none is held. */
  id = 0;
  /** Of its HEADERS frame. */
  flags = 0;
  readonly #parts: Buffer[] = [];
  #length = 0;
  #frames = 0;

  begin(id: number, flags: number): void {
    this.id = id;
    this.flags = flags;
  }

  /** Keeps a copy of the bytes; false where it is too much. */
  add(bytes: Buffer, start: number, end: number): boolean {
    this.#frames++;
    this.#length += end - start;
    if (this.#length > mostBytes || this.#frames > mostFrames) return false;
    this.#parts.push(Buffer.from(bytes.subarray(start, end)));
    return true;
  }

  /** The whole block; none is held any more. */
  end(): Buffer {
    const block = Buffer.concat(this.#parts);
    this.id = 0;
    this.#parts.length = 0;
    this.#length = 0;
    this.#frames = 0;
    return block;
  }
}
