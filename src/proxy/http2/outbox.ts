import { HeaderLines } from '../header-lines.ts';
import type { SendMemory } from '../send-memory.ts';
import type { WatchedSocket } from '../watched-socket.ts';
import type { Budgets } from './budgets.ts';
import { defaultFrameBytes, frameFlag, frameHeadBytes, frameType, initialWindowBytes } from './frames.ts';
import { encodeLines } from './hpack/encode-lines.ts';
import { HpackEncoder, mostBlockBytes } from './hpack/encoder.ts';
import { Output, type OutputOwner } from './output.ts';
import type { PeerSettings } from './peer-settings.ts';
import type { Stream } from './stream.ts';

/** Up to here bytes that waited are copied next to other frames; more of them leave as they stand. */
const copiedBytes = 2_048;

/** What an outbox needs of its connection. */
export interface OutboxOwner {
  readonly budgets: Budgets;
  readonly peer: PeerSettings;
  /** On the clock of `Deadlines.nowMs`. */
  readonly nowMs: number;
  /** The END_STREAM of a stream is among the bytes that leave. */
  onLocalEnd(stream: Stream): void;
  /** Something waits now, or nothing does any more. */
  onWaiting(isWaiting: boolean): void;
  /** The socket has taken bytes. */
  onMoved(): void;
  onBug(cause: unknown): void;
}

/** Frames what one connection sends, within the windows that its peer grants, and fairly among its streams. */
export class Outbox implements OutputOwner {
  /** What the peer takes on all streams together. */
  window = initialWindowBytes;
  readonly output: Output;
  readonly encoder: HpackEncoder;
  /** Body bytes that wait on all streams. */
  queuedBytes = 0;
  /** Streams with something to send, in turn. */
  readonly #line: Stream[] = [];
  readonly #waiting = new Set<Stream>();
  readonly #owner: OutboxOwner;

  constructor(socket: WatchedSocket, memory: SendMemory, owner: OutboxOwner) {
    this.#owner = owner;
    this.output = new Output(socket, memory, this);
    this.encoder = new HpackEncoder(4_096, memory.knownHeaders);
  }

  /** Streams with bytes that no window has room for, or the socket does not take. */
  get waiting(): ReadonlySet<Stream> {
    return this.#waiting;
  }

  /** Sends a frame of at most 16,384 bytes that needs no window. */
  frame(type: number, flags: number, streamId: number, payload: Buffer): void {
    const { output } = this;
    output.room(frameHeadBytes + payload.length);
    output.frameHead(payload.length, type, flags, streamId);
    output.at += payload.copy(output.bytes, output.at);
  }

  /** Sends a frame whose payload is one number of 32 bits: RST_STREAM or WINDOW_UPDATE. */
  numberFrame(type: number, streamId: number, value: number): void {
    const { output } = this;
    const bytes = output.room(frameHeadBytes + 4);
    output.frameHead(4, type, 0, streamId);
    const { at } = output;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    output.at = at + 4;
  }

  /**
   * Begins a header block and makes room for `characters` of text: see `mostBlockBytes`. The caller encodes into `output.bytes`
   * from the offset on that this returns, and tells `endBlock` where that ended.
   */
  beginBlock(characters: number): number {
    const { output } = this;
    output.room(frameHeadBytes + mostBlockBytes(characters));
    return this.encoder.begin(output.bytes, output.at + frameHeadBytes);
  }

  /** Frames a block that ends at `end`, in as many frames as it needs. */
  endBlock(stream: Stream, end: number, ends: boolean): void {
    const { output } = this;
    const headAt = output.at;
    const length = end - headAt - frameHeadBytes;
    const endFlag = ends ? frameFlag.endStream : 0;
    this.#remember(stream, headAt);
    if (length > defaultFrameBytes) this.#splitBlock(stream.id, headAt, length, endFlag);
    else {
      output.frameHead(length, frameType.headers, frameFlag.endHeaders | endFlag, stream.id);
      output.at = end;
    }
    if (ends) this.#ended(stream);
  }

  /** Sends body bytes as far as may be, and keeps a copy of the rest; the caller may reuse the bytes. */
  data(stream: Stream, bytes: Buffer, start: number, end: number): void {
    let at = start;
    if (stream.queue.length === 0 && this.#line.length === 0) at = this.#sendNow(stream, bytes, start, end);
    if (at === end) return;
    if (stream.queue.length === 0) {
      stream.movedMs = this.#owner.nowMs;
      this.#wait(stream);
    }
    stream.queue.append(bytes, at, end);
    this.queuedBytes += end - at;
    this.#enqueue(stream);
  }

  /** The body is complete: END_STREAM goes with its last frame where that is still here, else in one of its own. */
  end(stream: Stream): void {
    if (stream.isLocalEnded || stream.endsAfterQueue) return;
    if (stream.queue.length > 0) {
      stream.endsAfterQueue = true;
      return;
    }
    this.#finish(stream);
  }

  /** A stream's peer has enlarged its window. */
  windowGrew(stream: Stream): void {
    if (stream.queue.length > 0) this.#enqueue(stream);
  }

  /** The connection's window, or every stream's, has been enlarged. */
  windowsGrew(): void {
    for (const stream of this.#waiting) this.#enqueue(stream);
    if (this.#line.length > 0) this.output.schedule();
  }

  /** Drops what waits on a stream that was reset. */
  drop(stream: Stream): void {
    this.queuedBytes -= stream.queue.length;
    stream.queue.clear();
    stream.endsAfterQueue = false;
    stream.trailers = '';
    stream.lastFrameBatch = 0;
    if (stream.isQueued) {
      stream.isQueued = false;
      this.#line.splice(this.#line.indexOf(stream), 1);
    }
    this.#settle(stream);
  }

  close(): void {
    this.output.close();
    this.#line.length = 0;
    this.#waiting.clear();
  }

  /** One frame of each stream in turn, as long as the socket and the connection's window have room. */
  beforeWrite(): void {
    const { output } = this;
    while (this.#line.length > 0 && this.window > 0 && !output.isFull) {
      const stream = this.#line.shift();
      if (stream === undefined) return;
      this.#sendTurn(stream);
    }
  }

  afterWrite(): void {
    this.#owner.onMoved();
    if (this.#line.length > 0 && this.window > 0) this.output.schedule();
  }

  onBug(cause: unknown): void {
    this.#owner.onBug(cause);
  }

  #sendTurn(stream: Stream): void {
    const { queue } = stream;
    const { output } = this;
    const size = Math.min(queue.length, defaultFrameBytes, stream.sendWindow, this.window);
    if (size <= 0) {
      stream.isQueued = false;
      return;
    }
    const piece = queue.take(size);
    const { length } = piece;
    const isCopied = length <= copiedBytes;
    output.room(frameHeadBytes + (isCopied ? length : 0));
    this.#remember(stream, output.at);
    this.#dataHead(stream, length, queue.length > 0);
    if (isCopied) output.at += piece.copy(output.bytes, output.at);
    else output.add(piece);
    this.queuedBytes -= length;
    stream.movedMs = this.#owner.nowMs;
    if (queue.length > 0) {
      this.#line.push(stream);
      return;
    }
    stream.isQueued = false;
    this.#settle(stream);
    if (stream.endsAfterQueue) this.#finish(stream);
    else stream.onQueueEmpty();
  }

  #sendNow(stream: Stream, bytes: Buffer, start: number, end: number): number {
    const { output } = this;
    let at = start;
    while (at < end && output.hasRoom()) {
      const size = Math.min(end - at, defaultFrameBytes, stream.sendWindow, this.window);
      if (size <= 0) break;
      output.room(frameHeadBytes + size);
      this.#remember(stream, output.at);
      this.#dataHead(stream, size, at + size < end);
      output.at += bytes.copy(output.bytes, output.at, at, at + size);
      at += size;
    }
    return at;
  }

  #dataHead(stream: Stream, length: number, isCut: boolean): void {
    stream.sendWindow -= length;
    this.window -= length;
    this.#owner.budgets.dataSent(length, isCut);
    this.output.frameHead(length, frameType.data, 0, stream.id);
  }

  #finish(stream: Stream): void {
    stream.endsAfterQueue = false;
    const { output } = this;
    if (stream.trailers !== '') this.#sendTrailers(stream);
    else if (stream.lastFrameBatch === output.batch) {
      const flagsAt = stream.lastFrameAt + 4;
      stream.lastFrameBytes[flagsAt] = (stream.lastFrameBytes[flagsAt] ?? 0) | frameFlag.endStream;
      this.#ended(stream);
    } else {
      output.room(frameHeadBytes);
      output.frameHead(0, frameType.data, frameFlag.endStream, stream.id);
      this.#ended(stream);
    }
  }

  #sendTrailers(stream: Stream): void {
    const text = stream.trailers;
    stream.trailers = '';
    const at = this.beginBlock(text.length);
    this.endBlock(stream, encodeLines(ownLines(text), this.encoder, this.output.bytes, at), true);
  }

  #ended(stream: Stream): void {
    stream.isLocalEnded = true;
    stream.lastFrameBatch = 0;
    this.#owner.onLocalEnd(stream);
  }

  /** Remembers where a frame's flags stand, so that END_STREAM can still be added. */
  #remember(stream: Stream, at: number): void {
    const { output } = this;
    stream.lastFrameBatch = output.batch;
    stream.lastFrameBytes = output.bytes;
    stream.lastFrameAt = at;
  }

  #splitBlock(streamId: number, headAt: number, length: number, endFlag: number): void {
    const { output } = this;
    const from = headAt + frameHeadBytes;
    const block = Buffer.from(output.bytes.subarray(from, from + length));
    for (let at = 0; at < length; at += defaultFrameBytes) {
      const size = Math.min(defaultFrameBytes, length - at);
      const type = at === 0 ? frameType.headers : frameType.continuation;
      const last = at + size === length ? frameFlag.endHeaders : 0;
      output.room(frameHeadBytes + size);
      output.frameHead(size, type, at === 0 ? last | endFlag : last, streamId);
      output.at += block.copy(output.bytes, output.at, at, at + size);
    }
  }

  #enqueue(stream: Stream): void {
    if (stream.isQueued || stream.sendWindow <= 0) return;
    stream.isQueued = true;
    this.#line.push(stream);
    this.output.schedule();
  }

  #wait(stream: Stream): void {
    this.#waiting.add(stream);
    if (this.#waiting.size === 1) this.#owner.onWaiting(true);
  }

  #settle(stream: Stream): void {
    if (this.#waiting.delete(stream) && this.#waiting.size === 0) this.#owner.onWaiting(false);
  }
}

/** Header lines that are all our own, as `encodeLines` takes them. */
function ownLines(text: string): HeaderLines {
  const lines = new HeaderLines();
  lines.own = text;
  return lines;
}
