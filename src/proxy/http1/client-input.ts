import { byte } from './bytes.ts';

/** Bytes of a client that have come and are not used up. Those of the last read are borrowed until `keep`. */
export class ClientInput {
  bytes: Buffer = nothing;
  /** Where the unused ones begin. */
  at = 0;
  /** Where they end. */
  end = 0;
  #isBorrowed = false;
  #skippedBlankLine = false;

  get isEmpty(): boolean {
    return this.at === this.end;
  }

  get length(): number {
    return this.end - this.at;
  }

  /** Adds the first `length` bytes of `read`. */
  add(read: Buffer, length: number): void {
    if (this.isEmpty) {
      this.bytes = read;
      this.end = length;
      this.#isBorrowed = true;
    } else {
      this.bytes = Buffer.concat([this.bytes.subarray(this.at, this.end), read.subarray(0, length)]);
      this.end = this.bytes.length;
    }
    this.at = 0;
  }

  /** Copies what is left, because the memory that it was read into is used for the next read. */
  keep(): void {
    if (!this.#isBorrowed) return;
    this.#isBorrowed = false;
    if (this.isEmpty) return;
    this.bytes = Buffer.from(this.bytes.subarray(this.at, this.end));
    this.end -= this.at;
    this.at = 0;
  }

  use(next: number): void {
    this.at = next;
    if (next === this.end) this.drop();
  }

  drop(): void {
    this.bytes = nothing;
    this.at = 0;
    this.end = 0;
    this.#isBorrowed = false;
  }

  /**
   * Skips one empty line before a request (RFC 9112 section 2.2). False where what there is may yet become one, so that more
   * is needed.
   */
  skipBlankLine(): boolean {
    const { bytes, at } = this;
    if (this.#skippedBlankLine || bytes[at] !== byte.carriageReturn) return !this.isEmpty;
    if (at + 1 === this.end) return false;
    if (bytes[at + 1] === byte.lineFeed) this.use(at + 2);
    this.#skippedBlankLine = true;
    return !this.isEmpty;
  }

  /** The next request may have an empty line before it again. */
  headRead(): void {
    this.#skippedBlankLine = false;
  }
}

const nothing = Buffer.alloc(0);
