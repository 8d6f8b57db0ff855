import type { Deadlines } from '../deadlines.ts';
import type { SendMemory } from '../send-memory.ts';
import type { SocketWatcher, WatchedSocket } from '../watched-socket.ts';
import { Budgets, budget } from './budgets.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import { errorCode, frameFlag, frameType, initialWindowBytes, maxWindowBytes } from './frames.ts';
import { HeldBlock } from './held-block.ts';
import { HpackDecoder } from './hpack/decoder.ts';
import { Outbox, type OutboxOwner } from './outbox.ts';
import { PeerSettings } from './peer-settings.ts';
import { RecentIds } from './recent-ids.ts';
import { SessionRole } from './session-role.ts';
import type { Stream } from './stream.ts';

/** What the peer may send on all streams together before some of it was used, in bytes. */
const connectionWindowBytes = 1_048_576;
/** Of our HPACK table, which nobody is told of since everyone starts with it. */
const tableBytes = 4_096;
/** As many streams that we have reset as a peer can have made us reset before it knew. */
const mostResetIds = 2_048;
/** How long the last words to a peer may take to leave. */
export const lastWordsMs = 1_000;

/** What both roles of HTTP/2 are handed. */
export interface SessionHome {
  readonly deadlines: Deadlines;
  readonly sendMemory: SendMemory;
}

/**
 * What both ends of an HTTP/2 connection do alike (RFC 9113 sections 4 to 6): frames are judged and taken apart, windows, settings,
 * PING and GOAWAY answered, floods ended. A role says what its header blocks mean, and which streams there are.
 */
export abstract class Session extends SessionRole implements FrameSink, SocketWatcher, OutboxOwner {
  readonly budgets: Budgets;
  readonly peer = new PeerSettings();
  protected readonly socket: WatchedSocket;
  protected readonly deadlines: Deadlines;
  protected readonly outbox: Outbox;
  protected readonly reader = new FrameReader(this);
  protected readonly decoder = new HpackDecoder(tableBytes);
  /** Streams that neither side has ended, or only one of them. */
  protected readonly streams = new Map<number, Stream>();
  /** Those that we have reset: the peer may not know yet. */
  protected readonly resetIds = new RecentIds(mostResetIds);
  /** The last words are said: nothing more is read, and nothing written. */
  protected isOver = false;
  /** The peer's first SETTINGS have come. */
  protected isSettled = false;
  readonly #held = new HeldBlock();
  /** Streams with a body of which something was read in this turn. */
  readonly #read: Stream[] = [];
  #receiveWindow = connectionWindowBytes;
  #owed = 0;
  /** Of the stream's own begin. */
  readonly #streamWindow = initialWindowBytes;

  constructor(socket: WatchedSocket, home: SessionHome) {
    super();
    this.socket = socket;
    this.deadlines = home.deadlines;
    this.budgets = new Budgets(home.deadlines.nowMs);
    this.outbox = new Outbox(socket, home.sendMemory, this);
  }

  get nowMs(): number {
    return this.deadlines.nowMs;
  }

  /** The socket's own word for what `afterWrite` of the output knows better. */
  onDrain(): void {}

  onBytes(bytes: Buffer, length: number): void {
    this.feed(bytes, 0, length);
  }

  /** Reads frames from bytes that have come. */
  protected feed(bytes: Buffer, start: number, end: number): void {
    if (this.isOver) return;
    const code = this.reader.read(bytes, start, end);
    if (code !== errorCode.none) this.fail(code);
    const read = this.#read;
    if (read.length > 0) {
      for (const stream of read) if (stream.id !== 0) stream.onReadEnd();
      read.length = 0;
    }
    if (!this.isOver) this.onReadEnd();
  }

  /** Sends what a connection of ours begins with: SETTINGS, and the window that is not in them. */
  protected sendSettings(payload: Buffer): void {
    this.outbox.frame(frameType.settings, 0, 0, payload);
    this.outbox.numberFrame(frameType.windowUpdate, 0, connectionWindowBytes - initialWindowBytes);
  }

  /** GOAWAY (RFC 9113 section 6.8). */
  protected sendGoAway(lastId: number, code: number): void {
    const payload = Buffer.allocUnsafe(8);
    payload.writeUInt32BE(lastId, 0);
    payload.writeUInt32BE(code, 4);
    this.outbox.frame(frameType.goAway, 0, 0, payload);
  }

  /** A connection error (RFC 9113 section 5.4.1): says which, and closes. */
  protected fail(code: number): void {
    if (this.isOver) return;
    this.sendGoAway(this.lastPeerId(), code);
    this.outbox.output.write();
    this.isOver = true;
    this.reader.stop();
    this.onFailed(code);
    this.outbox.close();
    this.socket.end();
    // A peer whose bytes are still coming would be answered with a reset, which takes the GOAWAY away; they are read and dropped.
    this.socket.resume();
  }

  /** Uses up a budget; where it has not that much left, the connection ends. Returns false then. */
  protected spend(which: number, count = 1): boolean {
    if (this.budgets.spend(which, count, this.deadlines.nowMs)) return true;
    this.fail(errorCode.enhanceYourCalm);
    return false;
  }

  /** A stream error (RFC 9113 section 5.4.2), or the end of a stream that is not wanted any more. */
  reset(stream: Stream, code: number): void {
    const { id } = stream;
    if (this.isOver || this.streams.get(id) !== stream) return;
    this.forget(stream);
    this.sendReset(id, code);
    stream.onReset(code);
  }

  /** Sends RST_STREAM, and bears with what is on its way. */
  protected sendReset(id: number, code: number): void {
    this.outbox.numberFrame(frameType.rstStream, id, code);
    this.resetIds.add(id);
    this.spend(budget.resets);
  }

  /** A stream is no longer known; what waits on it is dropped. */
  protected forget(stream: Stream): void {
    this.streams.delete(stream.id);
    this.outbox.drop(stream);
  }

  /** Body bytes were used: the peer may send as many again, and is told so when it is worth a frame. */
  consumed(stream: Stream, size: number): void {
    this.credit(size);
    this.grant(stream, size);
  }

  /** As `consumed`, for the stream's window alone. */
  grant(stream: Stream, size: number): void {
    stream.owed += size;
    if (stream.owed < this.#streamWindow / 2 || stream.isRemoteEnded) return;
    if (this.isOver || this.streams.get(stream.id) !== stream) return;
    stream.receiveWindow += stream.owed;
    this.outbox.numberFrame(frameType.windowUpdate, stream.id, stream.owed);
    stream.owed = 0;
  }

  /** As `consumed`, for the connection's window alone: other streams must not wait for one that nobody reads. */
  credit(size: number): void {
    this.#owed += size;
    if (this.#owed < connectionWindowBytes / 2 || this.isOver) return;
    this.#receiveWindow += this.#owed;
    this.outbox.numberFrame(frameType.windowUpdate, 0, this.#owed);
    this.#owed = 0;
  }

  data(
    id: number,
    bytes: Buffer,
    start: number,
    end: number,
    last: boolean,
    flags: number,
    padding: number,
  ): void {
    if (this.#held.id !== 0 || !this.isSettled || id === 0 || this.isUnopened(id)) {
      this.fail(errorCode.protocol);
      return;
    }
    const size = end - start + padding;
    this.#receiveWindow -= size;
    if (this.#receiveWindow < 0) {
      this.fail(errorCode.flowControl);
      return;
    }
    const ends = last && (flags & frameFlag.endStream) !== 0;
    if (last && !ends && start === end && !this.spend(budget.emptyFrames)) return;
    const stream = this.streams.get(id);
    if (stream === undefined) {
      // What was on its way when we reset the stream is no mistake (RFC 9113 section 5.1).
      if (this.resetIds.has(id)) this.credit(size);
      else this.fail(errorCode.streamClosed);
      return;
    }
    stream.receiveWindow -= size;
    if (stream.isRemoteEnded || stream.receiveWindow < 0) {
      this.credit(size);
      this.reset(stream, stream.isRemoteEnded ? errorCode.streamClosed : errorCode.flowControl);
      return;
    }
    if (padding > 0) this.consumed(stream, padding);
    if (this.#read.at(-1) !== stream) this.#read.push(stream);
    if (start < end) stream.onData(bytes, start, end, ends);
    if (ends) this.remoteEnded(stream);
  }

  /** The peer's END_STREAM has come. */
  protected remoteEnded(stream: Stream): void {
    const { id } = stream;
    if (this.streams.get(id) !== stream) return;
    stream.isRemoteEnded = true;
    stream.onRemoteEnd();
    if (this.streams.get(id) === stream && stream.isLocalEnded) this.closed(stream);
  }

  /** Both sides of a stream have ended. */
  protected closed(stream: Stream): void {
    this.forget(stream);
    stream.onClosed();
  }

  frame(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    const isFirst = !this.isSettled && (type !== frameType.settings || (flags & frameFlag.ack) !== 0);
    const isBetween = this.#held.id !== 0 && (type !== frameType.continuation || id !== this.#held.id);
    if (isFirst || isBetween) {
      this.fail(errorCode.protocol);
      return;
    }
    switch (type) {
      case frameType.headers:
        this.#headers(flags, id, bytes, start, end);
        break;
      case frameType.continuation:
        this.#continuation(flags, id, bytes, start, end);
        break;
      case frameType.windowUpdate:
        this.#windowUpdate(id, bytes.readUInt32BE(start) & maxWindowBytes);
        break;
      case frameType.rstStream:
        this.#rstStream(id, bytes.readUInt32BE(start));
        break;
      case frameType.settings:
        this.#settings(flags, id, bytes, start, end);
        break;
      case frameType.ping:
        this.#ping(flags, id, bytes.subarray(start, end));
        break;
      case frameType.goAway:
        if (id !== 0) this.fail(errorCode.protocol);
        else this.onGoAway(bytes.readUInt32BE(start) & maxWindowBytes, bytes.readUInt32BE(start + 4));
        break;
      case frameType.priority:
        this.#priority(id, bytes, start, end);
        break;
      case frameType.pushPromise:
        // Clients cannot push, and we allow no server to.
        this.fail(errorCode.protocol);
        break;
      default:
        this.spend(budget.ignored);
    }
  }

  #headers(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    let from = start;
    let to = end;
    if ((flags & frameFlag.padded) !== 0) to -= bytes[from++] ?? 0;
    const dependsOn = (flags & frameFlag.priority) === 0 ? 0 : bytes.readUInt32BE(from) & maxWindowBytes;
    if ((flags & frameFlag.priority) !== 0) from += 5;
    if (id === 0 || from > to) {
      this.fail(errorCode.protocol);
      return;
    }
    const isWhole = (flags & frameFlag.endHeaders) !== 0;
    if (isWhole) this.onBlock(id, flags, bytes, from, to);
    else {
      this.#held.begin(id, flags);
      this.#held.add(bytes, from, to);
      this.onBlockHeld(true);
    }
    if (dependsOn === id) this.#dependsOnItself(id);
  }

  #continuation(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    const held = this.#held;
    if (held.id === 0) {
      this.fail(errorCode.protocol);
      return;
    }
    if (!held.add(bytes, start, end)) {
      this.fail(errorCode.enhanceYourCalm);
      return;
    }
    if ((flags & frameFlag.endHeaders) === 0) return;
    const block = held.end();
    this.onBlockHeld(false);
    this.onBlock(id, held.flags, block, 0, block.length);
  }

  #priority(id: number, bytes: Buffer, start: number, end: number): void {
    if (id === 0) this.fail(errorCode.protocol);
    else if (end - start !== 5) this.#streamError(id, errorCode.frameSize);
    else if (!this.spend(budget.ignored)) return;
    else if ((bytes.readUInt32BE(start) & maxWindowBytes) === id) this.#dependsOnItself(id);
  }

  /** Nobody can wait for itself (RFC 7540 section 5.3.1). */
  #dependsOnItself(id: number): void {
    this.#streamError(id, errorCode.protocol);
  }

  /** An error of a stream that need not be there: one that nobody has opened cannot be reset. */
  #streamError(id: number, code: number): void {
    const stream = this.streams.get(id);
    if (stream !== undefined) this.reset(stream, code);
    else if (this.isUnopened(id)) this.fail(code);
    else this.spend(budget.resets);
  }

  #rstStream(id: number, code: number): void {
    if (id === 0 || this.isUnopened(id)) {
      this.fail(errorCode.protocol);
      return;
    }
    if (!this.spend(budget.resets)) return;
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    this.forget(stream);
    stream.onReset(code);
  }

  #settings(flags: number, id: number, bytes: Buffer, start: number, end: number): void {
    if (id !== 0) {
      this.fail(errorCode.protocol);
      return;
    }
    if (!this.spend(budget.settings, 1 + (end - start) / 600)) return;
    if ((flags & frameFlag.ack) !== 0) return;
    const before = this.peer.windowBytes;
    const fault = this.peer.read(bytes, start, end) || this.#resizeWindows(this.peer.windowBytes - before);
    if (fault !== errorCode.none) {
      this.fail(fault);
      return;
    }
    this.isSettled = true;
    this.outbox.encoder.setPeerMaxTableBytes(this.peer.tableBytes);
    this.outbox.frame(frameType.settings, frameFlag.ack, 0, noBytes);
    this.onSettings();
  }

  /** RFC 9113 section 6.9.2. */
  #resizeWindows(by: number): number {
    if (by === 0) return errorCode.none;
    for (const stream of this.streams.values()) {
      stream.sendWindow += by;
      if (stream.sendWindow > maxWindowBytes) return errorCode.flowControl;
    }
    if (by > 0) this.outbox.windowsGrew();
    return errorCode.none;
  }

  #ping(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) {
      this.fail(errorCode.protocol);
      return;
    }
    if (!this.spend(budget.pings)) return;
    if ((flags & frameFlag.ack) === 0) this.outbox.frame(frameType.ping, frameFlag.ack, 0, payload);
  }

  #windowUpdate(id: number, by: number): void {
    if (id === 0) {
      this.outbox.window += by;
      if (by === 0) this.fail(errorCode.protocol);
      else if (this.outbox.window > maxWindowBytes) this.fail(errorCode.flowControl);
      else if (this.spend(budget.windowUpdates)) this.outbox.windowsGrew();
      return;
    }
    if (this.isUnopened(id)) {
      this.fail(errorCode.protocol);
      return;
    }
    if (!this.spend(budget.windowUpdates)) return;
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    stream.sendWindow += by;
    if (by === 0) this.reset(stream, errorCode.protocol);
    else if (stream.sendWindow > maxWindowBytes) this.reset(stream, errorCode.flowControl);
    else this.outbox.windowGrew(stream);
  }
}

const noBytes = Buffer.alloc(0);
