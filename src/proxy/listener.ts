import { createServer, type Server } from 'node:net';
import type { Log } from '../model/log.ts';
import type { ConnectionRefusal, Protocol, Recorder } from '../model/outcome.ts';
import type { EntryPoint } from '../model/settings.ts';
import { type ConnectionAddresses, plainAddress } from './client-address.ts';
import type { OpenConnection } from './client-home.ts';
import type { Deadlines } from './deadlines.ts';
import { Entrance, type EntranceHome, type Tongues } from './entrance.ts';
import type { Flow } from './exchange.ts';
import type { FirstBytes } from './first-bytes.ts';
import type { HttpDate } from './http-date.ts';
import { keepAliveMsOf, type Limits } from './limits.ts';
import { ListenError, listenProblem } from './listen-error.ts';
import { HeaderConnection, type HeaderHome } from './proxy-protocol/header-connection.ts';
import { Refusals } from './proxy-protocol/refusals.ts';
import type { ReadMemory } from './read-memory.ts';
import type { SendMemory } from './send-memory.ts';
import type { StalledClients } from './stalled-clients.ts';
import { acceptSockets, receive, type WatchedSocket } from './watched-socket.ts';

/** What the listeners of a thread share. */
export interface ListenerContext {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly flow: Flow;
  readonly date: HttpDate;
  readonly stalls: StalledClients;
  /** What the sockets of the thread read into. */
  readonly readMemory: ReadMemory;
  readonly sendMemory: SendMemory;
  readonly recorder: Recorder;
  readonly log: Log;
  readonly tongues: Tongues;
  readonly reusePort: boolean;
  /** Counts the connections of all listeners of the thread. */
  readonly gate: ConnectionGate;
  /** From 0 to 1, as `Math.random`. */
  readonly random: () => number;
}

/** Decides when accepting pauses. */
export interface ConnectionGate {
  /** `newest` has been accepted, and is not to make room for itself. */
  opened(newest: OpenConnection): void;
  closed(): void;
}

/** One open entry point: it accepts connections and counts them; its entrance finds out what they speak. */
export class Listener implements EntranceHome, HeaderHome {
  readonly entryPoint: string;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly flow: Flow;
  readonly date: HttpDate;
  readonly stalls: StalledClients;
  readonly sendMemory: SendMemory;
  isDraining = false;
  port = 0;
  readonly #settings: EntryPoint;
  readonly hasHeaders: boolean;
  readonly #entrance: Entrance;
  readonly #context: ListenerContext;
  readonly #server: Server;
  /** By what they speak, as far as that is known. */
  readonly #connections = new Map<OpenConnection, Protocol>();
  /** Who does not want it to accept. */
  readonly #pausedBy = new Set<object>();
  readonly #refusals: Refusals;

  constructor(settings: EntryPoint, context: ListenerContext) {
    this.entryPoint = settings.name;
    this.limits =
      settings.limits === undefined
        ? context.limits
        : Object.freeze({ ...context.limits, ...settings.limits });
    this.deadlines = context.deadlines;
    this.flow = context.flow;
    this.date = context.date;
    this.stalls = context.stalls;
    this.sendMemory = context.sendMemory;
    this.#settings = settings;
    this.hasHeaders = settings.proxyProtocol === true;
    this.#context = context;
    this.#refusals = new Refusals(settings.name, context.recorder, context.log);
    this.#server = createServer({ allowHalfOpen: true });
    this.#entrance = new Entrance(this, context.tongues);
  }

  /** @throws ListenError */
  async open(): Promise<void> {
    await this.#listen(this.#settings.port);
    const address = this.#server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server.on('error', (error) => this.#context.log.error({ err: error }, 'accepting failed'));
  }

  /** Stops accepting until the same one resumes; connections go on. */
  pause(by: object): void {
    this.#pausedBy.add(by);
    if (this.#server.listening) this.#server.close();
  }

  /** Accepts again after `pause`, unless somebody else has paused it too; false where the port cannot be had just now. */
  async resume(by: object): Promise<boolean> {
    this.#pausedBy.delete(by);
    if (this.#server.listening || this.#pausedBy.size > 0) return true;
    try {
      await this.#listen(this.port);
      // Somebody may have paused it meanwhile.
      if (this.#pausedBy.size > 0) this.#server.close();
      return true;
    } catch {
      return false;
    }
  }

  /** Stops accepting, closes idle connections and lets the others finish. */
  drain(): void {
    this.isDraining = true;
    this.stopAccepting();
    for (const connection of this.#connections.keys()) connection.drain();
  }

  /** For good. */
  stopAccepting(): void {
    this.pause(this);
  }

  destroy(): void {
    this.isDraining = true;
    this.pause(this);
    for (const connection of this.#connections.keys()) connection.destroy();
  }

  /** Closes the connection that has been open longest of those that are idle; false where none is. */
  closeOldestIdle(newest: OpenConnection): boolean {
    let looked = 0;
    for (const connection of this.#connections.keys()) {
      if (connection !== newest && connection.isIdle) {
        connection.destroy();
        return true;
      }
      if (++looked === mostLooked) return false;
    }
    return false;
  }

  keepAliveMs(): number {
    return keepAliveMsOf(this.limits, this.#context.random());
  }

  closed(connection: OpenConnection): void {
    const protocol = this.#connections.get(connection);
    if (protocol === undefined) return;
    this.#connections.delete(connection);
    this.#context.recorder.connectionClosed(this.entryPoint, protocol);
    this.#context.gate.closed();
  }

  became(from: OpenConnection, to: OpenConnection, protocol: Protocol): void {
    this.#connections.delete(from);
    this.#connections.set(to, protocol);
    if (protocol !== usualProtocol) {
      this.#context.recorder.connectionClosed(this.entryPoint, usualProtocol);
      this.#context.recorder.connectionOpened(this.entryPoint, protocol);
    }
    if (this.isDraining) to.drain();
  }

  refused(peer: string, why: ConnectionRefusal): void {
    this.#refusals.refused(peer, why, this.deadlines.nowMs);
  }

  broken(cause: unknown): void {
    this.#context.log.error({ err: cause, entryPoint: this.entryPoint }, 'a bug ended a connection');
  }

  headerRead(from: HeaderConnection, addresses: ConnectionAddresses | null, rest: Buffer): void {
    const connection = this.#entrance.enter(from.socket, addresses, from.deadline);
    this.became(from, connection, usualProtocol);
    this.#entrance.begin(connection);
    if (rest.length > 0) receive(from.socket, rest, rest.length);
  }

  headerRefused(from: HeaderConnection, why: ConnectionRefusal | null): void {
    if (why !== null) this.refused(from.peer, why);
    this.closed(from);
  }

  #accept(socket: WatchedSocket): void {
    if (!this.hasHeaders) {
      const connection: FirstBytes = this.#entrance.enter(socket, null);
      this.#count(connection);
      this.#entrance.begin(connection);
      return;
    }
    const peer = plainAddress(socket.remoteAddress);
    if (this.#context.tongues.trusted.includes(peer)) {
      this.#count(new HeaderConnection(socket, peer, this));
    } else {
      this.refused(peer, 'UntrustedPeer');
      socket.destroy();
    }
  }

  /** Until it has spoken, a connection counts as one of HTTP/1, which most are. */
  #count(connection: OpenConnection): void {
    this.#connections.set(connection, usualProtocol);
    this.#context.recorder.connectionOpened(this.entryPoint, usualProtocol);
    this.#context.gate.opened(connection);
  }

  #listen(port: number): Promise<void> {
    const { host, name } = this.#settings;
    const server = this.#server;
    const where = host === '' ? {} : { host };
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => {
        server.off('listening', onListening);
        reject(new ListenError(name, listenProblem(error, host, port)));
      };
      const onListening = (): void => {
        server.off('error', onError);
        acceptSockets(server, this.#context.readMemory, (socket) => this.#accept(socket));
        resolve();
      };
      server.once('error', onError);
      server.once('listening', onListening);
      server.listen({ ...where, port, reusePort: this.#context.reusePort, backlog: 4096 });
    });
  }
}

const usualProtocol: Protocol = 'http/1.1';

/** Looking further would cost more than a connection is worth. */
const mostLooked = 256;
