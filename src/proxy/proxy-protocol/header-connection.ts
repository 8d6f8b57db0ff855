import type { Socket } from 'node:net';
import type { ConnectionRefusal } from '../../model/outcome.ts';
import type { ConnectionAddresses } from '../client-address.ts';
import type { OpenConnection } from '../client-home.ts';
import type { Deadlines, Timed } from '../deadlines.ts';
import type { Limits } from '../limits.ts';
import { readProxyHeader } from './read-header.ts';

/** What a connection whose PROXY header is awaited needs of its listener. */
export interface HeaderHome {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  /** The header has come whole; the socket is the listener's again. `rest` are bytes behind the header, unread. */
  headerRead(from: HeaderConnection, addresses: ConnectionAddresses | null, rest: Buffer): void;
  /** There will be no header; the socket is closed. Null where the peer left without a byte, as health checks do. */
  headerRefused(from: HeaderConnection, why: ConnectionRefusal | null): void;
}

/** A connection of a trusted peer, until its PROXY header has come. It is to come whole within the time limit of a head. */
export class HeaderConnection implements OpenConnection, Timed {
  deadline = 0;
  slot = -1;
  readonly socket: Socket;
  /** Its address, which is not the client's. */
  readonly peer: string;
  readonly #home: HeaderHome;
  #bytes: Buffer = nothing;
  #isOver = false;

  constructor(socket: Socket, peer: string, home: HeaderHome) {
    this.socket = socket;
    this.peer = peer;
    this.#home = home;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onEnd);
    socket.on('close', this.#onEnd);
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

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const read = readProxyHeader(this.#bytes);
    if (read.kind === 'more') return;
    if (read.kind === 'malformed') {
      this.#refuse('BadProxyHeader');
      return;
    }
    const rest = this.#bytes.subarray(read.end);
    this.#leave();
    this.#home.headerRead(this, read.addresses, rest);
  };

  readonly #onEnd = (): void => {
    this.#refuse(this.#bytes.length === 0 ? null : 'BadProxyHeader');
  };

  #refuse(why: ConnectionRefusal | null): void {
    if (this.#isOver) return;
    this.#leave();
    // What still goes wrong with it is of no interest, but would end the process without a listener.
    this.socket.on('error', ignore);
    this.socket.destroy();
    this.#home.headerRefused(this, why);
  }

  #leave(): void {
    this.#isOver = true;
    this.#bytes = nothing;
    this.#home.deadlines.remove(this);
    this.socket.off('data', this.#onData);
    this.socket.off('end', this.#onEnd);
    this.socket.off('error', this.#onEnd);
    this.socket.off('close', this.#onEnd);
  }
}

const nothing = Buffer.alloc(0);

function ignore(): void {}
