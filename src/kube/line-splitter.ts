const newline = 0x0a;

/**
 * Cuts a stream of bytes into lines. Characters are decoded only when their line is whole, so a chunk may end within one.
 * Holds at most `maxBytes` of an unfinished line.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #held = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that this chunk completes, without the empty ones; null once a line is too long. */
  push(chunk: Buffer): readonly string[] | null {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      if (this.#held + at - from > this.#maxBytes) return null;
      const line = this.#finish(chunk.subarray(from, at));
      if (line !== '') lines.push(line);
      from = at + 1;
    }
    if (from < chunk.length) {
      this.#parts.push(chunk.subarray(from));
      this.#held += chunk.length - from;
    }
    return this.#held > this.#maxBytes ? null : lines;
  }

  #finish(end: Buffer): string {
    if (this.#held === 0) return end.toString('utf8');
    const line = Buffer.concat([...this.#parts, end]).toString('utf8');
    this.#parts = [];
    this.#held = 0;
    return line;
  }
}
