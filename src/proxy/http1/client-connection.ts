import { BodyPace } from '../body-pace.ts';
import { type ConnectionAddresses, socketAddresses } from '../client-address.ts';
import type { ClientHome, OpenConnection } from '../client-home.ts';
import type { Timed } from '../deadlines.ts';
import type { ClientSide, Exchange } from '../exchange.ts';
import { addForwarded, type Peer } from '../forwarded.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import { hasBody } from '../request-head.ts';
import type { Answer } from '../respond.ts';
import type { ResponseHead } from '../response-head.ts';
import { type SocketWatcher, type WatchedSocket, watch } from '../watched-socket.ts';
import { AnswerWriter } from './answer-writer.ts';
import { BodyReader, bodyState } from './body-reader.ts';
import { ClientInput } from './client-input.ts';
import { phase } from './client-phase.ts';
import { HalfClosed } from './half-closed.ts';
import { HeadSource } from './head-source.ts';
import { headResult } from './heads.ts';

/** One HTTP/1 connection from a client: reads requests one after the other and answers them in order. */
export class ClientConnection implements ClientSide, OpenConnection, SocketWatcher, Timed {
  deadline = 0;
  slot = -1;
  readonly entryPoint: string;
  readonly #home: ClientHome;
  readonly #socket: WatchedSocket;
  readonly #peer: Peer;
  readonly #heads: HeadSource;
  /** Made for the first body; most connections never carry one. */
  #body: BodyReader | null = null;
  readonly #writer: AnswerWriter;
  readonly #pace: BodyPace;
  /** This connection's own time between two requests. */
  readonly #keepAliveMs: number;
  readonly #input = new ClientInput();
  #phase: number = phase.head;
  #exchange: Exchange | null = null;
  #requests = 0;
  #isAdvancing = false;
  /** The upstream cannot take more of the body now. */
  #isBodyPaused = false;
  /** The socket's reading is off. */
  #isReadingOff = false;
  /** The client does not take what we send. */
  #isStalled = false;
  /** Not null once the client has closed its sending side while a request of it is in flight. */
  #halfClosed: HalfClosed | null = null;

  constructor(socket: WatchedSocket, peer: Peer, home: ClientHome) {
    this.entryPoint = home.entryPoint;
    this.#home = home;
    this.#socket = socket;
    this.#peer = peer;
    this.#heads = new HeadSource(this.#input, home, peer);
    this.#writer = new AnswerWriter(socket, this.#heads.head, home);
    this.#pace = new BodyPace(home.limits);
    this.#keepAliveMs = home.keepAliveMs();
    watch(socket, this);
    home.deadlines.add(this);
    this.deadline = home.deadlines.after(home.limits.headMs);
  }

  /** True between two requests. */
  get isIdle(): boolean {
    return this.#phase === phase.head && !this.#heads.hasBegun;
  }

  destroy(): void {
    this.#socket.destroy();
    this.onGone();
  }

  /** The next answer says that the connection closes. An idle one waits for it a moment only. */
  drain(): void {
    this.#writer.closes = true;
    if (this.isIdle) this.deadline = this.#home.deadlines.after(this.#home.limits.lastCallMs);
  }

  expire(): void {
    try {
      this.#onExpired();
    } catch (cause) {
      this.onBug(cause);
    }
  }

  readBody(): void {
    const exchange = this.#exchange;
    if (exchange === null || this.#phase !== phase.hold) return;
    this.#phase = phase.body;
    this.#bodyReader.begin(exchange.request);
    this.#pace.begin(this.#home.deadlines.nowMs);
    this.#awaitBody();
    if (!this.#input.isEmpty || this.#halfClosed !== null) {
      this.#advance();
      return;
    }
    if (exchange.request.expectsContinue) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
    exchange.flow.requestFlush(exchange);
  }

  pauseBody(): void {
    if (this.#phase !== phase.body && this.#phase !== phase.tunnel) return;
    this.#isBodyPaused = true;
    this.#pace.hold(this.#home.deadlines.nowMs);
    this.deadline = 0;
    this.#updateReading();
  }

  resumeBody(): void {
    if (!this.#isBodyPaused) return;
    this.#isBodyPaused = false;
    this.#pace.release(this.#home.deadlines.nowMs);
    if (this.#phase === phase.body) this.#awaitBody();
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

  sendBody(bytes: Buffer, start: number, end: number): void {
    this.#writer.body(bytes, start, end);
  }

  sendTrailers(): void {}

  endBody(): void {
    this.#writer.end();
    this.flush();
    if (this.#phase === phase.tunnel) this.#socket.end();
  }

  openTunnel(head: ResponseHead): void {
    this.#writer.switching(head);
    this.flush();
    this.#phase = phase.tunnel;
    this.#advance();
  }

  flush(): void {
    this.#writer.flush();
    if (!this.#writer.isFull || this.#isStalled) return;
    this.#isStalled = true;
    this.deadline = this.#home.stalls.begin(this, this.#home.limits.clientStallMs);
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
    if (!this.#isStalled) this.deadline = this.#home.deadlines.after(this.#keepAliveMs);
    if (!this.#input.isEmpty || this.#halfClosed !== null) this.#advance();
  }

  addresses(): ConnectionAddresses {
    return this.#peer.told ?? socketAddresses(this.#socket);
  }

  onBytes(read: Buffer, length: number): void {
    if (this.#phase >= phase.linger) return;
    this.#input.add(read, length);
    this.#advance();
    this.#input.keep();
  }

  /** A client's connection has been one from the start. */
  onConnect(): void {}

  /** Reads on as far as the bytes and the state of the exchange allow. */
  #advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    let hasMore = true;
    while (hasMore && !this.#input.isEmpty) {
      if (this.#phase === phase.head) hasMore = this.#readHead();
      else if (this.#phase === phase.body) hasMore = this.#readBody();
      else if (this.#phase === phase.tunnel) hasMore = this.#readTunnel();
      else hasMore = false;
    }
    this.#isAdvancing = false;
    this.#updateReading();
    if (this.#halfClosed !== null && !this.#isBodyPaused) this.#endIncomplete();
  }

  /** After the client's end: what of its requests is not whole now will never be. */
  #endIncomplete(): void {
    if (this.#phase === phase.body) this.destroy();
    else if (this.#phase === phase.head && !this.#isStalled) this.#endWriting();
  }

  #readHead(): boolean {
    // Answers that the client does not take must not pile up behind its pipelined requests.
    if (this.#isStalled) return false;
    const { hasBegun, head } = this.#heads;
    const result = this.#heads.read();
    if (result === headResult.incomplete) {
      if (!hasBegun) this.deadline = this.#home.deadlines.after(this.#home.limits.headMs);
      return false;
    }
    const exchange = this.#beginExchange();
    if (result === headResult.refused) {
      this.#reject(exchange, this.#heads.fault);
      return false;
    }
    this.#writer.closes = !head.keepAlive || ++this.#requests === this.#home.limits.keepAliveRequests;
    exchange.requestRead = !hasBody(head);
    this.#phase = exchange.requestRead ? phase.answer : phase.hold;
    addForwarded(head, this.#peer);
    exchange.flow.begin(exchange);
    return true;
  }

  #beginExchange(): Exchange {
    const exchange = this.#heads.exchange(this, this.#home.flow);
    this.deadline = 0;
    this.#exchange = exchange;
    return exchange;
  }

  #reject(exchange: Exchange, error: ProxyError): void {
    this.#phase = phase.hold;
    this.#input.drop();
    exchange.flow.reject(exchange, error);
  }

  get #bodyReader(): BodyReader {
    this.#body ??= new BodyReader(this.#home.limits);
    return this.#body;
  }

  #readBody(): boolean {
    const exchange = this.#exchange;
    if (exchange === null || this.#isBodyPaused) return false;
    const input = this.#input;
    const state = this.#bodyReader.read(input, exchange);
    if (this.#exchange !== exchange) return false;
    if (state === bodyState.malformed) {
      exchange.flow.requestFailed(exchange, failures.badChunk);
      return false;
    }
    this.#pace.took(this.#bodyReader.at - input.at);
    input.use(this.#bodyReader.at);
    if (!this.#isBodyPaused) this.#awaitBody();
    if (state === bodyState.end) {
      this.#phase = phase.answer;
      this.deadline = 0;
      exchange.flow.requestEnd(exchange);
    }
    exchange.flow.requestFlush(exchange);
    return this.#phase !== phase.body;
  }

  #awaitBody(): void {
    this.deadline = this.#pace.deadline(this.#home.deadlines.nowMs);
  }

  /** Where an answer of ours comes before the body was read, a body that is already here does not cost the connection. */
  #dropBufferedBody(): void {
    const exchange = this.#exchange;
    if (exchange === null || this.#phase !== phase.hold || this.#input.isEmpty) return;
    if (this.#bodyReader.skip(exchange.request, this.#input)) this.#phase = phase.answer;
  }

  #readTunnel(): boolean {
    if (this.#isBodyPaused) return false;
    const { bytes, at, end } = this.#input;
    this.#input.drop();
    this.#exchange?.tunnel?.fromClient(bytes, at, end);
    return false;
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

  /**
   * Says that nothing more will be sent, and lets the client read what was: a reset would take it away (RFC 9112 section 9.6).
   * A client that has said itself that this was its last request sends nothing that could cause one.
   */
  #endWriting(): void {
    const isLast = this.#phase === phase.answer && !this.#heads.head.keepAlive && this.#input.isEmpty;
    if (isLast && this.#writer.isEmpty) {
      this.destroy();
      return;
    }
    this.#phase = phase.linger;
    this.#input.drop();
    const { limits, deadlines, stalls } = this.#home;
    if (this.#writer.hasUnsent) this.deadline = stalls.begin(this, limits.clientStallMs);
    else this.deadline = deadlines.after(limits.lingerMs);
    this.#updateReading();
    this.#socket.end();
  }

  onDrain(): void {
    if (!this.#isStalled) return;
    this.#isStalled = false;
    this.#home.stalls.end(this);
    this.deadline = 0;
    if (this.#phase === phase.body && !this.#isBodyPaused) this.#awaitBody();
    if (this.#phase === phase.head) this.deadline = this.#home.deadlines.after(this.#keepAliveMs);
    this.#exchange?.upstream?.resumeBody();
    this.#advance();
  }

  onFinish(): void {
    if (this.#phase === phase.linger) {
      this.deadline = this.#home.deadlines.after(this.#home.limits.lingerMs);
    }
  }

  /** The client has closed its sending side: whole requests are answered still. In a tunnel it is the upstream's to tell. */
  onEnd(): void {
    const exchange = this.#exchange;
    if (this.#phase === phase.tunnel) exchange?.tunnel?.clientEnd();
    else if (this.#phase === phase.linger || exchange?.request.isWebSocket === true) this.destroy();
    else if (exchange === null) this.#endWriting();
    else {
      const { halfClosedMs } = this.#home.limits;
      const gone = (): void => this.abort();
      this.#halfClosed = new HalfClosed(this.#socket, {
        everyMs: halfClosedMs,
        exchange: () => this.#exchange,
        gone,
      });
      this.#advance();
    }
  }

  #onExpired(): void {
    const exchange = this.#exchange;
    if (this.#phase === phase.body && exchange !== null && !this.#isStalled) {
      exchange.flow.requestFailed(exchange, failures.bodyTooSlow);
    } else if (this.#phase === phase.head && this.#heads.hasBegun && !this.#isStalled) {
      this.#heads.clear();
      this.#reject(this.#beginExchange(), failures.headTooSlow);
    } else {
      this.destroy();
    }
  }

  onGone(): void {
    const exchange = this.#exchange;
    if (this.#phase === phase.closed) return;
    this.#phase = phase.closed;
    this.#exchange = null;
    this.#input.drop();
    this.#home.deadlines.remove(this);
    this.#home.stalls.end(this);
    this.#halfClosed?.stop();
    if (exchange !== null) exchange.flow.clientGone(exchange);
    this.#home.closed(this);
  }

  /** The last resort: a bug costs this connection and the one exchange on it. */
  onBug(cause: unknown): void {
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
