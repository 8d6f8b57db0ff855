import type { Deadlines, Timed } from '../deadlines.ts';
import type { Exchange, UpstreamSide } from '../exchange.ts';
import type { Limits } from '../limits.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import { framing, hasBody } from '../request-head.ts';
import type { ResponseHead } from '../response-head.ts';
import { errorCode } from './frames.ts';
import { KeptBody, type KeptTotal } from './kept-body.ts';
import type { TrailerLines } from './response-block.ts';
import { Stream } from './stream.ts';

/** What a stream needs of its session. */
export interface StreamOwner {
  readonly home: { readonly deadlines: Deadlines; readonly limits: Limits; readonly kept: KeptTotal };
  /** An answer has come on it. */
  readonly isUsed: boolean;
  /** Requests can be sent. */
  readonly isReady: boolean;
  /** Opens a stream and sends its head. */
  request(stream: UpstreamStream, exchange: Exchange): void;
  send(stream: UpstreamStream, bytes: Buffer, start: number, end: number): void;
  finish(stream: UpstreamStream): void;
  /** Nobody wants the stream any more. */
  cancel(stream: UpstreamStream): void;
  /** The answer is not what one can be. */
  refuse(stream: UpstreamStream, code: number): void;
  /** The stream has waited for too long. */
  expired(stream: UpstreamStream): void;
  /** Body bytes have come, for the connection's window and for the stream's. */
  credit(size: number): void;
  grant(stream: Stream, size: number): void;
}

/** So much that waits for the upstream's window is enough: its client is held back until all of it has left. */
const mostQueuedBytes = 65_536;

/** The upstream's end of one exchange: a stream of a session, which may have to wait until that is ready. */
export class UpstreamStream extends Stream implements UpstreamSide, Timed {
  deadline = 0;
  slot = -1;
  isReused: boolean;
  /** The head of the final answer has come. */
  hasHead = false;
  informational = 0;
  /** Given up before it was opened. */
  isDropped = false;
  readonly #session: StreamOwner;
  #exchange: Exchange | null;
  /** Body bytes that are to come by Content-Length; -1 where it says nothing. */
  #left = -1;
  #isBodyless = false;
  #isPaused = false;
  /** Used while nothing more is wanted, so that the peer has not been told. */
  #withheld = 0;
  #holdsClient = false;
  /** What was sent of a body; made for the first of it. */
  #kept: KeptBody | null = null;

  constructor(session: StreamOwner, exchange: Exchange) {
    super();
    this.#session = session;
    this.#exchange = exchange;
    this.isReused = session.isUsed;
    session.home.deadlines.add(this);
    if (!session.isReady) this.deadline = session.home.deadlines.after(exchange.timeouts.connectMs);
  }

  get isReady(): boolean {
    return this.#session.isReady;
  }

  get exchange(): Exchange | null {
    return this.#exchange;
  }

  /** The session has been accepted, and TLS begins. */
  reached(): void {
    this.deadline = this.#session.home.deadlines.after(this.#session.home.limits.upstreamHandshakeMs);
  }

  /** The connection is there, and its SETTINGS are awaited. */
  connected(): void {
    const exchange = this.#exchange;
    if (exchange !== null) this.deadline = this.#session.home.deadlines.after(exchange.timeouts.connectMs);
  }

  /** The session is ready. */
  ready(): void {
    const exchange = this.#exchange;
    this.deadline = 0;
    if (exchange === null) return;
    try {
      exchange.flow.upstreamReady(exchange);
    } catch (cause) {
      this.#broken(exchange, cause);
    }
  }

  /** Leaves the exchange to another one. */
  release(): Exchange | null {
    const exchange = this.#exchange;
    this.#detach();
    return exchange;
  }

  open(id: number, sendWindow: number, receiveWindow: number): void {
    this.begin(id, sendWindow, receiveWindow);
  }

  sendHead(): void {
    const exchange = this.#exchange;
    if (exchange !== null) this.#session.request(this, exchange);
  }

  sendBody(bytes: Buffer, start: number, end: number): void {
    if (this.#exchange === null || this.id === 0) return;
    if (!this.hasHead) {
      this.#kept ??= new KeptBody(this.#session.home.kept);
      this.#kept.add(bytes, start, end);
    }
    this.#session.send(this, bytes, start, end);
  }

  endBody(): void {
    if (this.#exchange !== null && this.id !== 0) this.#session.finish(this);
  }

  flush(): void {
    const exchange = this.#exchange;
    if (exchange === null || this.queue.length === 0) return;
    if (this.deadline === 0)
      this.deadline = this.#session.home.deadlines.after(exchange.timeouts.firstByteMs);
    if (this.queue.length <= mostQueuedBytes || this.#holdsClient) return;
    this.#holdsClient = true;
    exchange.client.pauseBody();
  }

  pauseBody(): void {
    this.#isPaused = true;
    this.#awaitAnswer();
  }

  resumeBody(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#awaitAnswer();
    const size = this.#withheld;
    this.#withheld = 0;
    if (size > 0) this.#session.grant(this, size);
  }

  cancel(): void {
    this.#detach();
    this.#session.cancel(this);
  }

  /** Ends the exchange with a failure; the stream itself is the session's to end. */
  fail(error: ProxyError): void {
    const exchange = this.#exchange;
    this.#detach();
    if (exchange === null) return;
    try {
      exchange.flow.upstreamFailed(exchange, error);
    } catch (cause) {
      exchange.flow.broken(exchange, cause);
    }
  }

  /** As `fail`, for what the upstream has certainly not begun: what it was sent of a body is given back. */
  refuse(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    if (this.hasHead) {
      this.fail(failures.upstreamReset);
      return;
    }
    if (hasBody(exchange.request)) {
      exchange.givenBack = this.#kept === null ? [] : this.#kept.take();
      if (exchange.givenBack === null) {
        this.fail(failures.refusedLate);
        return;
      }
    }
    this.fail(failures.streamRefused);
  }

  /** The final answer's head has come; `ends` where it is all of the answer. */
  answered(head: ResponseHead, ends: boolean): void {
    const exchange = this.#exchange;
    this.hasHead = true;
    this.#kept?.drop();
    this.#isBodyless = head.framing === framing.none;
    this.#left = head.framing === framing.length ? head.length : -1;
    if (exchange === null) return;
    if (!ends) this.#awaitAnswer();
    try {
      exchange.flow.responseHead(exchange, head);
    } catch (cause) {
      this.#broken(exchange, cause);
    }
  }

  /** An informational answer has come. */
  informed(head: ResponseHead): void {
    const exchange = this.#exchange;
    this.#awaitAnswer();
    if (exchange === null) return;
    try {
      exchange.flow.informational(exchange, head);
    } catch (cause) {
      this.#broken(exchange, cause);
    }
  }

  /** Nothing more of the head's answer is here; it can be handed on. */
  flushAnswer(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    try {
      exchange.flow.responseFlush(exchange);
    } catch (cause) {
      this.#broken(exchange, cause);
    }
  }

  /** Lines behind the body have come. */
  takeTrailers(block: TrailerLines): void {
    const exchange = this.#exchange;
    if (exchange !== null && block.lines.own !== '') exchange.flow.responseTrailers(exchange, block.lines);
  }

  onData(bytes: Buffer, start: number, end: number): void {
    const size = end - start;
    this.#session.credit(size);
    const exchange = this.#exchange;
    if (exchange === null) return;
    const isTooMuch = this.#left !== -1 && size > this.#left;
    if (!this.hasHead || this.#isBodyless || isTooMuch) {
      this.#session.refuse(this, errorCode.protocol);
      return;
    }
    if (this.#left !== -1) this.#left -= size;
    try {
      exchange.flow.responseBody(exchange, bytes, start, end);
    } catch (cause) {
      this.#broken(exchange, cause);
      return;
    }
    if (this.#isPaused) this.#withheld += size;
    else this.#session.grant(this, size);
  }

  onRemoteEnd(): void {
    const exchange = this.#exchange;
    if (!this.hasHead || this.#left > 0) {
      this.#session.refuse(this, errorCode.protocol);
      return;
    }
    this.#detach();
    if (exchange === null) return;
    try {
      exchange.flow.responseEnd(exchange);
    } catch (cause) {
      exchange.flow.broken(exchange, cause);
    }
    // The rest of a request that has been answered is of no use to anybody.
    if (!this.isLocalEnded) this.#session.cancel(this);
  }

  onReadEnd(): void {
    if (this.#exchange === null) return;
    this.#awaitAnswer();
    this.flushAnswer();
  }

  onQueueEmpty(): void {
    this.deadline = 0;
    this.#awaitAnswer();
    if (!this.#holdsClient) return;
    this.#holdsClient = false;
    this.#exchange?.client.resumeBody();
  }

  /** All of the request is among the bytes that leave. */
  onLocalEnded(): void {
    this.#awaitAnswer();
  }

  onReset(code: number): void {
    if (this.#exchange === null) return;
    // What it did with the request nobody knows, but it is not that the connection had gone.
    this.isReused = false;
    if (code === errorCode.refusedStream) this.refuse();
    else this.fail(failures.upstreamReset);
  }

  onClosed(): void {
    this.#detach();
  }

  expire(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    const { deadlines } = this.#session.home;
    const { firstByteMs } = exchange.timeouts;
    const isMoving = this.queue.length > 0 && deadlines.nowMs - this.movedMs < firstByteMs;
    if (isMoving) this.deadline = deadlines.after(firstByteMs);
    else this.#session.expired(this);
  }

  /** Arms what limits the upstream's silence, once it has all of the request. */
  #awaitAnswer(): void {
    const exchange = this.#exchange;
    if (exchange === null || !this.isLocalEnded) return;
    const { firstByteMs, answerIdleMs } = exchange.timeouts;
    const { deadlines } = this.#session.home;
    if (!this.hasHead) this.deadline = deadlines.after(firstByteMs);
    else this.deadline = this.#isPaused ? 0 : deadlines.after(answerIdleMs);
  }

  /** A bug costs the exchange that it showed in, and no other one of the session. */
  #broken(exchange: Exchange, cause: unknown): void {
    this.cancel();
    exchange.flow.broken(exchange, cause);
  }

  #detach(): void {
    if (this.#exchange === null) return;
    this.#exchange = null;
    this.#kept?.drop();
    this.deadline = 0;
    this.#session.home.deadlines.remove(this);
  }
}

/** The exchanges of streams that give them up. */
export function exchangesOf(streams: readonly Stream[]): Exchange[] {
  const exchanges: Exchange[] = [];
  for (const stream of streams) {
    const exchange = stream instanceof UpstreamStream ? stream.release() : null;
    if (exchange !== null) exchanges.push(exchange);
  }
  return exchanges;
}
