/** What small pieces are joined in. */
const chunkBytes = 4_096;

const nothing = Buffer.alloc(0);

/**
 * Bytes that wait for their turn, in order. Small pieces are joined, so that many of them cost no more memory than one; no piece is
 * copied again when it is taken out.
 */
export class ByteQueue {
  /** Bytes that wait. */
  length = 0;
  readonly #chunks: Buffer[] = [];
  /** Of the first chunk: up to here it has been taken. */
  #start = 0;
  /** Of the last chunk: up to here it is filled. */
  #end = 0;

  /** Copies the bytes. */
  append(bytes: Buffer, start: number, end: number): void {
    let at = start;
    this.length += end - start;
    const last = this.#chunks.at(-1);
    if (last !== undefined && this.#end < last.length) {
      const size = Math.min(end - at, last.length - this.#end);
      bytes.copy(last, this.#end, at, at + size);
      this.#end += size;
      at += size;
    }
    if (at === end) return;
    const size = end - at;
    const chunk = Buffer.allocUnsafeSlow(Math.max(chunkBytes, size));
    bytes.copy(chunk, 0, at, end);
    this.#chunks.push(chunk);
    this.#end = size;
  }

  /** Takes out the first bytes, at most `most` and as many as stand together; they stay as they are. Empty where none wait. */
  take(most: number): Buffer {
    const first = this.#chunks[0];
    if (first === undefined) return nothing;
    const start = this.#start;
    const filled = this.#chunks.length === 1 ? this.#end : first.length;
    const end = Math.min(filled, start + most);
    this.length -= end - start;
    this.#start = end;
    if (end === filled) {
      this.#chunks.shift();
      this.#start = 0;
    }
    return first.subarray(start, end);
  }

  clear(): void {
    this.length = 0;
    this.#chunks.length = 0;
    this.#start = 0;
    this.#end = 0;
  }
}
