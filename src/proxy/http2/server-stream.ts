import { BodyPace } from '../body-pace.ts';
import { type ConnectionAddresses, socketAddresses } from '../client-address.ts';
import type { ClientHome } from '../client-home.ts';
import type { Timed } from '../deadlines.ts';
import { type ClientSide, Exchange } from '../exchange.ts';
import { addForwarded, type Peer } from '../forwarded.ts';
import { HeadView } from '../head-view.ts';
import type { HeaderLines } from '../header-lines.ts';
import { Http1RequestHead } from '../http1/heads.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import { framing, hasBody } from '../request-head.ts';
import type { Answer } from '../respond.ts';
import type { ResponseHead } from '../response-head.ts';
import type { WatchedSocket } from '../watched-socket.ts';
import type { AnswerBlocks } from './answer-blocks.ts';
import { ByteQueue } from './byte-queue.ts';
import { errorCode } from './frames.ts';
import { Stream } from './stream.ts';

/** Above this an answer's upstream is held back until all that waits has left. */
const mostQueuedBytes = 65_536;
const pieceBytes = 16_384;

/** What a stream needs of its connection. */
export interface StreamHome {
  readonly home: ClientHome;
  readonly clientSocket: WatchedSocket;
  /** On the clock of `Deadlines.nowMs`. */
  readonly nowMs: number;
  /** Bytes of bodies that upstreams do not take yet. */
  heldBytes: number;
  /** Sends bytes of an answer's body. */
  send(stream: Stream, bytes: Buffer, start: number, end: number): void;
  /** The answer's body is complete. */
  end(stream: Stream): void;
  reset(stream: Stream, code: number): void;
  consumed(stream: Stream, size: number): void;
  /** Nobody refers to it any more, so that it may serve again. */
  release(stream: ServerStream): void;
}

/** One stream of a client's connection: the client's end of one exchange, and then of another. */
export class ServerStream extends Stream implements ClientSide, Timed {
  deadline = 0;
  slot = -1;
  readonly entryPoint: string;
  readonly head = new Http1RequestHead();
  readonly #session: StreamHome;
  readonly #peer: Peer;
  readonly #view: HeadView;
  readonly #answers: AnswerBlocks;
  #exchange: Exchange | null = null;
  #isPrepared = false;
  #fault: ProxyError | null = null;
  /** The session knows it. */
  #isKnown = false;
  /** The exchange takes the body now. */
  #isReading = false;
  #isPaused = false;
  /** The upstream waits until what we hold has left. */
  #holdsUpstream = false;
  #isTunnel = false;
  /** The body's end has been told of, or there is no body. */
  #isBodyOver = false;
  /** All of the answer is here, or there will be none: the exchange ends by itself. */
  #isAnswered = false;
  /** Its client broke the rules: it gets a reset in place of an answer. */
  #isBroken = false;
  /** Body bytes that are to come by Content-Length; -1 where it says nothing. */
  #left = -1;
  /** The last byte of a body with a length, until its end is certain; -1 for none. */
  #lastByte = -1;
  /** Body bytes that the exchange does not take yet; made for the first of them. */
  #held: ByteQueue | null = null;
  #pace: BodyPace | null = null;

  constructor(session: StreamHome, peer: Peer, answers: AnswerBlocks) {
    super();
    this.#session = session;
    this.#peer = peer;
    this.#answers = answers;
    this.entryPoint = session.home.entryPoint;
    this.#view = new HeadView(this.entryPoint, peer, this.head);
  }

  get isTunnel(): boolean {
    return this.#isTunnel && this.#exchange !== null;
  }

  open(id: number, sendWindow: number, receiveWindow: number): void {
    this.begin(id, sendWindow, receiveWindow);
    this.#isKnown = true;
    this.#isReading = false;
    this.#isPaused = false;
    this.#holdsUpstream = false;
    this.#isTunnel = false;
    this.#isBodyOver = false;
    this.#isAnswered = false;
    this.#isBroken = false;
    this.#left = -1;
    this.#lastByte = -1;
  }

  /**
   * The head has been read; `fault` where it is refused. The exchange begins with the first byte of its body, or when all has been
   * read that is there: what its client resets in the same breath costs no upstream anything.
   */
  prepare(fault: ProxyError | null): void {
    this.#fault = fault;
    this.#isPrepared = true;
  }

  /** Begins the exchange, unless it has begun, or was reset. */
  start(): void {
    if (!this.#isPrepared) return;
    this.#isPrepared = false;
    const fault = this.#fault;
    const { head } = this;
    const { flow } = this.#session.home;
    const exchange = new Exchange(this, flow, head, this.#view);
    this.#exchange = exchange;
    try {
      if (fault !== null) {
        flow.reject(exchange, fault);
        return;
      }
      if (head.framing === framing.length) this.#left = head.length;
      this.#isBodyOver = !hasBody(head) && !head.isWebSocket;
      exchange.requestRead = this.#isBodyOver;
      addForwarded(head, this.#peer);
      flow.begin(exchange);
    } catch (cause) {
      flow.broken(exchange, cause);
    }
  }

  onData(bytes: Buffer, start: number, end: number, ends: boolean): void {
    const size = end - start;
    this.start();
    if (this.#exchange === null) {
      this.#session.consumed(this, size);
      return;
    }
    if (this.#left !== -1) {
      this.#left -= size;
      if (this.#left < 0 || (ends && this.#left > 0)) {
        this.#session.consumed(this, size);
        this.#break();
        return;
      }
    }
    if (!this.#isReading || this.#isPaused || this.#heldLength > 0) this.#hold(bytes, start, end);
    else this.#pass(bytes, start, end, ends);
  }

  onRemoteEnd(): void {
    this.start();
    if (this.#left > 0) this.#break();
    else if (this.#isReading && this.#heldLength === 0) this.#endBody();
  }

  onReadEnd(): void {
    const exchange = this.#exchange;
    if (exchange === null || !this.#isReading || this.#isTunnel) return;
    exchange.flow.requestFlush(exchange);
    if (!this.#isPaused) this.#awaitBody();
  }

  onQueueEmpty(): void {
    if (!this.#holdsUpstream) return;
    this.#holdsUpstream = false;
    this.#exchange?.upstream?.resumeBody();
  }

  onReset(): void {
    this.#isKnown = false;
    this.#isPrepared = false;
    this.#dropHeld();
    const exchange = this.#exchange;
    if (exchange !== null && !this.#isAnswered) exchange.flow.clientGone(exchange);
    this.#release();
  }

  onClosed(): void {
    this.#isKnown = false;
    this.#release();
  }

  readBody(): void {
    const exchange = this.#exchange;
    if (exchange === null || this.#isReading) return;
    this.#isReading = true;
    this.#pace ??= new BodyPace(this.#session.home.limits);
    this.#pace.begin(this.#session.nowMs);
    if (this.slot === -1) this.#session.home.deadlines.add(this);
    this.#awaitBody();
    if (this.#heldLength > 0 || this.isRemoteEnded) this.#giveHeld();
    else {
      if (exchange.request.expectsContinue) this.#answers.continue(this);
      exchange.flow.requestFlush(exchange);
    }
  }

  pauseBody(): void {
    if (!this.#isReading || this.#isPaused) return;
    this.#isPaused = true;
    this.#pace?.hold(this.#session.nowMs);
    this.deadline = 0;
  }

  resumeBody(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#pace?.release(this.#session.nowMs);
    this.#awaitBody();
    this.#giveHeld();
  }

  sendInformational(head: ResponseHead): void {
    if (this.#isKnown) this.#answers.head(this, head, head.status);
  }

  sendHead(head: ResponseHead): void {
    if (!this.#isKnown) return;
    // Success would tell the client that its tunnel is open (RFC 8441 section 5).
    if (this.head.isWebSocket && head.status < 300) this.#refuseTunnel();
    else this.#answers.head(this, head, head.status);
  }

  sendBody(bytes: Buffer, start: number, end: number): void {
    if (this.#isKnown) this.#session.send(this, bytes, start, end);
  }

  sendTrailers(lines: HeaderLines): void {
    this.trailers = lines.render(lines.starts[0] ?? 0);
  }

  endBody(): void {
    if (!this.#isTunnel) this.#isAnswered = true;
    if (this.#isKnown) this.#session.end(this);
  }

  flush(): void {
    if (this.queue.length <= mostQueuedBytes || this.#holdsUpstream) return;
    this.#holdsUpstream = true;
    this.#exchange?.upstream?.pauseBody();
  }

  openTunnel(head: ResponseHead): void {
    if (!this.#isKnown) return;
    if (!this.#answers.agrees(this.head, head)) {
      this.#refuseTunnel();
      return;
    }
    this.#isTunnel = true;
    this.#isReading = true;
    this.#answers.head(this, head, 200);
    this.#giveHeld();
  }

  sendAnswer(answer: Answer): void {
    this.#isAnswered = true;
    if (!this.#isKnown) return;
    if (this.#isBroken) this.#session.reset(this, errorCode.protocol);
    else this.#answers.answer(this, answer, this.head.method !== 'HEAD');
  }

  abort(): void {
    this.#isAnswered = true;
    if (this.#isKnown) this.#session.reset(this, this.#isBroken ? errorCode.protocol : errorCode.internal);
  }

  finished(): void {
    this.#exchange = null;
    this.#dropHeld();
    this.deadline = 0;
    // A tunnel that its upstream, or a time limit, has ended.
    if (this.#isKnown && !this.isLocalEnded) this.#session.end(this);
    this.#release();
  }

  addresses(): ConnectionAddresses {
    return this.#peer.told ?? socketAddresses(this.#session.clientSocket);
  }

  expire(): void {
    const exchange = this.#exchange;
    if (exchange === null || this.#isBodyOver) return;
    try {
      exchange.flow.requestFailed(exchange, failures.bodyTooSlow);
    } catch (cause) {
      exchange.flow.broken(exchange, cause);
    }
  }

  get #heldLength(): number {
    return this.#held === null ? 0 : this.#held.length;
  }

  #hold(bytes: Buffer, start: number, end: number): void {
    this.#held ??= new ByteQueue();
    this.#held.append(bytes, start, end);
    this.#session.heldBytes += end - start;
  }

  #dropHeld(): void {
    if (this.#held === null) return;
    const size = this.#held.length;
    this.#held.clear();
    this.#session.heldBytes -= size;
    if (size > 0) this.#session.consumed(this, size);
  }

  #giveHeld(): void {
    const held = this.#held;
    while (held !== null && held.length > 0 && !this.#isPaused && this.#exchange !== null) {
      const piece = held.take(pieceBytes);
      this.#session.heldBytes -= piece.length;
      const ends = held.length === 0 && this.isRemoteEnded;
      this.#pass(piece, 0, piece.length, ends);
      if (!this.#isTunnel && this.#exchange !== null) this.#exchange.flow.requestFlush(this.#exchange);
    }
    if (this.#isPaused || this.#heldLength > 0 || this.#exchange === null) return;
    if (this.isRemoteEnded) this.#endBody();
  }

  #pass(bytes: Buffer, start: number, end: number, ends: boolean): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    if (this.#isTunnel) exchange.tunnel?.fromClient(bytes, start, end);
    else {
      // A whole body and no END_STREAM: more may follow, which must not look to the upstream as if all had been well.
      const keepsOne = this.#left === 0 && !ends && this.#heldLength === 0;
      if (keepsOne) this.#lastByte = bytes[end - 1] ?? 0;
      this.#pace?.took(end - start);
      exchange.flow.requestBody(exchange, bytes, start, keepsOne ? end - 1 : end);
    }
    this.#session.consumed(this, end - start);
  }

  #endBody(): void {
    const exchange = this.#exchange;
    if (exchange === null || this.#isBodyOver) return;
    this.#isBodyOver = true;
    this.deadline = 0;
    if (this.#isTunnel) {
      exchange.tunnel?.clientEnd();
      return;
    }
    if (this.#lastByte !== -1) {
      exchange.flow.requestBody(exchange, Buffer.of(this.#lastByte), 0, 1);
      this.#lastByte = -1;
    }
    exchange.flow.requestEnd(exchange);
    exchange.flow.requestFlush(exchange);
  }

  /** The body is not what its head says (RFC 9113 section 8.1.1): the upstream is left before it can take it for whole. */
  #break(): void {
    const exchange = this.#exchange;
    this.#isBroken = true;
    if (exchange === null) this.#session.reset(this, errorCode.protocol);
    else exchange.flow.requestFailed(exchange, failures.badLength);
  }

  #refuseTunnel(): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    this.#isAnswered = true;
    if (this.#isKnown) this.#session.reset(this, errorCode.connect);
    exchange.status = 502;
    exchange.flow.requestFailed(exchange, failures.badResponse);
  }

  #awaitBody(): void {
    if (this.#isBodyOver || this.#pace === null || this.#isTunnel) return;
    this.deadline = this.#pace.deadline(this.#session.nowMs);
  }

  /** Gives itself back once nobody refers to it. */
  #release(): void {
    if (this.#isKnown || this.#exchange !== null || this.id === 0) return;
    if (this.slot !== -1) this.#session.home.deadlines.remove(this);
    this.deadline = 0;
    this.id = 0;
    this.#session.release(this);
  }
}
