/** What is read is malformed, or more than is granted. */
export class Refused extends Error {
  readonly status: number;
  /** How many bytes of the input show it. */
  readonly needs: number;

  constructor(status: number, needs: number) {
    super(`refused with ${status} at ${needs}`);
    this.status = status;
    this.needs = needs;
  }
}

/** The input ends before it can be told what it is. */
export class NeedsMore extends Error {}

/** How many bytes of several parts may still come. */
export interface Meter {
  left: number;
}

/** Reads text, one character per byte, from left to right and never back. Clear and slow on purpose. */
export class Cursor {
  at: number;
  readonly text: string;
  /** Where a budget ends, and the status of reading on. */
  #budgetEnd = Number.POSITIVE_INFINITY;
  #budgetStatus = 0;
  #meter: Meter | null = null;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  /** From here on, no more than `bytes` may be read. */
  grant(bytes: number, status: number): void {
    this.#budgetEnd = this.at + bytes;
    this.#budgetStatus = status;
  }

  /** From here on each byte that is taken is counted; those above `bytes` in all metered parts are refused with 400. */
  meter(meter: Meter | null): void {
    this.#meter = meter;
  }

  peek(): string {
    if (this.at >= this.#budgetEnd) throw new Refused(this.#budgetStatus, this.#budgetEnd);
    const character = this.text[this.at];
    if (character === undefined) throw new NeedsMore();
    return character;
  }

  take(): string {
    const character = this.peek();
    this.at++;
    if (this.#meter !== null && --this.#meter.left < 0) this.refuse(400);
    return character;
  }

  /** Takes bytes that may be anything. */
  skip(count: number): void {
    if (this.at + count > this.text.length) throw new NeedsMore();
    this.at += count;
  }

  /** Refuses because of the next byte. */
  refuseNext(status: number): never {
    this.peek();
    throw new Refused(status, this.at + 1);
  }

  /** Refuses because of what has been read. */
  refuse(status: number): never {
    throw new Refused(status, this.at);
  }

  /** Reads exactly this text. */
  expect(text: string, status = 400): void {
    for (const wanted of text) {
      if (this.peek() !== wanted) this.refuseNext(status);
      this.take();
    }
  }

  /** Reads characters of a class; refuses with `status` as soon as there are more than `most`. */
  run(kind: RegExp, most = Number.POSITIVE_INFINITY, status = 400): string {
    const from = this.at;
    while (kind.test(this.peek())) {
      this.take();
      if (this.at - from > most) this.refuse(status);
    }
    return this.text.slice(from, this.at);
  }
}

/** Character classes of RFC 9110 sections 5.5 and 5.6.2, and of RFC 5234. */
export const tchar = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;
export const fieldByte = /[\t\x20-\x7e\x80-\xff]/;
export const digit = /[0-9]/;
export const hexDigit = /[0-9A-Fa-f]/;
