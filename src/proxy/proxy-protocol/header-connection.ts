import type { ConnectionRefusal } from '../../model/outcome.ts';
import type { ConnectionAddresses } from '../client-address.ts';
import type { OpenConnection } from '../client-home.ts';
import type { Deadlines, Timed } from '../deadlines.ts';
import type { Limits } from '../limits.ts';
import { type SocketWatcher, type WatchedSocket, watch } from '../watched-socket.ts';
import { readProxyHeader } from './read-header.ts';

/** What a connection whose PROXY header is awaited needs of its listener. */
export interface HeaderHome {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  /** The header has come whole; the socket is the listener's again. `rest` are bytes behind the header, unread. */
  headerRead(from: HeaderConnection, addresses: ConnectionAddresses | null, rest: Buffer): void;
  /** There will be no header; the socket is closed. Null where the peer left without a byte, as health checks do. */
  headerRefused(from: HeaderConnection, why: ConnectionRefusal | null): void;
  /** A bug outside of any exchange. */
  broken(cause: unknown): void;
}

/** A connection of a trusted peer, until its PROXY header has come. It is to come whole within the time limit of a head. */
export class HeaderConnection implements OpenConnection, SocketWatcher, Timed {
  deadline = 0;
  slot = -1;
  readonly socket: WatchedSocket;
  /** Its address, which is not the client's. */
  readonly peer: string;
  readonly #home: HeaderHome;
  #bytes: Buffer = nothing;
  #isOver = false;

  constructor(socket: WatchedSocket, peer: string, home: HeaderHome) {
    this.socket = socket;
    this.peer = peer;
    this.#home = home;
    watch(socket, this);
    home.deadlines.add(this);
    this.deadline = home.deadlines.after(home.limits.headMs);
  }

  /** No request has begun. */
  get isIdle(): boolean {
    return true;
  }

  drain(): void {
    this.deadline = this.#home.deadlines.after(this.#home.limits.lastCallMs);
  }

  destroy(): void {
    this.#refuse(null);
  }

  expire(): void {
    this.#refuse('ProxyHeaderTimeout');
  }

  onBytes(bytes: Buffer, length: number): void {
    if (this.#isOver) return;
    this.#bytes = Buffer.concat([this.#bytes, bytes.subarray(0, length)]);
    const read = readProxyHeader(this.#bytes);
    if (read.kind === 'more') return;
    if (read.kind === 'malformed') {
      this.#refuse('BadProxyHeader');
      return;
    }
    const rest = this.#bytes.subarray(read.end);
    this.#leave();
    this.#home.headerRead(this, read.addresses, rest);
  }

  onConnect(): void {}

  onDrain(): void {}

  onFinish(): void {}

  onEnd(): void {
    this.onGone();
  }

  onGone(): void {
    this.#refuse(this.#bytes.length === 0 ? null : 'BadProxyHeader');
  }

  onBug(cause: unknown): void {
    this.#home.broken(cause);
    this.#refuse(null);
  }

  #refuse(why: ConnectionRefusal | null): void {
    if (this.#isOver) return;
    this.#leave();
    this.socket.destroy();
    this.#home.headerRefused(this, why);
  }

  #leave(): void {
    this.#isOver = true;
    this.#bytes = nothing;
    this.#home.deadlines.remove(this);
  }
}

const nothing = Buffer.alloc(0);
