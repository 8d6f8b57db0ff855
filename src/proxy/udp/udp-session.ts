import type { Socket } from 'node:dgram';
import type { Outcome, RefusalReason } from '../../model/outcome.ts';
import type { ServiceKey } from '../../model/plan-keys.ts';
import { plainAddress } from '../client-address.ts';
import type { Deadlines, Timed } from '../deadlines.ts';
import { connectionOutcome } from '../tcp/connection-outcome.ts';
import type { EndpointPool } from '../upstream/endpoint-pool.ts';
import { connectUdpSocket, hasRoom } from './udp-socket.ts';

/** Whom a session is between. */
export interface SessionPeers {
  readonly address: string;
  readonly port: number;
  readonly route: string;
  readonly service: ServiceKey;
  readonly endpoint: EndpointPool;
}

/** What a session needs of the listener that began it. */
export interface SessionHome {
  readonly entryPoint: string;
  readonly deadlines: Deadlines;
  /** How long both sides may be silent, in milliseconds. */
  readonly idleMs: number;
  /** Sends to a client. */
  answer(bytes: Buffer, to: SessionPeers): void;
  /** The session is over. */
  ended(session: UdpSession, outcome: Outcome): void;
}

/** Datagrams that are held until the socket to the upstream is there, which takes a turn of the event loop. */
const mostHeld = 16;

/** The datagrams of one client, address and port, to one endpoint and back. The endpoint sees a port of its own for each. */
export class UdpSession implements Timed {
  deadline = 0;
  slot = -1;
  readonly peers: SessionPeers;
  /** Datagrams that the client has sent. */
  received = 0;
  readonly #home: SessionHome;
  readonly #socket: Socket;
  readonly #startedAt = Date.now();
  readonly #startedMs = performance.now();
  /** Null once the socket is there. */
  #held: Buffer[] | null = [];
  #requestBytes = 0;
  #responseBytes = 0;
  #upstreamMs = -1;
  #isOver = false;

  constructor(peers: SessionPeers, home: SessionHome) {
    this.peers = peers;
    this.#home = home;
    this.#socket = connectUdpSocket(peers.endpoint.address, peers.endpoint.port);
    this.#socket.on('connect', () => this.#release());
    this.#socket.on('message', (bytes) => this.#answered(bytes));
    // Nobody listens there (ICMP), or there is no way to it, or no file left for a socket.
    this.#socket.on('error', () => this.end('UpstreamConnectFailed'));
    home.deadlines.add(this);
    this.deadline = home.deadlines.after(home.idleMs);
  }

  /** False where the endpoint has left its service: the client is to begin anew with another one. */
  get isUsable(): boolean {
    return this.peers.endpoint.users > 0;
  }

  fromClient(bytes: Buffer): void {
    this.received++;
    this.#requestBytes += bytes.length;
    this.deadline = this.#home.deadlines.after(this.#home.idleMs);
    if (this.#held === null) {
      if (hasRoom(this.#socket)) this.#socket.send(bytes);
    } else if (this.#held.length < mostHeld) this.#held.push(bytes);
  }

  /** Silence for too long is how sessions end. */
  expire(): void {
    this.end(null);
  }

  end(reason: RefusalReason | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#held = null;
    this.#home.deadlines.remove(this);
    this.#socket.removeAllListeners('message');
    this.#socket.close();
    this.#home.ended(this, this.#outcome(reason));
  }

  #release(): void {
    if (this.#isOver) return;
    const held = this.#held;
    this.#held = null;
    for (const bytes of held ?? []) this.#socket.send(bytes);
  }

  #answered(bytes: Buffer): void {
    if (this.#upstreamMs === -1) this.#upstreamMs = performance.now() - this.#startedMs;
    this.#responseBytes += bytes.length;
    this.deadline = this.#home.deadlines.after(this.#home.idleMs);
    this.#home.answer(bytes, this.peers);
  }

  #outcome(reason: RefusalReason | null): Outcome {
    const { address, route, service, endpoint } = this.peers;
    return connectionOutcome({
      entryPoint: this.#home.entryPoint,
      protocol: 'udp',
      clientIp: plainAddress(address),
      route,
      service,
      endpoint: endpoint.name,
      reason,
      requestBytes: this.#requestBytes,
      responseBytes: this.#responseBytes,
      startedAt: this.#startedAt,
      durationMs: performance.now() - this.#startedMs,
      upstreamMs: this.#upstreamMs === -1 ? null : this.#upstreamMs,
    });
  }
}
