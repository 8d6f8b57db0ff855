import type { TcpNetConnectOpts } from 'node:net';
import type { Log } from '../../model/log.ts';
import type { Deadlines } from '../deadlines.ts';
import type { Exchange, ExchangeEndpoint, UpstreamSide } from '../exchange.ts';
import { type ConnectionHome, UpstreamConnection } from '../http1/upstream-connection.ts';
import type { Limits } from '../limits.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import type { ReadMemory } from '../read-memory.ts';
import type { SendMemory } from '../send-memory.ts';
import { connectTlsSocket, failedSocket, handshakeStateOf } from '../tls/upstream-socket.ts';
import type { UpstreamTlsOptions } from '../tls/upstream-tls.ts';
import { connectSocket, type SocketWatcher, WatchedSocket } from '../watched-socket.ts';
import { type Http2Way, SessionPool } from './session-pool.ts';

/** What all pools of a thread share. */
export interface PoolContext {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  /** What the sockets of the thread read into. */
  readonly readMemory: ReadMemory;
  readonly sendMemory: SendMemory;
  readonly log: Log;
}

/** Where a pool leads. */
export interface PoolPlace {
  readonly address: string;
  readonly port: number;
  /** `ADDRESS:PORT`, IPv6 in brackets. */
  readonly name: string;
  /** Differs from that of every other pool of the thread. */
  readonly key: string;
  /** Null for clear text; else how to speak TLS, or null where that cannot be had. */
  readonly tls: (() => UpstreamTlsOptions | null) | null;
  /** Null where only HTTP/1.1 is spoken. */
  readonly http2: Http2Way | null;
}

const keepAliveInitialDelay = 30_000;
/** How often one pool says in the log why TLS failed. */
const leastBetweenLinesMs = 10_000;

/** The connections to one endpoint. Unused ones are kept on a stack: the one used last has the best chance to be alive. */
export class EndpointPool implements ExchangeEndpoint, ConnectionHome {
  readonly address: string;
  readonly port: number;
  readonly name: string;
  readonly key: string;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly readMemory: ReadMemory;
  readonly sendMemory: SendMemory;
  /** How many services lead here; at 0 nothing is kept any more. */
  users = 0;
  readonly #idle: UpstreamConnection[] = [];
  readonly #tls: (() => UpstreamTlsOptions | null) | null;
  readonly #to: TcpNetConnectOpts;
  readonly #log: Log;
  /** Null where only HTTP/1.1 is spoken. */
  readonly #sessions: SessionPool | null;
  /** A socket that is ready, for the connection that is made next. */
  #ready: WatchedSocket | null = null;
  #toldMs = Number.NEGATIVE_INFINITY;

  /** `limits` of the context are those of the transport. */
  constructor(at: PoolPlace, context: PoolContext) {
    this.address = at.address;
    this.port = at.port;
    this.name = at.name;
    this.key = at.key;
    this.#tls = at.tls;
    this.limits = context.limits;
    this.deadlines = context.deadlines;
    this.readMemory = context.readMemory;
    this.sendMemory = context.sendMemory;
    this.#log = context.log;
    this.#to = { host: at.address, port: at.port, noDelay: true, keepAlive: true, keepAliveInitialDelay };
    this.#sessions = at.http2 === null ? null : new SessionPool(this, at.http2);
  }

  /**
   * A connection for one exchange: an unused one, unless it has to be new, else one that is still connecting. One that begins
   * with a PROXY header has to be new, since it tells of one client, and is not kept either.
   */
  take(exchange: Exchange, mustBeNew: boolean): UpstreamSide {
    const sessions = this.#sessions;
    // Who agrees to HTTP/2 need not know WebSockets in it (RFC 8441).
    if (sessions?.isUsable === true && !exchange.request.isWebSocket)
      return sessions.take(exchange, mustBeNew);
    while (!mustBeNew && exchange.proxyProtocol === 0) {
      const connection = this.#idle.pop();
      if (connection === undefined) break;
      if (connection.reuse(exchange)) return connection;
    }
    return new UpstreamConnection(this, exchange);
  }

  /**
   * Begins a connection as the transport of the pool says, whose events go to `watcher`. `header` goes before all else, in clear
   * text; null is none. What comes of a failure `failureOf` says.
   */
  connect(watcher: SocketWatcher, header: Buffer | null, offersHttp2 = false): WatchedSocket {
    if (this.#ready !== null) return this.#takeReady(this.#ready, watcher);
    if (this.#tls === null) {
      const socket = connectSocket(this.#to, this.readMemory, watcher);
      if (header !== null) socket.write(header);
      return socket;
    }
    const options = this.#tls();
    if (options === null) {
      return failedSocket(new WatchedSocket(), 'the settings of its transport cannot be had', watcher);
    }
    const offered = offersHttp2 ? { ...options, ALPNProtocols: bothProtocols } : options;
    return connectTlsSocket({ to: this.#to, options: offered, header }, this.readMemory, watcher);
  }

  takeHttp1(exchange: Exchange, ready: WatchedSocket | null): void {
    this.#ready = ready;
    const connection = new UpstreamConnection(this, exchange);
    exchange.upstream = connection;
    if (ready === null) return;
    try {
      connection.onConnect();
    } catch (cause) {
      connection.onBug(cause);
    }
  }

  /** Why a connection of `connect` that was not ready has failed; `isLate` where that took too long. */
  failureOf(socket: WatchedSocket, isLate: boolean): ProxyError {
    const handshake = handshakeStateOf(socket);
    if (handshake === null || !handshake.isReached) {
      return isLate ? failures.connectTimeout : failures.connectFailed;
    }
    const problem = isLate ? 'the handshake took too long' : handshake.problem;
    this.#tell(problem === '' ? 'the endpoint closed the connection' : problem);
    return isLate ? failures.tlsTimeout : failures.tlsFailed;
  }

  /** Why a connection has ended that was ready, before an answer began. An endpoint says with TLS 1.3 only then what it refuses. */
  endOf(socket: WatchedSocket): ProxyError {
    const problem = handshakeStateOf(socket)?.problem ?? '';
    if (!alert.test(problem)) return failures.upstreamReset;
    this.#tell(problem);
    return failures.tlsRefused;
  }

  /** Takes a connection back; false where it is not wanted. */
  keep(connection: UpstreamConnection): boolean {
    if (this.users === 0 || this.#idle.length >= this.limits.poolIdleCount) return false;
    this.#idle.push(connection);
    return true;
  }

  /** An unused connection is gone. */
  forget(connection: UpstreamConnection): void {
    const index = this.#idle.lastIndexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  closeIdle(): void {
    this.#sessions?.closeIdle();
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  #takeReady(socket: WatchedSocket, watcher: SocketWatcher): WatchedSocket {
    this.#ready = null;
    socket.watcher = watcher;
    return socket;
  }

  #tell(problem: string): void {
    const now = performance.now();
    if (now - this.#toldMs < leastBetweenLinesMs) return;
    this.#toldMs = now;
    this.#log.warn({ endpoint: this.name, problem }, 'TLS with an endpoint failed');
  }
}

const bothProtocols = ['h2', 'http/1.1'];

/** Alerts of a peer, as OpenSSL names them. */
const alert = /^ERR_SSL_\S*_ALERT_/;
