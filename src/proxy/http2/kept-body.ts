/** The largest body that is kept, in bytes, and in how many pieces. */
const mostBytes = 65_536;
const mostPieces = 64;
/** What is kept of all bodies together, in bytes. */
const mostBytesOfAll = 4_194_304;

/** Counts what is kept for one endpoint, in bytes. */
export interface KeptTotal {
  bytes: number;
}

/**
 * What a stream has sent of a request's body, as long as its upstream may still say that it has not begun the request (RFC 9113
 * section 8.7). A body that gets too large is not kept at all.
 */
export class KeptBody {
  /** Null once it is not kept. */
  #pieces: Buffer[] | null = [];
  #length = 0;
  readonly #total: KeptTotal;

  constructor(total: KeptTotal) {
    this.#total = total;
  }

  /** Keeps a copy. */
  add(bytes: Buffer, start: number, end: number): void {
    const pieces = this.#pieces;
    if (pieces === null) return;
    const size = end - start;
    const isTooMuch = this.#length + size > mostBytes || this.#total.bytes + size > mostBytesOfAll;
    if (isTooMuch || pieces.length === mostPieces) {
      this.drop();
      return;
    }
    pieces.push(Buffer.from(bytes.subarray(start, end)));
    this.#length += size;
    this.#total.bytes += size;
  }

  /** Gives all that was sent, or null where it was too much; it is not kept any more. */
  take(): Buffer[] | null {
    const pieces = this.#pieces;
    this.drop();
    return pieces;
  }

  drop(): void {
    this.#pieces = null;
    this.#total.bytes -= this.#length;
    this.#length = 0;
  }
}
