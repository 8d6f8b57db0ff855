import type { Deadlines, Timed } from '../deadlines.ts';
import type { Exchange, UpstreamSide } from '../exchange.ts';
import { type Limits, poolIdleMsOf } from '../limits.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import { proxyHeaderOf } from '../proxy-protocol/send-header.ts';
import { framing } from '../request-head.ts';
import type { SendMemory } from '../send-memory.ts';
import type { SocketWatcher, WatchedSocket } from '../watched-socket.ts';
import { ChunkDecoder, chunkEvent } from './chunk-decoder.ts';
import { headResult } from './heads.ts';
import { MessageWriter } from './message-writer.ts';
import { ResponseReader } from './read-response.ts';
import { requestHeadText } from './write-head.ts';

/** What a connection needs of the pool that it belongs to. */
export interface ConnectionHome {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly sendMemory: SendMemory;
  /** Begins a connection, with a PROXY header where it is not null. */
  connect(watcher: SocketWatcher, header: Buffer | null): WatchedSocket;
  /** Why one that was not ready has failed. */
  failureOf(socket: WatchedSocket, isLate: boolean): ProxyError;
  /** Why one that was ready has ended without an answer. */
  endOf(socket: WatchedSocket): ProxyError;
  /** Takes an unused connection; false where it is not wanted. */
  keep(connection: UpstreamConnection): boolean;
  /** An unused connection is gone. */
  forget(connection: UpstreamConnection): void;
}

const phase = {
  connecting: 0,
  /** Unused. */
  idle: 1,
  /** An exchange has it, and the head of its answer is awaited. */
  head: 2,
  body: 3,
  /** Bytes are no messages any more: they go to the exchange's tunnel, and nobody gets this connection after it. */
  tunnel: 4,
  closed: 5,
} as const;

/** One HTTP/1.1 connection to an endpoint: the upstream's end of one exchange after the other. */
export class UpstreamConnection implements UpstreamSide, SocketWatcher, Timed {
  deadline = 0;
  slot = -1;
  isReused = false;
  readonly #home: ConnectionHome;
  readonly #socket: WatchedSocket;
  readonly #writer: MessageWriter;
  readonly #reader: ResponseReader;
  readonly #decoder: ChunkDecoder;
  #exchange: Exchange | null;
  #phase: number = phase.connecting;
  /** The start of a head that has not come whole. */
  #held: Buffer | null = null;
  #bodyFraming = 0;
  #bodyLeft = 0;
  #informational = 0;
  #requestSent = false;
  #isPaused = false;

  constructor(home: ConnectionHome, exchange: Exchange) {
    this.#home = home;
    this.#exchange = exchange;
    this.#reader = new ResponseReader(home.limits);
    this.#decoder = new ChunkDecoder(home.limits);
    this.#socket = home.connect(this, proxyHeaderOf(exchange));
    this.#writer = new MessageWriter(this.#socket, home.sendMemory);
    home.deadlines.add(this);
    this.deadline = home.deadlines.after(exchange.timeouts.connectMs);
  }

  get isReady(): boolean {
    return this.#phase !== phase.connecting;
  }

  /** Gives an unused connection to an exchange; false where it is gone. */
  reuse(exchange: Exchange): boolean {
    if (this.#phase !== phase.idle) return false;
    this.isReused = true;
    this.#exchange = exchange;
    this.#phase = phase.head;
    this.deadline = 0;
    return true;
  }

  /** Ends the connection, whatever it does. An exchange that has it is not told. */
  close(): void {
    if (this.#phase === phase.closed) return;
    if (this.#phase === phase.idle) this.#home.forget(this);
    this.#phase = phase.closed;
    this.#held = null;
    this.deadline = 0;
    this.#home.deadlines.remove(this);
    this.#socket.destroy();
  }

  expire(): void {
    if (this.#phase === phase.idle) {
      this.close();
      return;
    }
    const isConnecting = this.#phase === phase.connecting;
    this.#fail(isConnecting ? this.#home.failureOf(this.#socket, true) : failures.upstreamTimeout);
  }

  sendHead(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    this.#requestSent = false;
    this.#informational = 0;
    this.#reader.isBodyless = exchange.request.method === 'HEAD';
    this.#writer.begin(requestHeadText(exchange), exchange.request.framing === framing.chunked);
  }

  sendBody(bytes: Buffer, start: number, end: number): void {
    this.#writer.body(bytes, start, end);
  }

  endBody(): void {
    this.#writer.end();
    this.#requestSent = true;
    this.#awaitAnswer();
    if (this.#phase === phase.tunnel) this.#socket.end();
  }

  flush(): void {
    this.#writer.flush();
    if (!this.#writer.isFull || this.#exchange === null) return;
    // An upstream that stops reading is as slow as one that does not answer.
    const isTunnel = this.#phase === phase.tunnel;
    const { firstByteMs } = this.#exchange.timeouts;
    this.deadline = this.#home.deadlines.after(isTunnel ? this.#home.limits.clientStallMs : firstByteMs);
    this.#exchange.client.pauseBody();
  }

  pauseBody(): void {
    this.#isPaused = true;
    if (this.#phase === phase.body) this.#awaitAnswer();
    this.#socket.pause();
  }

  resumeBody(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#phase === phase.body) this.#awaitAnswer();
    this.#socket.resume();
  }

  cancel(): void {
    this.#exchange = null;
    this.close();
  }

  onReached(): void {
    if (this.#phase !== phase.connecting) return;
    this.deadline = this.#home.deadlines.after(this.#home.limits.upstreamHandshakeMs);
  }

  onConnect(): void {
    if (this.#phase !== phase.connecting || this.#exchange === null) {
      this.close();
      return;
    }
    this.#phase = phase.head;
    this.deadline = 0;
    this.#exchange.flow.upstreamReady(this.#exchange);
  }

  onDrain(): void {
    if (this.#exchange === null) return;
    this.deadline = 0;
    this.#awaitAnswer();
    this.#exchange.client.resumeBody();
  }

  onEnd(): void {
    if (this.#phase === phase.tunnel) this.#exchange?.tunnel?.upstreamEnd();
    else if (this.#phase === phase.body && this.#bodyFraming === framing.close) this.#complete(false);
    else this.onGone();
  }

  onGone(): void {
    if (this.#phase === phase.closed) return;
    if (this.#phase === phase.connecting) this.#fail(this.#home.failureOf(this.#socket, false));
    else this.#fail(this.#phase === phase.head ? this.#home.endOf(this.#socket) : failures.upstreamReset);
  }

  #fail(error: ProxyError): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    this.close();
    if (exchange === null) return;
    try {
      exchange.flow.upstreamFailed(exchange, error);
    } catch (cause) {
      exchange.flow.broken(exchange, cause);
    }
  }

  onBytes(bytes: Buffer, length: number): void {
    if (this.#phase === phase.head) this.#readHead(bytes, length);
    else if (this.#phase === phase.body) this.#readBody(bytes, 0, length);
    else if (this.#phase === phase.tunnel) this.#readTunnel(bytes, 0, length);
    // Nobody asked for these: whoever got this connection next would take them for its answer.
    else this.close();
  }

  onFinish(): void {}

  #readHead(read: Buffer, length: number): void {
    let bytes = read;
    let end = length;
    if (this.#held !== null) {
      bytes = Buffer.concat([this.#held, read.subarray(0, length)]);
      end = bytes.length;
      this.#held = null;
    }
    let at = 0;
    const { head } = this.#reader;
    do {
      const next = this.#reader.read(bytes, at, end);
      if (next === headResult.incomplete) {
        this.#held = Buffer.from(bytes.subarray(at, end));
        return;
      }
      const exchange = this.#exchange;
      if (next === headResult.refused || exchange === null) {
        this.#fail(failures.badResponse);
        return;
      }
      at = next;
      if (head.status === 101 && this.#mayTunnel(exchange)) {
        this.#openTunnel(exchange, bytes.subarray(at, end));
        return;
      }
      if (head.status < 200 && !this.#passInformational(exchange)) {
        this.#fail(failures.badResponse);
        return;
      }
    } while (head.status < 200);
    this.#begin(bytes, at, end);
  }

  #mayTunnel(exchange: Exchange): boolean {
    return exchange.request.isWebSocket && this.#reader.agreesToWebSocket();
  }

  /** `early` are bytes that came behind the 101: the upstream may speak first. */
  #openTunnel(exchange: Exchange, early: Buffer): void {
    this.#phase = phase.tunnel;
    this.deadline = 0;
    // Its end no longer means that there is nothing left to say to it.
    this.#socket.allowHalfOpen = true;
    exchange.flow.switched(exchange, this.#reader.head);
    if (early.length > 0) this.#readTunnel(early, 0, early.length);
  }

  #readTunnel(bytes: Buffer, start: number, end: number): void {
    this.#exchange?.tunnel?.fromUpstream(bytes, start, end);
  }

  /** 100 is for us, who have asked for nothing; a 101 that gets here was not asked for (RFC 9110 section 15.2). */
  #passInformational(exchange: Exchange): boolean {
    const { head } = this.#reader;
    this.#informational++;
    if (head.status === 101 || this.#informational > this.#home.limits.informationalCount) return false;
    if (head.status !== 100) exchange.flow.informational(exchange, head);
    return true;
  }

  #begin(bytes: Buffer, at: number, end: number): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    const { head } = this.#reader;
    this.#phase = phase.body;
    this.#bodyFraming = head.framing;
    this.#bodyLeft = head.length;
    if (head.framing === framing.chunked) this.#decoder.reset();
    exchange.flow.responseHead(exchange, head);
    if (head.framing === framing.none || (head.framing === framing.length && head.length === 0)) {
      this.#complete(at === end);
      return;
    }
    if (at < end) {
      this.#readBody(bytes, at, end);
      return;
    }
    this.#awaitAnswer();
    exchange.flow.responseFlush(exchange);
  }

  #readBody(bytes: Buffer, from: number, end: number): void {
    const exchange = this.#exchange;
    if (exchange === null) {
      this.close();
      return;
    }
    this.#awaitAnswer();
    if (this.#bodyFraming === framing.chunked) {
      this.#readChunks(exchange, bytes, from, end);
      return;
    }
    const isCounted = this.#bodyFraming === framing.length;
    const length = isCounted ? Math.min(end - from, this.#bodyLeft) : end - from;
    exchange.flow.responseBody(exchange, bytes, from, from + length);
    if (isCounted) {
      this.#bodyLeft -= length;
      if (this.#bodyLeft === 0) {
        this.#complete(from + length === end);
        return;
      }
    }
    exchange.flow.responseFlush(exchange);
  }

  #readChunks(exchange: Exchange, bytes: Buffer, from: number, end: number): void {
    const decoder = this.#decoder;
    let event = decoder.next(bytes, from, end);
    while (event === chunkEvent.data) {
      exchange.flow.responseBody(exchange, bytes, decoder.dataStart, decoder.dataEnd);
      event = decoder.next(bytes, decoder.at, end);
    }
    if (event === chunkEvent.end) {
      this.#complete(decoder.at === end);
      return;
    }
    if (event === chunkEvent.malformed) {
      this.#fail(failures.badResponse);
      return;
    }
    exchange.flow.responseFlush(exchange);
  }

  /** Arms what limits the upstream's silence, once it has all of the request: nobody else can be waited for then. */
  #awaitAnswer(): void {
    if (!this.#requestSent || this.#exchange === null) return;
    const { firstByteMs, answerIdleMs } = this.#exchange.timeouts;
    const { deadlines } = this.#home;
    if (this.#phase === phase.head) this.deadline = deadlines.after(firstByteMs);
    // While the client is slower than the upstream, the upstream's silence is our doing.
    else if (this.#phase === phase.body) this.deadline = this.#isPaused ? 0 : deadlines.after(answerIdleMs);
  }

  /**
   * The answer is complete. The one rule of reuse: the request was fully sent, the answer fully read by its own framing, not a
   * byte came after it, the upstream did not say that it closes, and no PROXY header bound it to one client.
   */
  #complete(nothingFollows: boolean): void {
    const exchange = this.#exchange;
    if (exchange === null) {
      this.close();
      return;
    }
    this.#exchange = null;
    const isReusable =
      nothingFollows && this.#requestSent && this.#writer.isEmpty && this.#reader.head.keepAlive;
    if (isReusable && exchange.proxyProtocol === 0 && this.#home.keep(this)) {
      this.#phase = phase.idle;
      this.deadline = this.#home.deadlines.after(
        poolIdleMsOf(this.#home.limits, this.#reader.head.keepAliveMs),
      );
      this.resumeBody();
    } else {
      this.close();
    }
    try {
      exchange.flow.responseEnd(exchange);
    } catch (cause) {
      // Not a matter of this connection any more, which may serve another exchange by now.
      exchange.flow.broken(exchange, cause);
    }
  }

  /** The last resort: a bug costs this connection and the one exchange on it. */
  onBug(cause: unknown): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    this.close();
    if (exchange !== null) exchange.flow.broken(exchange, cause);
  }
}
