import { hasUnsent, type SocketWatcher, type WatchedSocket } from '../watched-socket.ts';

/** What happens to the two ends of a relayed connection. */
export interface RelayFlow {
  /** `length` bytes have come at an end, from the start of `bytes` on; they may be reused when this returns. */
  came(end: RelayEnd, bytes: Buffer, length: number): void;
  /** Over TLS: the connection is there, and the handshake begins. */
  reached(end: RelayEnd): void;
  connected(end: RelayEnd): void;
  /** All that waited to be sent at an end has left. */
  drained(end: RelayEnd): void;
  /** The peer has closed its sending side. */
  ended(end: RelayEnd): void;
  /** All that was sent at an end has left, and so has the end. */
  finished(end: RelayEnd): void;
  gone(end: RelayEnd): void;
  broken(cause: unknown): void;
}

/** One of the two sockets of a relayed connection. */
export class RelayEnd implements SocketWatcher {
  readonly socket: WatchedSocket;
  /** Bytes that have come here. */
  bytes = 0;
  /** The peer has closed its sending side. */
  hasEnded = false;
  /** All that was sent has left, and so has the end. */
  hasFinished = false;
  isGone = false;
  /** It holds so much that the other end must not read. */
  isFull = false;
  readonly #flow: RelayFlow;

  /** `open` gives the socket whose events are to go to the end. */
  constructor(flow: RelayFlow, open: (watcher: SocketWatcher) => WatchedSocket) {
    this.#flow = flow;
    this.socket = open(this);
  }

  /** Bytes wait here that the operating system has no room for. */
  get hasUnsent(): boolean {
    return hasUnsent(this.socket);
  }

  /** Ends it at once. A peer that may have missed something is to notice. */
  reset(): void {
    this.isGone = true;
    const { socket } = this;
    if (socket.connecting || socket.destroyed) socket.destroy();
    else socket.resetAndDestroy();
  }

  /** Ends it at once. */
  close(): void {
    this.isGone = true;
    this.socket.destroy();
  }

  onBytes(bytes: Buffer, length: number): void {
    this.bytes += length;
    this.#flow.came(this, bytes, length);
  }

  onReached(): void {
    this.#flow.reached(this);
  }

  onConnect(): void {
    this.#flow.connected(this);
  }

  onDrain(): void {
    this.#flow.drained(this);
  }

  onEnd(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.#flow.ended(this);
  }

  onFinish(): void {
    this.hasFinished = true;
    this.#flow.finished(this);
  }

  onGone(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#flow.gone(this);
  }

  onBug(cause: unknown): void {
    this.#flow.broken(cause);
  }
}
