/**
 * Follows the frames of one direction from a server (RFC 6455 section 5.2) as far as it takes to know whether a frame of our own
 * may stand at this point. Payloads are stepped over, never looked at. Once something is not certain, nothing is any more.
 */
export class FrameTracker {
  /** Bytes of the payload that are still to come. */
  #left = 0;
  #position: number = position.first;
  /** What has come of the extended length, and how many of its bytes are still to come. */
  #length = 0;
  #lengthLeft = 0;
  #isCertain = true;
  #hasClosed = false;

  /** True where a frame may be added: between two frames, and before a Close, which nothing may follow. */
  get isBetweenFrames(): boolean {
    return this.#isCertain && !this.#hasClosed && this.#left === 0 && this.#position === position.first;
  }

  /** Takes the bytes that were sent on. */
  pass(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && this.#isCertain) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, end - at);
        this.#left -= step;
        at += step;
      } else {
        this.#readHeader(bytes[at] ?? 0);
        at++;
      }
    }
  }

  #readHeader(code: number): void {
    if (this.#position === position.first) {
      if ((code & 0x0f) === closeOpcode) this.#hasClosed = true;
      this.#position = position.length;
    } else if (this.#position === position.length) {
      this.#readLength(code);
    } else {
      this.#addToLength(code);
    }
  }

  #readLength(code: number): void {
    // A server masks nothing (section 5.1), so what has this bit is no frame that we understand.
    if (code > 0x7f) {
      this.#isCertain = false;
      return;
    }
    this.#length = 0;
    this.#lengthLeft = code === 127 ? 8 : code === 126 ? 2 : 0;
    if (this.#lengthLeft > 0) this.#position = position.extendedLength;
    else this.#beginPayload(code);
  }

  #addToLength(code: number): void {
    this.#length = this.#length * 256 + code;
    this.#lengthLeft--;
    if (this.#lengthLeft > 0) return;
    if (Number.isSafeInteger(this.#length)) this.#beginPayload(this.#length);
    else this.#isCertain = false;
  }

  #beginPayload(length: number): void {
    this.#left = length;
    this.#position = position.first;
  }
}

const position = { first: 0, length: 1, extendedLength: 2 } as const;
const closeOpcode = 8;

/** An unmasked Close with status 1001, "going away" (RFC 6455 sections 5.5.1 and 7.4.1). */
export function goingAwayFrame(): Buffer {
  return Buffer.from([0x88, 0x02, 0x03, 0xe9]);
}
