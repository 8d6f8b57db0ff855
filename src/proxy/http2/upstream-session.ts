import type { Timed } from '../deadlines.ts';
import type { Exchange } from '../exchange.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import type { WatchedSocket } from '../watched-socket.ts';
import { AnswerReader, answerResult } from './answer-reader.ts';
import { budget } from './budgets.ts';
import { clientPreface, errorCode, frameFlag, frameType, initialWindowBytes, setting } from './frames.ts';
import { type HpackSink, hpackResult } from './hpack/decoder.ts';
import { settingsPayload } from './peer-settings.ts';
import { sendRequestLines } from './request-lines.ts';
import { lastWordsMs, Session } from './session.ts';
import { SignsOfLife } from './signs-of-life.ts';
import type { Stream } from './stream.ts';
import type { PooledSession, UpstreamSessionHome } from './upstream-home.ts';
import { exchangesOf, type StreamOwner, UpstreamStream } from './upstream-stream.ts';

/** The most streams of one session, whatever its endpoint takes: more than that share one connection's fate. */
const mostStreams = 100;
/** Streams are numbered by 31 bits; nobody gets near the end. */
const lastId = 0x3fffffff;
/** Streams that may be reset for nothing, and how many each new one adds. */
const resetBurst = 1_000;
const resetsPerStream = 2;
const pingPayload = Buffer.from('fairlead', 'latin1');

/** One HTTP/2 connection to an endpoint (RFC 9113), whose streams are the upstream's ends of as many exchanges. */
export class UpstreamSession extends Session implements Timed, StreamOwner, PooledSession {
  deadline = 0;
  slot = -1;
  readonly home: UpstreamSessionHome;
  /** An answer has come on it. */
  isUsed = false;
  /** Exchanges that it has. */
  load = 0;
  /** Takes no more of them. */
  isLeaving = false;
  readonly #answers: AnswerReader;
  /** Until the endpoint has sent its SETTINGS. */
  #waiting: UpstreamStream[] = [];
  /** Heads that came in this turn without the end of their answer. */
  readonly #headed: UpstreamStream[] = [];
  #nextId = 1;
  #isClosed = false;
  #isConnected = false;
  #resets = resetBurst;
  readonly #life: SignsOfLife;

  /** `socket` is connecting. */
  constructor(socket: WatchedSocket, home: UpstreamSessionHome) {
    super(socket, home);
    this.home = home;
    this.#answers = new AnswerReader(this.decoder, home.limits);
    this.#life = new SignsOfLife(home);
    socket.watcher = this;
    home.deadlines.add(this);
  }

  /** Requests can be sent. */
  get isReady(): boolean {
    return this.isSettled;
  }

  /** Streams that it takes at once, as far as is known. */
  get capacity(): number {
    return Math.min(mostStreams, this.peer.maxStreams);
  }

  /** A stream for an exchange; the caller has looked at `capacity`. */
  take(exchange: Exchange): UpstreamStream {
    const stream = new UpstreamStream(this, exchange);
    this.load++;
    if (!this.isReady) this.#waiting.push(stream);
    else if (this.load === 1) this.#watchOver();
    return stream;
  }

  /** Takes no more exchanges, and closes once it has none. */
  leave(): void {
    this.#retire();
    if (this.load === 0) this.#close();
  }

  /** Opens a stream and sends its head. */
  request(stream: UpstreamStream, exchange: Exchange): void {
    if (this.isOver || this.#nextId > lastId) {
      this.#drop(stream);
      stream.fail(failures.streamRefused);
      return;
    }
    stream.open(this.#nextId, this.peer.windowBytes, initialWindowBytes);
    this.#nextId += 2;
    this.streams.set(stream.id, stream);
    this.budgets.streamOpened();
    this.#resets = Math.min(resetBurst, this.#resets + resetsPerStream);
    sendRequestLines(this.outbox, stream, exchange, this.home.scheme);
    if (this.#nextId > lastId) this.leave();
  }

  send(stream: UpstreamStream, bytes: Buffer, start: number, end: number): void {
    this.outbox.data(stream, bytes, start, end);
  }

  finish(stream: UpstreamStream): void {
    this.outbox.end(stream);
  }

  /** Nobody wants a stream any more. */
  cancel(stream: UpstreamStream): void {
    if (stream.id === 0) this.#drop(stream);
    else this.reset(stream, errorCode.cancel);
  }

  /** A stream's answer is not what an answer can be. */
  refuse(stream: UpstreamStream, code: number): void {
    this.forget(stream);
    this.sendReset(stream.id, code);
    stream.fail(failures.badResponse);
  }

  /** A stream has waited for too long: the connection may be dead, and gets no more of them. */
  expired(stream: UpstreamStream): void {
    const why = this.isReady ? failures.upstreamTimeout : this.home.failureOf(this.socket, true);
    if (this.isReady) {
      this.forget(stream);
      this.sendReset(stream.id, errorCode.cancel);
      this.leave();
      this.deadline = this.#ask();
    } else this.#drop(stream);
    stream.fail(why);
  }

  expire(): void {
    try {
      this.#onExpired();
    } catch (cause) {
      this.onBug(cause);
    }
  }

  override onBytes(bytes: Buffer, length: number): void {
    this.#life.heard();
    this.feed(bytes, 0, length);
  }

  onReached(): void {
    for (const stream of this.#waiting) stream.reached();
  }

  onConnect(): void {
    if (this.#isClosed || this.#isConnected) return;
    this.#isConnected = true;
    if (!this.home.agrees(this.socket)) {
      this.#downgrade();
      return;
    }
    const { output } = this.outbox;
    output.room(clientPreface.length);
    output.at += output.bytes.write(clientPreface, output.at, 'latin1');
    this.sendSettings(
      settingsPayload([
        [setting.enablePush, 0],
        [setting.maxHeaderListSize, this.home.limits.responseHeadBytes],
      ]),
    );
    for (const stream of this.#waiting) stream.connected();
  }

  onEnd(): void {
    this.onGone();
  }

  onFinish(): void {}

  onGone(): void {
    if (this.#isClosed) return;
    const why = this.#isConnected ? this.home.endOf(this.socket) : this.home.failureOf(this.socket, false);
    this.#end();
    // Nothing of a request can have arrived.
    for (const stream of this.#takeWaiting())
      stream.fail(why === failures.upstreamReset ? failures.connectFailed : why);
    this.#failStreams(why);
  }

  /** The last resort: a bug of this file's costs the connection. */
  onBug(cause: unknown): void {
    const exchanges = exchangesOf([...this.#takeWaiting(), ...this.streams.values()]);
    this.#end();
    for (const exchange of exchanges) exchange.flow.broken(exchange, cause);
  }

  onLocalEnd(stream: Stream): void {
    if (!(stream instanceof UpstreamStream)) return;
    stream.onLocalEnded();
    if (stream.isRemoteEnded) this.closed(stream);
  }

  onWaiting(): void {}

  onMoved(): void {}

  /** Resets cost an endpoint nothing only where there is nothing to reset; those of ours are its clients' doing. */
  protected override spend(which: number, count = 1): boolean {
    if (which !== budget.resets) return super.spend(which, count);
    this.#resets -= count;
    if (this.#resets >= 0) return true;
    this.fail(errorCode.enhanceYourCalm);
    return false;
  }

  protected override sendReset(id: number, code: number): void {
    if (this.isOver) return;
    this.outbox.numberFrame(frameType.rstStream, id, code);
    this.resetIds.add(id);
    // Endpoints bear with so many resets and no more: another connection begins before this one is at its end.
    if (--this.#resets < resetBurst / 2) this.leave();
  }

  protected onBlock(id: number, flags: number, bytes: Buffer, start: number, end: number): void {
    const stream = this.streams.get(id);
    const ends = (flags & frameFlag.endStream) !== 0;
    if (!(stream instanceof UpstreamStream)) this.#lateBlock(id, bytes, start, end);
    else {
      if (!stream.hasHead) this.isUsed = true;
      this.#answerCame(stream, ends, this.#answers.read(stream, ends, bytes, start, end));
    }
  }

  protected isUnopened(id: number): boolean {
    return id >= this.#nextId || (id & 1) === 0;
  }

  /** Endpoints open no streams. */
  protected lastPeerId(): number {
    return 0;
  }

  /** What is above `last` has not been begun, and never will be (RFC 9113 section 6.8). */
  protected onGoAway(last: number): void {
    this.leave();
    for (const stream of [...this.streams.values()]) {
      if (stream.id <= last || !(stream instanceof UpstreamStream)) continue;
      this.forget(stream);
      this.resetIds.add(stream.id);
      stream.refuse();
    }
  }

  protected onBlockHeld(): void {}

  protected onFailed(): void {
    this.#retire();
    for (const stream of this.#takeWaiting()) stream.fail(failures.badResponse);
    this.#failStreams(failures.badResponse);
    this.deadline = this.deadlines.after(lastWordsMs);
  }

  protected onReadEnd(): void {
    const headed = this.#headed;
    if (headed.length === 0) return;
    for (const stream of headed) stream.flushAnswer();
    headed.length = 0;
  }

  /** The endpoint's first SETTINGS: now it is known how many streams it takes. */
  protected onSettings(): void {
    this.home.settled(this.capacity);
    const waiting = this.#takeWaiting();
    if (waiting.length === 0) return;
    this.#watchOver();
    const over = waiting.splice(this.capacity);
    for (const stream of waiting) stream.ready();
    if (over.length > 0) this.#overflow(over);
  }

  protected override forget(stream: Stream): void {
    if (this.streams.get(stream.id) !== stream) return;
    super.forget(stream);
    this.load--;
    if (this.load === 0) this.#rest();
  }

  /** There is no room for these. */
  #overflow(streams: readonly UpstreamStream[]): void {
    // An endpoint that takes none at all would refuse those of another connection as well.
    if (this.capacity === 0) for (const stream of streams) stream.fail(failures.connectFailed);
    const exchanges = exchangesOf(streams);
    for (const stream of streams) this.#drop(stream);
    if (exchanges.length > 0) this.home.overflow(exchanges);
  }

  #answerCame(stream: UpstreamStream, ends: boolean, found: number): void {
    if (found === answerResult.malformed) this.fail(errorCode.compression);
    else if (found === answerResult.refused) this.refuse(stream, errorCode.protocol);
    else if (ends) this.remoteEnded(stream);
    else if (stream.hasHead) this.#headed.push(stream);
  }

  /** A block of a stream that we have reset is decoded, for the sake of the table (RFC 9113 section 4.3). */
  #lateBlock(id: number, bytes: Buffer, start: number, end: number): void {
    if (this.isUnopened(id)) this.fail(errorCode.protocol);
    else if (!this.resetIds.has(id)) this.fail(errorCode.streamClosed);
    else if (this.decoder.decode(bytes, start, end, nobody) === hpackResult.malformed) {
      this.fail(errorCode.compression);
    }
  }

  #downgrade(): void {
    const exchanges = exchangesOf(this.#takeWaiting());
    const { socket } = this;
    this.#isClosed = true;
    this.isOver = true;
    this.deadlines.remove(this);
    this.home.retire(this);
    this.outbox.close();
    this.home.downgrade(exchanges, socket);
  }

  /** A stream that has not been opened. */
  #drop(stream: UpstreamStream): void {
    const index = this.#waiting.indexOf(stream);
    if (index !== -1) this.#waiting.splice(index, 1);
    if (stream.isDropped) return;
    stream.isDropped = true;
    this.load--;
    // Nobody waits for it any more, and whoever comes next begins anew.
    if (this.load === 0) this.#rest();
  }

  #takeWaiting(): UpstreamStream[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  #failStreams(why: ProxyError): void {
    const streams = [...this.streams.values()];
    this.streams.clear();
    for (const stream of streams) if (stream instanceof UpstreamStream) stream.fail(why);
  }

  #rest(): void {
    if (this.isOver) return;
    if (this.isLeaving || !this.isReady || !this.home.rest(this)) {
      this.leave();
      return;
    }
    this.deadline = this.deadlines.after(this.home.limits.poolIdleMs);
  }

  /** There are streams now: silence counts from here on. */
  #watchOver(): void {
    this.deadline = this.#life.begin();
  }

  #onExpired(): void {
    if (this.isOver) this.#end();
    else if (this.load === 0) this.leave();
    else if (this.#life.isAsked) this.#die();
    else this.deadline = this.#life.isOverdue ? this.#ask() : this.#life.later();
  }

  /** Asks for a sign of life: any byte is one. */
  #ask(): number {
    if (this.isOver || this.load === 0 || !this.#life.ask()) return this.deadline;
    this.outbox.frame(frameType.ping, 0, 0, pingPayload);
    return this.deadlines.after(this.home.pingTimeoutMs);
  }

  #die(): void {
    this.#end();
    this.#failStreams(failures.upstreamTimeout);
  }

  /** An orderly end: the endpoint gets all that was sent. */
  #close(): void {
    if (this.#isConnected) this.fail(errorCode.none);
    else this.#end();
  }

  #retire(): void {
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.home.retire(this);
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.isOver = true;
    this.reader.stop();
    this.deadline = 0;
    this.deadlines.remove(this);
    this.#retire();
    this.outbox.close();
    this.socket.destroy();
  }
}

const nobody: HpackSink = { header: () => false };
