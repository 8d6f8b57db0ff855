import type { ClientHome, OpenConnection } from '../client-home.ts';
import type { Timed } from '../deadlines.ts';
import type { Peer } from '../forwarded.ts';
import { type WatchedSocket, watch } from '../watched-socket.ts';
import { AnswerBlocks } from './answer-blocks.ts';
import { budget } from './budgets.ts';
import {
  clientPreface,
  errorCode,
  frameFlag,
  initialWindowBytes,
  maxWindowBytes,
  setting,
} from './frames.ts';
import { type HpackSink, hpackResult } from './hpack/decoder.ts';
import { settingsPayload } from './peer-settings.ts';
import { RecentIds } from './recent-ids.ts';
import { RequestBlock, TrailerBlock, verdict } from './request-block.ts';
import { ServerStream, type StreamHome } from './server-stream.ts';
import { lastWordsMs, Session } from './session.ts';
import { isDue, StallRule, soonest } from './stall-rule.ts';
import type { Stream } from './stream.ts';

/** What one connection may make us hold before its new requests are refused, in bytes. */
const mostHeldBytes = 4_194_304;
/** So much unsent that no more is read which would only make more of it. */
const mostUnsentBytes = 262_144;
/** As many streams that have ended as can matter for the code of an error. */
const mostEndedIds = 64;
const preface = Buffer.from(clientPreface, 'latin1');

/** One HTTP/2 connection from a client (RFC 9113): an exchange per stream. */
export class ClientSession extends Session implements OpenConnection, StreamHome, Timed {
  deadline = 0;
  slot = -1;
  /** Bytes of bodies that upstreams do not take yet. */
  heldBytes = 0;
  readonly home: ClientHome;
  readonly #peer: Peer;
  readonly #answers: AnswerBlocks;
  readonly #block: RequestBlock;
  readonly #trailers: TrailerBlock;
  readonly #stalls: StallRule;
  /** Those whose heads came in this turn. */
  readonly #starting: ServerStream[] = [];
  /** Streams that are over, for the next ones. */
  readonly #spare: ServerStream[] = [];
  readonly #endedIds = new RecentIds(mostEndedIds);
  /** This connection's own time without streams. */
  readonly #keepAliveMs: number;
  /** Bytes of the preface that have come. */
  #prefaceAt = 0;
  #lastId = 0;
  #requests = 0;
  /** Characters of the heads of streams that are open. */
  #headCharacters = 0;
  /** Streams above this one are not begun any more; 2^31-1 while all are. */
  #lastAllowedId = maxWindowBytes;
  #hasSaidGoodbye = false;
  #isLeaving = false;
  #isReadingOff = false;
  #isClosed = false;
  #headDeadline = 0;
  #idleDeadline = 0;
  #drainDeadline = 0;

  constructor(socket: WatchedSocket, peer: Peer, home: ClientHome) {
    super(socket, home);
    this.home = home;
    this.#peer = peer;
    this.#answers = new AnswerBlocks(this.outbox, home.date);
    this.#block = new RequestBlock(home.limits, peer.scheme);
    this.#trailers = new TrailerBlock(home.limits.headBytes);
    this.#stalls = new StallRule(this, home);
    this.#keepAliveMs = home.keepAliveMs();
    watch(socket, this);
    home.deadlines.add(this);
    this.#headDeadline = home.deadlines.after(home.limits.headMs);
    this.deadline = this.#headDeadline;
    socket.setNoDelay(true);
    this.sendSettings(
      settingsPayload([
        [setting.maxConcurrentStreams, home.limits.streams],
        [setting.maxHeaderListSize, home.limits.headBytes],
        [setting.enableConnectProtocol, 1],
      ]),
    );
  }

  get isIdle(): boolean {
    return this.streams.size === 0;
  }

  get clientSocket(): WatchedSocket {
    return this.socket;
  }

  destroy(): void {
    this.socket.destroy();
    this.onGone();
  }

  /** Says first that it will close, and a moment later which stream was the last (RFC 9113 section 6.8). */
  drain(): void {
    if (this.#hasSaidGoodbye || this.isOver) return;
    this.#hasSaidGoodbye = true;
    this.sendGoAway(maxWindowBytes, errorCode.none);
    this.#drainDeadline = this.deadlines.after(this.home.limits.lastCallMs);
    this.#arm();
  }

  expire(): void {
    try {
      this.#onExpired();
    } catch (cause) {
      this.onBug(cause);
    }
  }

  override onBytes(bytes: Buffer, length: number): void {
    let at = 0;
    while (this.#prefaceAt < preface.length && at < length) {
      if (bytes[at++] !== preface[this.#prefaceAt++]) {
        this.fail(errorCode.protocol);
        return;
      }
    }
    if (at < length) this.feed(bytes, at, length);
  }

  /** A client's connection has been one from the start. */
  onConnect(): void {}

  /** Body bytes of an answer. */
  send(stream: Stream, bytes: Buffer, start: number, end: number): void {
    this.outbox.data(stream, bytes, start, end);
  }

  /** The answer's body is complete. */
  end(stream: Stream): void {
    this.outbox.end(stream);
  }

  /** A stream that nobody refers to any more may serve again. */
  release(stream: ServerStream): void {
    this.#headCharacters -= stream.head.lines.text.length;
    if (!this.#isClosed) this.#spare.push(stream);
  }

  protected onBlock(id: number, flags: number, bytes: Buffer, start: number, end: number): void {
    const ends = (flags & frameFlag.endStream) !== 0;
    const stream = this.streams.get(id);
    if (stream !== undefined) this.#trailersCame(stream, ends, bytes, start, end);
    else if (id > this.#lastId && (id & 1) === 1) this.#requestCame(id, ends, bytes, start, end);
    else this.#lateBlock(id, bytes, start, end);
  }

  protected isUnopened(id: number): boolean {
    return id > this.#lastId || (id & 1) === 0;
  }

  protected lastPeerId(): number {
    return this.#lastId;
  }

  protected onGoAway(): void {
    this.#isLeaving = true;
  }

  protected onSettings(): void {
    this.#headDeadline = 0;
    if (this.streams.size === 0) this.#idle();
  }

  protected onBlockHeld(isHeld: boolean): void {
    this.#headDeadline = isHeld ? this.deadlines.after(this.home.limits.headMs) : 0;
    this.#arm();
  }

  protected onReadEnd(): void {
    const starting = this.#starting;
    if (starting.length > 0) {
      for (const stream of starting) stream.start();
      starting.length = 0;
    }
    const { isCut } = this.reader;
    if (isCut && this.#headDeadline === 0) {
      this.#headDeadline = this.deadlines.after(this.home.limits.headMs);
      this.#arm();
    }
    if (this.#isLeaving && this.streams.size === 0) this.#close();
    else if (!this.#isReadingOff && this.outbox.output.unsentBytes > mostUnsentBytes) {
      this.#isReadingOff = true;
      this.socket.pause();
      this.#stalls.begin();
      this.#arm();
    }
  }

  protected onFailed(): void {
    this.#endStreams();
    this.#stalls.end();
    this.deadline = this.deadlines.after(lastWordsMs);
  }

  onLocalEnd(stream: Stream): void {
    if (stream.isRemoteEnded) this.closed(stream);
    else if (stream instanceof ServerStream && stream.isTunnel) return;
    // The answer is complete, and the rest of the request is not wanted (RFC 9113 section 8.1).
    else this.reset(stream, errorCode.none);
  }

  onWaiting(isWaiting: boolean): void {
    if (isWaiting) this.#stalls.begin();
    else if (!this.#isReadingOff) this.#stalls.end();
    this.#arm();
  }

  onMoved(): void {
    this.#stalls.moved();
    if (!this.#isReadingOff || this.outbox.output.unsentBytes > mostUnsentBytes / 2) return;
    this.#isReadingOff = false;
    this.socket.resume();
    if (this.outbox.waiting.size === 0) this.#stalls.end();
    this.#arm();
  }

  protected override forget(stream: Stream): void {
    super.forget(stream);
    this.#endedIds.add(stream.id);
    if (this.streams.size > 0 || this.isOver) return;
    if (this.#isLeaving || this.#lastAllowedId !== maxWindowBytes) this.#closeSoon();
    this.#idle();
  }

  onEnd(): void {
    this.destroy();
  }

  onFinish(): void {}

  onGone(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.isOver = true;
    this.reader.stop();
    this.deadline = 0;
    this.deadlines.remove(this);
    this.#stalls.end();
    this.#endStreams();
    this.outbox.close();
    this.#spare.length = 0;
    this.home.closed(this);
  }

  /** The last resort: a bug costs this connection. */
  onBug(cause: unknown): void {
    this.home.broken(cause);
    try {
      this.destroy();
    } catch {
      this.socket.destroy();
    }
  }

  #requestCame(id: number, ends: boolean, bytes: Buffer, start: number, end: number): void {
    if (id > this.#lastAllowedId || this.#isTooMuch()) {
      if (!this.#skip(bytes, start, end)) return;
      if (id > this.#lastAllowedId) return;
      this.#lastId = id;
      this.sendReset(id, errorCode.refusedStream);
      return;
    }
    this.#lastId = id;
    const stream = this.#spare.pop() ?? new ServerStream(this, this.#peer, this.#answers);
    stream.open(id, this.peer.windowBytes, initialWindowBytes);
    stream.isRemoteEnded = ends;
    const block = this.#block;
    block.begin(stream.head);
    const result = this.decoder.decode(bytes, start, end, block);
    if (result !== hpackResult.ok && !this.#isBearable(result)) return;
    const found = block.end(ends);
    this.#headCharacters += stream.head.lines.text.length;
    this.streams.set(id, stream);
    if (this.streams.size === 1) this.#busy();
    this.budgets.streamOpened();
    if (++this.#requests === this.home.limits.keepAliveRequests) this.drain();
    if (found === verdict.malformed) this.reset(stream, errorCode.protocol);
    else {
      stream.prepare(found === verdict.refused ? block.fault : null);
      this.#starting.push(stream);
    }
  }

  /** False where a block that could not be decoded, or not wholly, ends the connection. */
  #isBearable(result: number): boolean {
    if (result !== hpackResult.malformed) return this.spend(budget.oversizedHeads);
    this.fail(errorCode.compression);
    return false;
  }

  #isTooMuch(): boolean {
    const bytes = this.outbox.queuedBytes + this.heldBytes + this.#headCharacters;
    return this.streams.size >= this.home.limits.streams || bytes > mostHeldBytes;
  }

  #trailersCame(stream: Stream, ends: boolean, bytes: Buffer, start: number, end: number): void {
    this.#trailers.begin();
    const result = this.decoder.decode(bytes, start, end, this.#trailers);
    if (result !== hpackResult.ok && !this.#isBearable(result)) return;
    if (stream.isRemoteEnded) this.reset(stream, errorCode.streamClosed);
    else if (!ends || this.#trailers.isMalformed) this.reset(stream, errorCode.protocol);
    else if (result === hpackResult.tooLarge) this.reset(stream, errorCode.enhanceYourCalm);
    else this.remoteEnded(stream);
  }

  /** A block for a stream that is not there any more, or never was (RFC 9113 section 5.1.1). */
  #lateBlock(id: number, bytes: Buffer, start: number, end: number): void {
    if (this.resetIds.has(id)) this.#skip(bytes, start, end);
    else this.fail(this.#endedIds.has(id) ? errorCode.streamClosed : errorCode.protocol);
  }

  /** Decodes what nobody wants, for the sake of the table. */
  #skip(bytes: Buffer, start: number, end: number): boolean {
    if (this.decoder.decode(bytes, start, end, nobody) !== hpackResult.malformed) return true;
    this.fail(errorCode.compression);
    return false;
  }

  #endStreams(): void {
    for (const stream of [...this.streams.values()]) {
      this.streams.delete(stream.id);
      stream.onReset(errorCode.cancel);
    }
  }

  /** No stream is open. */
  #idle(): void {
    this.#idleDeadline = this.deadlines.after(this.#keepAliveMs);
    this.#arm();
  }

  #busy(): void {
    this.#idleDeadline = 0;
    this.#headDeadline = 0;
    this.#arm();
  }

  #arm(): void {
    if (this.isOver) return;
    const other = soonest(this.#drainDeadline, this.#stalls.deadline);
    this.deadline = soonest(soonest(this.#headDeadline, this.#idleDeadline), other);
  }

  #onExpired(): void {
    const now = this.deadlines.nowMs;
    if (this.isOver) this.destroy();
    else if (isDue(this.#headDeadline, now)) this.fail(errorCode.enhanceYourCalm);
    else if (isDue(this.#drainDeadline, now)) this.#lastCall();
    else if (isDue(this.#idleDeadline, now)) this.#close();
    else this.#stalled();
    this.#arm();
  }

  /** A client that takes nothing: what waits for it is not kept for longer than its time. */
  #stalled(): void {
    const sinceMs = this.#stalls.expire();
    if (this.#isReadingOff && this.#stalls.movedMs <= sinceMs) {
      this.destroy();
      return;
    }
    for (const stream of [...this.outbox.waiting]) {
      if (stream.movedMs <= sinceMs) this.reset(stream, errorCode.cancel);
    }
    this.#stalls.again(this.outbox.waiting);
  }

  #lastCall(): void {
    this.#drainDeadline = 0;
    this.#lastAllowedId = this.#lastId;
    this.sendGoAway(this.#lastId, errorCode.none);
    if (this.streams.size === 0) this.#close();
  }

  #closeSoon(): void {
    setImmediate(() => {
      if (this.streams.size === 0 && !this.isOver) this.#close();
    });
  }

  /** An orderly end: the peer reads all that was sent. */
  #close(): void {
    this.fail(errorCode.none);
  }
}

const nobody: HpackSink = { header: () => false };
