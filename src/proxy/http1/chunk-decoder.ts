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
  extensionName: 2,
  extensionMoreName: 3,
  extensionValue: 4,
  extensionToken: 5,
  quoted: 6,
  quotedPair: 7,
  quotedEnd: 8,
  sizeLineFeed: 9,
  data: 10,
  dataReturn: 11,
  dataLineFeed: 12,
  trailerStart: 13,
  trailerName: 14,
  trailerValue: 15,
  trailerLineFeed: 16,
  lastLineFeed: 17,
  done: 18,
} as const;

const mostSizeDigits = 8;

/**
 * Decodes a chunked body (RFC 9112 section 7.1) from any split of its bytes. Strict: CRLF only, no blank around a size or in
 * an extension, at most eight digits. Extensions and trailers are checked, counted and dropped, so nothing of them reaches the
 * other side.
 */
export class ChunkDecoder {
  dataStart = 0;
  dataEnd = 0;
  /** The offset up to which bytes are used up. */
  at = 0;
  #state: number = state.firstDigit;
  #size = 0;
  #digits = 0;
  /** Bytes of extensions and of trailer lines, which a body may have `headBytes` of. */
  #extra = 0;
  #trailers = 0;
  /** Of the trailer line that is being read, without its CRLF. */
  #lineBytes = 0;
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
        if (code !== byte.semicolon || ++this.#extra > this.#limits.headBytes) return -1;
        return state.extensionName;
      }
      case state.sizeLineFeed:
        if (code !== byte.lineFeed) return -1;
        return this.#size === 0 ? state.trailerStart : state.data;
      default:
        return this.#inExtension(code);
    }
  }

  /** `*( ";" name [ "=" ( token / quoted-string ) ] )` (RFC 9112 section 7.1.1), behind the first semicolon. */
  #inExtension(code: number): number {
    const now = this.#state;
    const mayEnd = now === state.extensionMoreName || now === state.extensionToken || now === state.quotedEnd;
    if (mayEnd && code === byte.carriageReturn) return state.sizeLineFeed;
    if (++this.#extra > this.#limits.headBytes) return -1;
    if (mayEnd && code === byte.semicolon) return state.extensionName;
    switch (now) {
      case state.extensionName:
        return tokenByte[code] === 1 ? state.extensionMoreName : -1;
      case state.extensionMoreName:
        if (code === byte.equals) return state.extensionValue;
        return tokenByte[code] === 1 ? state.extensionMoreName : -1;
      case state.extensionValue:
        if (code === byte.quote) return state.quoted;
        return tokenByte[code] === 1 ? state.extensionToken : -1;
      case state.extensionToken:
        return tokenByte[code] === 1 ? state.extensionToken : -1;
      case state.quoted:
        if (code === byte.quote) return state.quotedEnd;
        if (code === byte.backslash) return state.quotedPair;
        return valueByte[code] === 1 ? state.quoted : -1;
      case state.quotedPair:
        return valueByte[code] === 1 ? state.quoted : -1;
      default:
        return -1;
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
        return this.#inTrailers(code);
    }
  }

  #inTrailers(code: number): number {
    const now = this.#state;
    if (now === state.trailerStart && code === byte.carriageReturn) return state.lastLineFeed;
    if (++this.#extra > this.#limits.headBytes) return -1;
    if (now === state.trailerLineFeed) return code === byte.lineFeed ? state.trailerStart : -1;
    if (now === state.trailerValue && code === byte.carriageReturn) return state.trailerLineFeed;
    if (now === state.trailerStart) {
      this.#lineBytes = 0;
      if (++this.#trailers > this.#limits.headerCount) return -1;
    }
    if (++this.#lineBytes > this.#limits.lineBytes) return -1;
    if (now === state.trailerValue) return valueByte[code] === 1 ? now : -1;
    if (now === state.trailerName && code === byte.colon) return state.trailerValue;
    return tokenByte[code] === 1 ? state.trailerName : -1;
  }
}

function hexDigit(code: number): number {
  if (code >= byte.zero && code <= byte.nine) return code - byte.zero;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
