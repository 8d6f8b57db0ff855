import type { RemoteInfo, Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import type { Log } from '../../model/log.ts';
import type { ConnectionRefusal, Outcome, Recorder } from '../../model/outcome.ts';
import type { EntryPoint } from '../../model/settings.ts';
import { Counter } from '../counter.ts';
import type { Deadlines } from '../deadlines.ts';
import type { Limits } from '../limits.ts';
import { ListenError, listenProblem } from '../listen-error.ts';
import { SessionTable } from './session-table.ts';
import type { UdpRoutes } from './udp-routes.ts';
import { type SessionHome, type SessionPeers, UdpSession } from './udp-session.ts';
import { hasRoom, openUdpSocket } from './udp-socket.ts';

/** What the UDP listeners of a thread share. */
export interface UdpContext {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly routes: UdpRoutes;
  readonly recorder: Recorder;
  readonly log: Log;
  readonly reusePort: boolean;
}

/** Of all sessions, so many at most make room for others in one tick of the clock; what more comes from new clients is dropped. */
const evictedShare = 1 / 8;

/**
 * One entry point of UDP. Where several threads listen, the operating system chooses the thread by the addresses and ports of both
 * sides: a client stays with one as long as their number does.
 */
export class UdpListener implements SessionHome {
  readonly entryPoint: string;
  readonly deadlines: Deadlines;
  readonly idleMs: number;
  /** Sessions. */
  readonly open = new Counter();
  port = 0;
  readonly #settings: EntryPoint;
  readonly #context: UdpContext;
  readonly #sessions: SessionTable<UdpSession>;
  readonly #mostEvicted: number;
  #socket: Socket | null = null;
  #isDraining = false;
  /** How many sessions have made room since `#evictedMs`, on the clock of the deadlines. */
  #evicted = 0;
  #evictedMs = 0;

  constructor(settings: EntryPoint, context: UdpContext) {
    const limits = { ...context.limits, ...settings.limits };
    this.entryPoint = settings.name;
    this.deadlines = context.deadlines;
    this.idleMs = limits.udpSessionMs;
    this.#settings = settings;
    this.#context = context;
    const sessions = limits.udpSessions;
    this.#sessions = new SessionTable({ sessions, sessionsPerClient: limits.udpClientSessions });
    this.#mostEvicted = Math.max(1, Math.floor(sessions * evictedShare));
  }

  /** @throws ListenError */
  async listen(): Promise<void> {
    const { host, port, name } = this.#settings;
    try {
      this.#socket = await this.#bind();
    } catch (error) {
      throw new ListenError(name, listenProblem(error as NodeJS.ErrnoException, host, port));
    }
    this.port = this.#socket.address().port;
    this.#socket.on('message', (bytes, from) => this.#came(bytes, from));
    this.#socket.on('error', (error) => {
      this.#context.log.error({ err: error, entryPoint: name }, 'taking datagrams failed');
    });
  }

  /** Clients that have no session get none any more; the others go on until they are silent, or the grace is over. */
  drain(): void {
    this.#isDraining = true;
  }

  close(): void {
    this.#isDraining = true;
    for (const session of this.#sessions.values()) session.end('Draining');
    this.#socket?.close();
    this.#socket = null;
  }

  answer(bytes: Buffer, { address, port }: SessionPeers): void {
    const socket = this.#socket;
    if (socket !== null && hasRoom(socket)) socket.send(bytes, port, address);
  }

  ended({ peers }: UdpSession, outcome: Outcome): void {
    this.#sessions.remove(peers.address, peers.port);
    this.open.down();
    this.#context.recorder.connectionClosed(this.entryPoint, 'udp');
    this.#context.recorder.finished(outcome);
  }

  #came(bytes: Buffer, { address, port }: RemoteInfo): void {
    let session = this.#sessions.get(address, port);
    if (session?.isUsable === false) {
      session.end(null);
      session = undefined;
    }
    session ??= this.#begin(address, port);
    if (session === undefined) return;
    session.fromClient(bytes);
    if (session.received === 2) this.#sessions.prove(session);
  }

  #begin(address: string, port: number): UdpSession | undefined {
    // Nobody can be answered at port 0.
    if (this.#isDraining || port === 0) return undefined;
    const route = this.#context.routes.of(this.entryPoint);
    const target = route?.targets?.pick();
    const endpoint = target?.service.pick(null);
    if (route === undefined || target === undefined || endpoint === undefined) {
      return this.#refuse('NoUpstream');
    }
    if (!this.#makeRoom(address)) return this.#refuse('TooManySessions');
    const peers = { address, port, route: route.id, service: target.service.key, endpoint };
    const session = new UdpSession(peers, this);
    this.#sessions.add(address, port, session);
    this.open.up();
    this.#context.recorder.connectionOpened(this.entryPoint, 'udp');
    return session;
  }

  #makeRoom(address: string): boolean {
    return this.#sessions.hasRoomFor(address) && (!this.#sessions.isFull || this.#evict());
  }

  #refuse(why: ConnectionRefusal): undefined {
    this.#context.recorder.connectionRefused(this.entryPoint, why);
    return undefined;
  }

  #evict(): boolean {
    const { nowMs } = this.deadlines;
    if (nowMs !== this.#evictedMs) {
      this.#evictedMs = nowMs;
      this.#evicted = 0;
    }
    const oldest = this.#sessions.oldestUnproven;
    if (oldest === undefined || this.#evicted >= this.#mostEvicted) return false;
    this.#evicted++;
    oldest.end('TooManyConnections');
    return true;
  }

  async #bind(): Promise<Socket> {
    const { host, port } = this.#settings;
    if (host !== '') {
      const address = isIP(host) === 0 ? (await lookup(host)).address : host;
      return this.#bindTo(isIPv6(address) ? 'udp6' : 'udp4', port, address);
    }
    try {
      return await this.#bindTo('udp6', port, '::');
    } catch (error) {
      // Of a machine without IPv6.
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw error;
      return this.#bindTo('udp4', port, '0.0.0.0');
    }
  }

  #bindTo(type: 'udp4' | 'udp6', port: number, address: string): Promise<Socket> {
    const socket = openUdpSocket(type, this.#context.reusePort);
    return new Promise((resolve, reject) => {
      const onError = (error: Error): void => {
        socket.close();
        reject(error);
      };
      socket.once('error', onError);
      socket.bind({ port, address, exclusive: true }, () => {
        socket.off('error', onError);
        resolve(socket);
      });
    });
  }
}
