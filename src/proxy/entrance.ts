import type { ConnectionRefusal, Protocol } from '../model/outcome.ts';
import type { TcpView } from '../routing/tcp/tcp-view.ts';
import {
  type ConnectionAddresses,
  plainAddress,
  socketAddresses,
  type TrustedPeers,
} from './client-address.ts';
import type { ClientHome, OpenConnection } from './client-home.ts';
import { alerts, type ClearStart, FirstBytes, type FirstBytesHome } from './first-bytes.ts';
import { type Peer, peerOf } from './forwarded.ts';
import { ClientConnection } from './http1/client-connection.ts';
import { ClientSession } from './http2/client-session.ts';
import { chooseTls } from './route-choice.ts';
import type { CompiledTcpRoute } from './tcp/compile-route.ts';
import type { TcpRoutes } from './tcp/tcp-routes.ts';
import type { ClientHello } from './tls/client-hello.ts';
import type { Handshakes } from './tls/handshakes.ts';
import type { HelloRefusal, TlsPolicies } from './tls/policies.ts';
import type { ConnectionTls, TlsPolicy } from './tls/tls-policy.ts';
import { receive, type WatchedSocket } from './watched-socket.ts';

/** What all entry points of a thread have to speak with. */
export interface Tongues {
  readonly policies: TlsPolicies;
  readonly handshakes: Handshakes;
  readonly tcpRoutes: TcpRoutes;
  /** Whether a route of HTTP takes requests for a host on an entry point over TLS; null is for any host. */
  readonly servesHttp: (entryPoint: string, host: string | null) => boolean;
  readonly trusted: TrustedPeers;
  readonly hostName: string;
}

/** What an entrance needs of its listener. */
export interface EntranceHome extends ClientHome {
  readonly port: number;
  /** Connections begin with a PROXY header, so that what it tells of nobody is unknown. */
  readonly hasHeaders: boolean;
  /** `to` is what `from` has become, and speaks `protocol`. */
  became(from: OpenConnection, to: OpenConnection, protocol: Protocol): void;
  refused(peer: string, why: ConnectionRefusal): void;
}

/** Finds out what the connections of one entry point speak, and makes of each what it is. */
export class Entrance implements FirstBytesHome {
  readonly limits: ClientHome['limits'];
  readonly deadlines: ClientHome['deadlines'];
  readonly #home: EntranceHome;
  readonly #tongues: Tongues;
  /** Connections whose handshake has begun, with what it is made with. */
  readonly #policies = new WeakMap<FirstBytes, TlsPolicy>();
  /** Those of them that a route of TCP takes. */
  readonly #routes = new WeakMap<FirstBytes, CompiledTcpRoute>();

  constructor(home: EntranceHome, tongues: Tongues) {
    this.limits = home.limits;
    this.deadlines = home.deadlines;
    this.#home = home;
    this.#tongues = tongues;
  }

  get takesPostgres(): boolean {
    return this.#tongues.tcpRoutes.hasTls(this.#home.entryPoint);
  }

  /**
   * A connection that has just been accepted, or whose PROXY header has been read. It is to be counted before `begin`.
   *
   * @param deadline when what it speaks must be known; absent where its time begins now
   */
  enter(socket: WatchedSocket, told: ConnectionAddresses | null, deadline?: number): FirstBytes {
    const connection = new FirstBytes(socket, told, this);
    if (deadline !== undefined) connection.deadline = deadline;
    return connection;
  }

  /** Where only clear TCP is served nobody waits for bytes: the upstream may be the one that speaks first. */
  begin(connection: FirstBytes): void {
    const { tcpRoutes } = this.#tongues;
    if (tcpRoutes.needsBytes(this.#home.entryPoint)) return;
    const view = this.#view(connection);
    const route = tcpRoutes.match(view);
    connection.leave();
    if (route === undefined) {
      connection.socket.destroy();
      this.#home.closed(connection);
      tcpRoutes.refused(view);
    } else this.#relay(connection, route, connection.socket, nothing);
  }

  startsClear(from: FirstBytes, start: ClearStart, bytes: Buffer, length: number): void {
    const { tcpRoutes } = this.#tongues;
    const route = tcpRoutes.hasClear(this.#home.entryPoint) ? tcpRoutes.match(this.#view(from)) : undefined;
    if (route !== undefined) {
      this.#relay(from, route, from.socket, bytes.subarray(0, length));
      return;
    }
    this.#speak(from, from.socket, start === 'http/2', this.#peer(from, null));
    receive(from.socket, bytes, length);
  }

  startsTls(from: FirstBytes, hello: ClientHello, bytes: Buffer): void {
    const { tcpRoutes, policies } = this.#tongues;
    const { entryPoint } = this.#home;
    const route = tcpRoutes.hasTls(entryPoint) ? tcpRoutes.match(this.#view(from)) : undefined;
    if (route !== undefined && this.#isForTcp(from, hello, route)) {
      if (route.tlsOptions === null) {
        from.leave();
        this.#relay(from, route, from.socket, bytes);
        return;
      }
      this.#routes.set(from, route);
      this.#handshake(from, policies.policyForTcp(hello, route.tlsOptions), bytes);
      return;
    }
    // Nobody speaks HTTP in PostgreSQL's way.
    if (from.isPostgres) from.refuse(alerts.unrecognizedName, 'UnknownHost');
    else this.#handshake(from, policies.policyFor(hello), bytes);
  }

  secured(from: FirstBytes, socket: WatchedSocket, alpn: string | null): void {
    const policy = this.#policies.get(from);
    const route = this.#routes.get(from);
    if (policy === undefined) return;
    if (route !== undefined) {
      this.#relay(from, route, socket, nothing);
      return;
    }
    if (!isHttp(alpn)) {
      // To speak HTTP to a client that has agreed to something else would let others answer in its name (RFC 7301 section 3.2).
      socket.destroy();
      this.ended(from, 'TlsHandshakeFailed');
      return;
    }
    const serverName = from.hello?.serverName ?? null;
    this.#speak(from, socket, alpn === 'h2', this.#peer(from, { serverName, policy }));
  }

  ended(from: FirstBytes, why: ConnectionRefusal | null): void {
    if (why !== null) this.#home.refused(this.#clientIp(from), why);
    this.#home.closed(from);
  }

  forget(from: FirstBytes): void {
    this.#tongues.handshakes.forget(from.socket);
  }

  broken(cause: unknown): void {
    this.#home.broken(cause);
  }

  #isForTcp(from: FirstBytes, { serverName }: ClientHello, route: CompiledTcpRoute): boolean {
    if (from.isPostgres) return true;
    const { servesHttp } = this.#tongues;
    const { entryPoint } = this.#home;
    const httpHost = serverName !== null && servesHttp(entryPoint, serverName);
    const httpAny = servesHttp(entryPoint, null);
    return chooseTls({ httpHost, httpAny, tcp: route.isCatchAll ? 'any' : 'host' }) === 'tcp';
  }

  #handshake(from: FirstBytes, policy: TlsPolicy | HelloRefusal, bytes: Buffer): void {
    if (policy === 'UnknownHost') from.refuse(alerts.unrecognizedName, policy);
    else if (policy === 'TlsHandshakeFailed') from.refuse(alerts.handshakeFailure, policy);
    else {
      this.#policies.set(from, policy);
      this.#tongues.handshakes.begin(policy, from.socket, bytes, from);
    }
  }

  #speak(from: FirstBytes, socket: WatchedSocket, isHttp2: boolean, peer: Peer): void {
    const Connection = isHttp2 ? ClientSession : ClientConnection;
    const connection = new Connection(socket, peer, this.#home);
    this.#home.became(from, connection, isHttp2 ? 'http/2' : 'http/1.1');
  }

  #relay(from: FirstBytes, route: CompiledTcpRoute, socket: WatchedSocket, early: Buffer): void {
    const addresses = from.told ?? socketAddresses(from.socket);
    const serverName = from.hello?.serverName ?? null;
    const { isPostgres } = from;
    const start = { socket, early, route, addresses, serverName, isPostgres };
    const relay = this.#tongues.tcpRoutes.relay(start, this.#home);
    this.#home.became(from, relay, 'tcp');
    relay.begin();
  }

  #view(from: FirstBytes): TcpView {
    const { hello } = from;
    return {
      entryPoint: this.#home.entryPoint,
      clientIp: this.#clientIp(from),
      serverName: hello?.serverName ?? null,
      isTls: hello !== null,
      alpn: hello?.alpn ?? [],
    };
  }

  #clientIp({ told, socket }: FirstBytes): string {
    return told === null ? plainAddress(socket.remoteAddress) : told.clientIp;
  }

  #peer(from: FirstBytes, secured: ConnectionTls | null): Peer {
    const { told } = from;
    const { trusted, hostName } = this.#tongues;
    const clientIp = this.#clientIp(from);
    return peerOf({
      clientIp,
      // A header that tells of nobody speaks for somebody unknown, not for the one who sent it.
      trusted: (told !== null || !this.#home.hasHeaders) && trusted.includes(clientIp),
      scheme: secured === null ? 'http' : 'https',
      port: told === null ? this.#home.port : told.serverPort,
      hostName,
      told,
      ...(secured === null ? {} : { secured }),
    });
  }
}

/** Clients that agree to nothing speak HTTP/1. */
function isHttp(alpn: string | null): boolean {
  return alpn === null || alpn === 'h2' || alpn.startsWith('http/1.');
}

const nothing = Buffer.alloc(0);
