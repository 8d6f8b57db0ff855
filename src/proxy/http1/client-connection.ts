import type { Socket } from 'node:net';
import type { Deadlines, Timed } from '../deadlines.ts';
import { type ClientSide, Exchange, type Flow } from '../exchange.ts';
import { addForwarded, type Peer } from '../forwarded.ts';
import { HeadView } from '../head-view.ts';
import type { HttpDate } from '../http-date.ts';
import type { Limits } from '../limits.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import { hasBody } from '../request-head.ts';
import type { Answer } from '../respond.ts';
import type { ResponseHead } from '../response-head.ts';
import { AnswerWriter } from './answer-writer.ts';
import { BodyReader, bodyState } from './body-reader.ts';
import { ClientInput } from './client-input.ts';
import { headResult } from './heads.ts';
import { RequestReader } from './read-request.ts';

/** What a connection needs of the listener that accepted it. */
export interface ClientHome {
  readonly entryPoint: string;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly flow: Flow;
  readonly date: HttpDate;
  /** Answers say that their connection closes. */
  readonly isDraining: boolean;
  closed(connection: ClientConnection): void;
  /** A bug outside of any exchange. */
  broken(cause: unknown): void;
}

const phase = {
  /** Between requests, or inside a head. */
  head: 0,
  /** A head has come; its body waits until the upstream is ready. */
  hold: 1,
  body: 2,
  /** The request has been read; its answer is awaited. */
  answer: 3,
  /** All is said; what still comes is dropped until the client closes. */
  linger: 4,
  closed: 5,
} as const;

/** One HTTP/1 connection from a client: reads requests one after the other and answers them in order. */
export class ClientConnection implements ClientSide, Timed {
  deadline = 0;
  slot = -1;
  readonly entryPoint: string;
  readonly #home: ClientHome;
  readonly #socket: Socket;
  readonly #peer: Peer;
  readonly #reader: RequestReader;
  readonly #view: HeadView;
  readonly #body: BodyReader;
  readonly #writer: AnswerWriter;
  readonly #input = new ClientInput();
  #phase: number = phase.head;
  #exchange: Exchange | null = null;
  #isAdvancing = false;
  /** When the first bytes of an unfinished head came, since the epoch and monotonic; 0 where there are none. */
  #headSince = 0;
  #headSinceMs = 0;
  /** The upstream cannot take more of the body now. */
  #isBodyPaused = false;
  /** The socket's reading is off. */
  #isReadingOff = false;
  /** The client does not take what we send. */
  #isStalled = false;

  constructor(socket: Socket, peer: Peer, home: ClientHome) {
    this.entryPoint = home.entryPoint;
    this.#home = home;
    this.#socket = socket;
    this.#peer = peer;
    this.#reader = new RequestReader(home.limits);
    this.#view = new HeadView(home.entryPoint, peer, this.#reader.head);
    this.#body = new BodyReader(home.limits);
    this.#writer = new AnswerWriter(socket, this.#reader.head, home.date);
    socket.on('data', (chunk: Buffer) => this.#onBytes(chunk));
    socket.on('drain', () => this.#guarded(this.#onDrain));
    socket.on('end', () => this.#guarded(this.#onEnd));
    socket.on('finish', () => this.#guarded(this.#onFinish));
    socket.on('error', () => this.#guarded(this.#onGone));
    socket.on('close', () => this.#guarded(this.#onGone));
    home.deadlines.add(this);
    this.deadline = home.deadlines.after(home.limits.headMs);
  }

  /** True between two requests. */
  get isIdle(): boolean {
    return this.#phase === phase.head && this.#headSince === 0;
  }

  /** Ends the connection at once, whatever it does. */
  destroy(): void {
    this.#socket.destroy();
    this.#onGone();
  }

  /** The next answer says that the connection closes. An idle one waits for it a moment only. */
  drain(): void {
    this.#writer.closes = true;
    if (this.isIdle) this.deadline = this.#home.deadlines.after(this.#home.limits.lastCallMs);
  }

  expire(): void {
    this.#guarded(this.#onExpired);
  }

  readBody(): void {
    const exchange = this.#exchange;
    if (exchange === null || this.#phase !== phase.hold) return;
    this.#phase = phase.body;
    this.#body.begin(exchange.request);
    this.deadline = this.#home.deadlines.after(this.#home.limits.bodyIdleMs);
    if (!this.#input.isEmpty) {
      this.#advance();
      return;
    }
    if (exchange.request.expectsContinue) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
    exchange.flow.requestFlush(exchange);
  }

  pauseBody(): void {
    if (this.#phase !== phase.body) return;
    this.#isBodyPaused = true;
    this.deadline = 0;
    this.#updateReading();
  }

  resumeBody(): void {
    if (!this.#isBodyPaused) return;
    this.#isBodyPaused = false;
    if (this.#phase === phase.body) {
      this.deadline = this.#home.deadlines.after(this.#home.limits.bodyIdleMs);
    }
    this.#advance();
  }

  sendInformational(head: ResponseHead): void {
    this.#writer.informational(head);
    this.flush();
  }

  sendHead(head: ResponseHead): void {
    // An answer that overtakes its request leaves bytes behind that must not be read as the next one.
    if (this.#phase !== phase.answer || this.#home.isDraining) this.#writer.closes = true;
    this.#writer.head(head);
  }

  sendBody(bytes: Buffer, start: number, end: number): boolean {
    return this.#writer.body(bytes, start, end);
  }

  endBody(): void {
    this.#writer.end();
    this.flush();
  }

  flush(): void {
    this.#writer.flush();
    if (!this.#writer.isFull || this.#isStalled) return;
    this.#isStalled = true;
    this.deadline = this.#home.deadlines.after(this.#home.limits.clientStallMs);
    this.#exchange?.upstream?.pauseBody();
  }

  sendAnswer(answer: Answer): void {
    this.#dropBufferedBody();
    if (this.#phase !== phase.answer || this.#home.isDraining) this.#writer.closes = true;
    this.#writer.answer(answer);
    this.flush();
  }

  abort(): void {
    // A reset, since a plain end would look like the end of an answer that ends with its connection.
    this.#socket.resetAndDestroy();
  }

  finished(): void {
    this.#exchange = null;
    this.#isBodyPaused = false;
    if (this.#phase === phase.closed) return;
    if (this.#writer.closes || this.#phase !== phase.answer) {
      this.#endWriting();
      return;
    }
    this.#phase = phase.head;
    if (!this.#isStalled) this.deadline = this.#home.deadlines.after(this.#home.limits.keepAliveMs);
    if (!this.#input.isEmpty) this.#advance();
  }

  #onBytes(chunk: Buffer): void {
    if (this.#phase >= phase.linger) return;
    try {
      this.#input.add(chunk);
      this.#advance();
    } catch (cause) {
      this.#onBug(cause);
    }
  }

  /** Reads on as far as the bytes and the state of the exchange allow. */
  #advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    let hasMore = true;
    while (hasMore && !this.#input.isEmpty) {
      if (this.#phase === phase.head) hasMore = this.#readHead();
      else if (this.#phase === phase.body) hasMore = this.#readBody();
      else hasMore = false;
    }
    this.#isAdvancing = false;
    this.#updateReading();
  }

  #readHead(): boolean {
    // Answers that the client does not take must not pile up behind its pipelined requests.
    if (this.#isStalled) return false;
    const input = this.#input;
    if (!input.skipBlankLine()) return this.#awaitHead();
    const next = this.#reader.read(input.bytes, input.at, input.bytes.length);
    if (next === headResult.incomplete) return this.#awaitHead();
    const exchange = this.#beginExchange();
    if (next === headResult.refused) {
      this.#reject(exchange, this.#reader.fault);
      return false;
    }
    input.use(next);
    input.headRead();
    const { head } = this.#reader;
    this.#writer.closes = !head.keepAlive;
    exchange.requestRead = !hasBody(head);
    this.#phase = exchange.requestRead ? phase.answer : phase.hold;
    addForwarded(head, this.#peer);
    exchange.flow.begin(exchange);
    return true;
  }

  #awaitHead(): false {
    if (this.#headSince === 0) {
      this.#headSince = Date.now();
      this.#headSinceMs = performance.now();
      this.deadline = this.#home.deadlines.after(this.#home.limits.headMs);
    }
    return false;
  }

  #beginExchange(): Exchange {
    const exchange = new Exchange(this, this.#home.flow, this.#reader.head, this.#view);
    if (this.#headSince !== 0) {
      exchange.startedAt = this.#headSince;
      exchange.startedMs = this.#headSinceMs;
      this.#headSince = 0;
    }
    this.deadline = 0;
    this.#exchange = exchange;
    return exchange;
  }

  #reject(exchange: Exchange, error: ProxyError): void {
    this.#phase = phase.hold;
    this.#input.drop();
    exchange.flow.reject(exchange, error);
  }

  #readBody(): boolean {
    const exchange = this.#exchange;
    if (exchange === null || this.#isBodyPaused) return false;
    this.deadline = this.#home.deadlines.after(this.#home.limits.bodyIdleMs);
    const input = this.#input;
    const state = this.#body.read(input.bytes, input.at, exchange);
    if (this.#exchange !== exchange) return false;
    if (state === bodyState.malformed) {
      exchange.flow.requestFailed(exchange, failures.badChunk);
      return false;
    }
    input.use(this.#body.at);
    if (state === bodyState.end) {
      this.#phase = phase.answer;
      this.deadline = 0;
      exchange.flow.requestEnd(exchange);
    }
    exchange.flow.requestFlush(exchange);
    return this.#phase !== phase.body;
  }

  /** Where an answer of ours comes before the body was read, a body that is already here does not cost the connection. */
  #dropBufferedBody(): void {
    const exchange = this.#exchange;
    const input = this.#input;
    if (exchange === null || this.#phase !== phase.hold || input.isEmpty) return;
    this.#body.begin(exchange.request);
    if (this.#body.read(input.bytes, input.at, null) !== bodyState.end) return;
    input.use(this.#body.at);
    this.#phase = phase.answer;
  }

  /** Reads from the socket while there is somewhere to put the bytes, and always enough to notice that the client has gone. */
  #updateReading(): void {
    const isOff =
      this.#isBodyPaused ||
      (this.#input.length > this.#home.limits.pipelinedBytes && this.#phase < phase.linger);
    if (isOff === this.#isReadingOff) return;
    this.#isReadingOff = isOff;
    if (isOff) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Says that nothing more will be sent, and lets the client read what was: a reset would take it away (RFC 9112 section 9.6). */
  #endWriting(): void {
    this.#phase = phase.linger;
    this.#input.drop();
    const { limits, deadlines } = this.#home;
    this.deadline = deadlines.after(this.#writer.isEmpty ? limits.lingerMs : limits.clientStallMs);
    this.#updateReading();
    this.#socket.end();
  }

  #onDrain(): void {
    if (!this.#isStalled) return;
    this.#isStalled = false;
    const { limits, deadlines } = this.#home;
    this.deadline = 0;
    if (this.#phase === phase.body) this.deadline = deadlines.after(limits.bodyIdleMs);
    if (this.#phase === phase.head) this.deadline = deadlines.after(limits.keepAliveMs);
    this.#exchange?.upstream?.resumeBody();
    this.#advance();
  }

  #onFinish(): void {
    if (this.#phase === phase.linger) {
      this.deadline = this.#home.deadlines.after(this.#home.limits.lingerMs);
    }
  }

  /**
   * The client has closed its sending side. While a request is in flight that counts as gone, since nothing tells a client that
   * has closed for good from one that still listens.
   */
  #onEnd(): void {
    if (this.#exchange !== null || this.#phase === phase.linger) {
      this.destroy();
      return;
    }
    this.#endWriting();
  }

  #onExpired(): void {
    const exchange = this.#exchange;
    if (this.#phase === phase.body && exchange !== null && !this.#isStalled) {
      exchange.flow.requestFailed(exchange, failures.bodyTooSlow);
    } else if (this.#phase === phase.head && this.#headSince !== 0 && !this.#isStalled) {
      this.#reader.clear();
      this.#reject(this.#beginExchange(), failures.headTooSlow);
    } else {
      this.destroy();
    }
  }

  #onGone(): void {
    const exchange = this.#exchange;
    if (this.#phase === phase.closed) return;
    this.#phase = phase.closed;
    this.#exchange = null;
    this.#input.drop();
    this.#home.deadlines.remove(this);
    if (exchange !== null) exchange.flow.clientGone(exchange);
    this.#home.closed(this);
  }

  #guarded(handler: () => void): void {
    try {
      handler.call(this);
    } catch (cause) {
      this.#onBug(cause);
    }
  }

  /** The last resort: a bug costs this connection and the one exchange on it. */
  #onBug(cause: unknown): void {
    const exchange = this.#exchange;
    this.#writer.closes = true;
    try {
      if (exchange === null) this.#home.broken(cause);
      else exchange.flow.broken(exchange, cause);
      this.#socket.destroySoon();
    } catch {
      this.#socket.destroy();
    }
  }
}
