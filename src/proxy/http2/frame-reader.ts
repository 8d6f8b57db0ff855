import { defaultFrameBytes, errorCode, frameFlag, frameHeadBytes, frameType } from './frames.ts';

/** What is told of the frames of one connection, in order. Bytes are valid until the call returns. */
export interface FrameSink {
  /**
   * A whole frame other than DATA, its payload from `start` to `end`: up to the frame limit, at its only length where its type
   * has one (but for PRIORITY, whose wrong length is a matter of its stream). Frames of unknown types come with no payload.
   */
  frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void;
  /**
   * A part of a DATA frame as it came, never joined with others; it may be empty. `last` is true with the frame's last part, and
   * exactly once. Flow control counts `end - start + padding` of each part: padding is no part of the body.
   */
  data(
    streamId: number,
    bytes: Buffer,
    start: number,
    end: number,
    last: boolean,
    flags: number,
    padding: number,
  ): void;
}

const state = { head: 0, payload: 1, padLength: 2, data: 3, padding: 4, skip: 5 } as const;

/** A frame that is split is first held in this much; it grows with what has really come. */
const heldBytes = 256;
/** More than this is given back once its frame is over. */
const keptBytes = 1_024;

/**
 * Takes the frames of one connection apart (RFC 9113 section 4.1), from pieces of any size. A frame that lies whole in a piece is
 * told of where it stands; only what a piece cuts through is copied, except DATA, which is told of in parts.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #limit: number;
  #state: number = state.head;
  #type = 0;
  #flags = 0;
  #streamId = 0;
  /** Payload bytes that have not been told of. */
  #left = 0;
  /** Bytes of padding at the end of those. */
  #padding = 0;
  /** Start of a frame's head or payload that a piece has cut. */
  #held: Buffer | null = null;
  #heldLength = 0;
  #isStopped = false;

  /** `limit` is the largest payload, in bytes. */
  constructor(sink: FrameSink, limit = defaultFrameBytes) {
    this.#sink = sink;
    this.#limit = limit;
  }

  /** Bytes that are kept because their frame is not whole. */
  get heldBytes(): number {
    return this.#held === null ? 0 : this.#held.length;
  }

  /** Some bytes of a frame's head, or of a payload other than DATA, have come, and not all of them. */
  get isCut(): boolean {
    return this.#heldLength > 0;
  }

  /** Tells of nothing any more, also within the piece that is being read. */
  stop(): void {
    this.#isStopped = true;
    this.#held = null;
  }

  /**
   * Reads a piece. Returns `errorCode.none`, or the code of a connection error (RFC 9113 sections 4.2 and 6.1), after which nothing
   * is told of any more.
   */
  read(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (!this.#isStopped) {
      if (this.#state === state.head) {
        if (at === end) break;
        at = this.#readHead(bytes, at, end);
        if (at < 0) {
          this.stop();
          return -at;
        }
        if (this.#state === state.head) continue;
      }
      // An empty payload ends where it begins; of any other there has to be something to go on.
      if (at === end && this.#left > 0) break;
      const next = this.#readPayload(bytes, at, end);
      if (next < 0) {
        this.stop();
        return -next;
      }
      at = next;
    }
    return errorCode.none;
  }

  /** The offset behind what was used, or the negative code of an error. */
  #readHead(bytes: Buffer, at: number, end: number): number {
    if (this.#heldLength === 0 && end - at >= frameHeadBytes) {
      return this.#begin(bytes, at) || at + frameHeadBytes;
    }
    const used = Math.min(end - at, frameHeadBytes - this.#heldLength);
    const held = this.#hold(bytes, at, at + used);
    if (this.#heldLength < frameHeadBytes) return at + used;
    this.#heldLength = 0;
    this.#release();
    return this.#begin(held, 0) || at + used;
  }

  /** 0, or the negative code of an error. */
  #begin(bytes: Buffer, at: number): number {
    const length = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const type = bytes[at + 3] ?? 0;
    this.#type = type;
    this.#flags = bytes[at + 4] ?? 0;
    this.#streamId =
      (((bytes[at + 5] ?? 0) & 0x7f) << 24) |
      ((bytes[at + 6] ?? 0) << 16) |
      ((bytes[at + 7] ?? 0) << 8) |
      (bytes[at + 8] ?? 0);
    this.#left = length;
    this.#padding = 0;
    if (length > this.#limit || !isLengthOf(type, length, this.#flags)) return -errorCode.frameSize;
    if (type === frameType.data) {
      this.#state = (this.#flags & frameFlag.padded) === 0 ? state.data : state.padLength;
    } else if (type > frameType.continuation) {
      this.#state = state.skip;
      this.#sink.frame(type, this.#flags, this.#streamId, bytes, at, at);
    } else this.#state = state.payload;
    return 0;
  }

  #readPayload(bytes: Buffer, at: number, end: number): number {
    switch (this.#state) {
      case state.payload:
        return this.#readWhole(bytes, at, end);
      case state.padLength:
        return this.#readPadLength(bytes, at);
      case state.data:
        return this.#readData(bytes, at, end);
      case state.padding:
        return this.#readPadding(bytes, at, end);
      default:
        return this.#skip(at, end);
    }
  }

  #readWhole(bytes: Buffer, at: number, end: number): number {
    if (this.#heldLength === 0 && end - at >= this.#left) {
      const next = at + this.#left;
      this.#state = state.head;
      this.#sink.frame(this.#type, this.#flags, this.#streamId, bytes, at, next);
      return next;
    }
    const used = Math.min(end - at, this.#left);
    const held = this.#hold(bytes, at, at + used);
    this.#left -= used;
    if (this.#left > 0) return at + used;
    const length = this.#heldLength;
    this.#heldLength = 0;
    this.#state = state.head;
    this.#sink.frame(this.#type, this.#flags, this.#streamId, held, 0, length);
    this.#release();
    return at + used;
  }

  #readPadLength(bytes: Buffer, at: number): number {
    // The frame is as long as its padding, or longer: its length of padding counts too (RFC 9113 section 6.1).
    const padding = bytes[at] ?? 0;
    if (this.#left <= padding) return -errorCode.protocol;
    this.#padding = padding;
    this.#left--;
    const isLast = this.#left === 0;
    this.#state = isLast ? state.head : state.data;
    this.#sink.data(this.#streamId, bytes, at, at, isLast, this.#flags, 1);
    return at + 1;
  }

  #readData(bytes: Buffer, at: number, end: number): number {
    const size = Math.min(end - at, this.#left - this.#padding);
    this.#left -= size;
    const next = at + size;
    // What padding is there already is told of together with the body.
    const padding = this.#left === this.#padding ? Math.min(end - next, this.#padding) : 0;
    this.#left -= padding;
    const isLast = this.#left === 0;
    if (isLast) this.#state = state.head;
    else if (this.#left <= this.#padding - padding) this.#state = state.padding;
    this.#sink.data(this.#streamId, bytes, at, next, isLast, this.#flags, padding);
    return next + padding;
  }

  #readPadding(bytes: Buffer, at: number, end: number): number {
    const padding = Math.min(end - at, this.#left);
    this.#left -= padding;
    if (this.#left === 0) this.#state = state.head;
    this.#sink.data(this.#streamId, bytes, at, at, this.#left === 0, this.#flags, padding);
    return at + padding;
  }

  #skip(at: number, end: number): number {
    const used = Math.min(end - at, this.#left);
    this.#left -= used;
    if (this.#left === 0) this.#state = state.head;
    return at + used;
  }

  #hold(bytes: Buffer, from: number, to: number): Buffer {
    const length = this.#heldLength + (to - from);
    let held = this.#held;
    if (held === null || held.length < length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(heldBytes, 2 ** Math.ceil(Math.log2(length))));
      if (held !== null) held.copy(larger, 0, 0, this.#heldLength);
      held = larger;
      this.#held = held;
    }
    bytes.copy(held, this.#heldLength, from, to);
    this.#heldLength = length;
    return held;
  }

  #release(): void {
    if (this.#held !== null && this.#held.length > keptBytes) this.#held = null;
  }
}

/** False where a frame of this type cannot be that long (RFC 9113 section 4.2 and each type's own section). */
function isLengthOf(type: number, length: number, flags: number): boolean {
  switch (type) {
    case frameType.data:
      return length > 0 || (flags & frameFlag.padded) === 0;
    case frameType.headers: {
      const least = ((flags & frameFlag.padded) === 0 ? 0 : 1) + ((flags & frameFlag.priority) === 0 ? 0 : 5);
      return length >= least;
    }
    case frameType.pushPromise:
      return length >= ((flags & frameFlag.padded) === 0 ? 4 : 5);
    case frameType.rstStream:
    case frameType.windowUpdate:
      return length === 4;
    case frameType.settings:
      return (flags & frameFlag.ack) === 0 ? length % 6 === 0 : length === 0;
    case frameType.ping:
      return length === 8;
    case frameType.goAway:
      return length >= 8;
    default:
      return true;
  }
}
