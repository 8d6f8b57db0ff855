import type { Deadlines } from '../deadlines.ts';
import type { Exchange, UpstreamSide } from '../exchange.ts';
import type { KeptTotal } from '../http2/kept-body.ts';
import { nobodyWatches, type PooledSession, type UpstreamSessionHome } from '../http2/upstream-home.ts';
import { UpstreamSession } from '../http2/upstream-session.ts';
import type { Limits } from '../limits.ts';
import type { ProxyError } from '../proxy-error.ts';
import { proxyHeaderOf } from '../proxy-protocol/send-header.ts';
import type { SendMemory } from '../send-memory.ts';
import type { SocketWatcher, WatchedSocket } from '../watched-socket.ts';

/** How HTTP/2 is spoken with an endpoint. */
export interface Http2Way {
  /** It is spoken unasked (RFC 9113 section 3.3), in clear text; else where ALPN agrees on it. */
  readonly isPrior: boolean;
  /** Silence after which a sign of life is asked for, in milliseconds, and how long that may take; 0 asks for none. */
  readonly readIdleMs: number;
  readonly pingTimeoutMs: number;
}

/** What sessions need of the pool of their endpoint. */
export interface SessionPoolHome {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly sendMemory: SendMemory;
  readonly users: number;
  connect(watcher: SocketWatcher, header: Buffer | null, offersHttp2: boolean): WatchedSocket;
  /** Gives an exchange a connection of HTTP/1.1, on a socket that is ready where that is not null. */
  takeHttp1(exchange: Exchange, ready: WatchedSocket | null): void;
  take(exchange: Exchange, mustBeNew: boolean): UpstreamSide;
  failureOf(socket: WatchedSocket, isLate: boolean): ProxyError;
  endOf(socket: WatchedSocket): ProxyError;
}

/** Exchanges that wait for one connection, as long as nobody knows how many streams the endpoint takes. */
const mostHoped = 100;
/** How long an endpoint that has agreed to HTTP/1.1 is not asked for HTTP/2 again. */
const http1Ms = 60_000;

/** The HTTP/2 connections to one endpoint. The first one with room for a stream gets it, so that others can come to rest. */
export class SessionPool implements UpstreamSessionHome {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly sendMemory: SendMemory;
  readonly scheme: 'http' | 'https';
  readonly readIdleMs: number;
  readonly pingTimeoutMs: number;
  readonly kept: KeptTotal = { bytes: 0 };
  readonly #home: SessionPoolHome;
  readonly #isPrior: boolean;
  readonly #sessions: UpstreamSession[] = [];
  /** Streams that the endpoint took at once when it last said so. */
  #hoped = mostHoped;
  #http1Until = 0;

  constructor(home: SessionPoolHome, { isPrior, readIdleMs, pingTimeoutMs }: Http2Way) {
    this.#home = home;
    this.#isPrior = isPrior;
    this.readIdleMs = readIdleMs;
    this.pingTimeoutMs = pingTimeoutMs;
    this.limits = home.limits;
    this.deadlines = home.deadlines;
    this.sendMemory = home.sendMemory;
    this.scheme = isPrior ? 'http' : 'https';
  }

  /** False while the endpoint is known to speak HTTP/1.1. */
  get isUsable(): boolean {
    return this.#http1Until === 0 || this.deadlines.nowMs >= this.#http1Until;
  }

  /** A stream for one exchange; `mustBeNew` where a connection that was used before has just failed. */
  take(exchange: Exchange, mustBeNew: boolean): UpstreamSide {
    const header = proxyHeaderOf(exchange);
    // A connection that tells of one client is for that one alone.
    if (header !== null) return this.#open(header).take(exchange);
    for (const session of this.#sessions) {
      if (mustBeNew && session.isUsed) continue;
      const room = session.isReady ? session.capacity : Math.min(session.capacity, this.#hoped);
      if (session.load < room) return session.take(exchange);
    }
    const session = this.#open(null);
    this.#sessions.push(session);
    return session.take(exchange);
  }

  closeIdle(): void {
    for (const session of [...this.#sessions]) session.leave();
  }

  agrees(socket: WatchedSocket): boolean {
    return this.#isPrior || ('alpnProtocol' in socket && socket.alpnProtocol === 'h2');
  }

  downgrade(exchanges: readonly Exchange[], socket: WatchedSocket): void {
    this.#http1Until = this.deadlines.nowMs + http1Ms;
    let ready: WatchedSocket | null = socket;
    for (const exchange of exchanges) {
      this.#home.takeHttp1(exchange, ready);
      ready = null;
    }
    if (ready !== null) socket.destroy();
  }

  overflow(exchanges: readonly Exchange[]): void {
    for (const exchange of exchanges) {
      const side = this.#home.take(exchange, false);
      exchange.upstream = side;
      if (side.isReady) exchange.flow.upstreamReady(exchange);
    }
  }

  retire(session: PooledSession): void {
    const index = this.#sessions.indexOf(session as UpstreamSession);
    if (index !== -1) this.#sessions.splice(index, 1);
  }

  rest(session: PooledSession): boolean {
    if (this.#home.users === 0 || !this.#sessions.includes(session as UpstreamSession)) return false;
    const resting = this.#sessions.filter(({ load }) => load === 0).length;
    return resting <= this.limits.poolIdleCount;
  }

  failureOf(socket: WatchedSocket, isLate: boolean): ProxyError {
    return this.#home.failureOf(socket, isLate);
  }

  endOf(socket: WatchedSocket): ProxyError {
    return this.#home.endOf(socket);
  }

  settled(capacity: number): void {
    this.#http1Until = 0;
    this.#hoped = Math.max(1, Math.min(mostHoped, capacity));
  }

  #open(header: Buffer | null): UpstreamSession {
    return new UpstreamSession(this.#home.connect(nobodyWatches, header, !this.#isPrior), this);
  }
}
