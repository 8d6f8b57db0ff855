import { byte } from './bytes.ts';

/** Bytes of a client that have come and are not used up. */
export class ClientInput {
  bytes: Buffer = nothing;
  /** Where the unused ones begin. */
  at = 0;
  #skippedBlankLine = false;

  get isEmpty(): boolean {
    return this.at === this.bytes.length;
  }

  get length(): number {
    return this.bytes.length - this.at;
  }

  add(chunk: Buffer): void {
    this.bytes = this.isEmpty ? chunk : Buffer.concat([this.bytes.subarray(this.at), chunk]);
    this.at = 0;
  }

  use(next: number): void {
    this.at = next;
    if (next === this.bytes.length) this.drop();
  }

  drop(): void {
    this.bytes = nothing;
    this.at = 0;
  }

  /**
   * Skips one empty line before a request (RFC 9112 section 2.2). False where what there is may yet become one, so that more
   * is needed.
   */
  skipBlankLine(): boolean {
    const { bytes, at } = this;
    if (this.#skippedBlankLine || bytes[at] !== byte.carriageReturn) return !this.isEmpty;
    if (at + 1 === bytes.length) return false;
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
