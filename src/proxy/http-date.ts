/** Formats the Date header (RFC 9110 section 5.6.7), once a second. */
export class HttpDate {
  #second = -1;
  #text = '';

  /** `nowMs` in milliseconds since the epoch. */
  line(nowMs: number): string {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = `Date: ${new Date(nowMs).toUTCString()}\r\n`;
    }
    return this.#text;
  }
}
