import type { Limits } from '../limits.ts';
import { byte, tokenByte, valueByte } from './bytes.ts';

/** What `ChunkDecoder.next` came upon. */
export const chunkEvent = {
  /** All bytes are used up; more are needed. */
  more: 0,
  /** Body bytes lie from `dataStart` to `dataEnd`. */
  data: 1,
  /** The body is complete; what follows `at` belongs to the next message. */
  end: 2,
  /** The body is malformed. */
  malformed: 3,
} as const;

const state = {
  firstDigit: 0,
  digits: 1,
  extension: 2,
  extensionName: 3,
  sizeLineFeed: 4,
  data: 5,
  dataReturn: 6,
  dataLineFeed: 7,
  trailerStart: 8,
  trailerName: 9,
  trailerValue: 10,
  trailerLineFeed: 11,
  lastLineFeed: 12,
  done: 13,
} as const;

const mostSizeDigits = 8;

/**
 * Decodes a chunked body (RFC 9112 section 7.1) from any split of its bytes. Strict: CRLF only, no blank around a size, at
 * most eight digits. Extensions and trailers are checked, counted and dropped, so nothing of them reaches the other side.
 */
export class ChunkDecoder {
  dataStart = 0;
  dataEnd = 0;
  /** The offset up to which bytes are used up. */
  at = 0;
  #state: number = state.firstDigit;
  #size = 0;
  #digits = 0;
  /** Bytes of extensions and trailers, which a body may have `headBytes` of. */
  #extra = 0;
  #trailers = 0;
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Makes ready for the next body. */
  reset(): void {
    this.#state = state.firstDigit;
    this.#size = 0;
    this.#digits = 0;
    this.#extra = 0;
    this.#trailers = 0;
  }

  /** Goes on at `from` and returns at the next event. */
  next(bytes: Uint8Array, from: number, end: number): number {
    this.at = from;
    while (this.at < end) {
      if (this.#state === state.data) return this.#takeData(end);
      const code = bytes[this.at] ?? 0;
      this.at++;
      const following = this.#state < state.data ? this.#inSizeLine(code) : this.#behindData(code);
      if (following < 0) return chunkEvent.malformed;
      this.#state = following;
      if (following === state.done) return chunkEvent.end;
    }
    return chunkEvent.more;
  }

  #takeData(end: number): number {
    const length = Math.min(end - this.at, this.#size);
    this.dataStart = this.at;
    this.dataEnd = this.at + length;
    this.at = this.dataEnd;
    this.#size -= length;
    if (this.#size === 0) this.#state = state.dataReturn;
    return chunkEvent.data;
  }

  #inSizeLine(code: number): number {
    switch (this.#state) {
      case state.firstDigit:
      case state.digits: {
        const digit = hexDigit(code);
        if (digit >= 0) return this.#addDigit(digit);
        if (this.#state === state.firstDigit) return -1;
        if (code === byte.carriageReturn) return state.sizeLineFeed;
        return code === byte.semicolon ? state.extensionName : -1;
      }
      case state.extensionName:
        if (++this.#extra > this.#limits.headBytes || tokenByte[code] !== 1) return -1;
        return state.extension;
      case state.extension:
        if (code === byte.carriageReturn) return state.sizeLineFeed;
        if (++this.#extra > this.#limits.headBytes || valueByte[code] !== 1) return -1;
        return code === byte.semicolon ? state.extensionName : state.extension;
      default:
        if (code !== byte.lineFeed) return -1;
        return this.#size === 0 ? state.trailerStart : state.data;
    }
  }

  #addDigit(digit: number): number {
    if (++this.#digits > mostSizeDigits) return -1;
    this.#size = this.#size * 16 + digit;
    return state.digits;
  }

  #behindData(code: number): number {
    switch (this.#state) {
      case state.dataReturn:
        return code === byte.carriageReturn ? state.dataLineFeed : -1;
      case state.dataLineFeed:
        this.#digits = 0;
        return code === byte.lineFeed ? state.firstDigit : -1;
      case state.lastLineFeed:
        return code === byte.lineFeed ? state.done : -1;
      default:
        return ++this.#extra > this.#limits.headBytes ? -1 : this.#inTrailers(code);
    }
  }

  #inTrailers(code: number): number {
    switch (this.#state) {
      case state.trailerStart:
        if (code === byte.carriageReturn) return state.lastLineFeed;
        if (++this.#trailers > this.#limits.headerCount) return -1;
        return tokenByte[code] === 1 ? state.trailerName : -1;
      case state.trailerName:
        if (code === byte.colon) return state.trailerValue;
        return tokenByte[code] === 1 ? state.trailerName : -1;
      case state.trailerValue:
        if (code === byte.carriageReturn) return state.trailerLineFeed;
        return valueByte[code] === 1 ? state.trailerValue : -1;
      default:
        return code === byte.lineFeed ? state.trailerStart : -1;
    }
  }
}

function hexDigit(code: number): number {
  if (code >= byte.zero && code <= byte.nine) return code - byte.zero;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
