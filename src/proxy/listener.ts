import { createServer, type Server } from 'node:net';
import type { Log } from '../model/log.ts';
import type { ConnectionRefusal, Recorder } from '../model/outcome.ts';
import type { EntryPoint } from '../model/settings.ts';
import { type ConnectionAddresses, plainAddress, type TrustedPeers } from './client-address.ts';
import type { ClientHome, OpenConnection } from './client-home.ts';
import type { Deadlines } from './deadlines.ts';
import type { Flow } from './exchange.ts';
import { peerOf } from './forwarded.ts';
import type { HttpDate } from './http-date.ts';
import { ClientConnection } from './http1/client-connection.ts';
import { keepAliveMsOf, type Limits } from './limits.ts';
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
  readonly trusted: TrustedPeers;
  readonly hostName: string;
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

/** One open entry point. HTTP/1 only; TLS and HTTP/2 are other ways to make a connection of an accepted socket. */
export class Listener implements ClientHome, HeaderHome {
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
  /** Connections begin with a PROXY header. */
  readonly #hasHeaders: boolean;
  readonly #context: ListenerContext;
  readonly #server: Server;
  readonly #connections = new Set<OpenConnection>();
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
    this.#hasHeaders = settings.proxyProtocol === true;
    this.#context = context;
    this.#refusals = new Refusals(settings.name, context.recorder, context.log);
    this.#server = createServer({ allowHalfOpen: true });
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
    for (const connection of this.#connections) connection.drain();
  }

  /** For good. */
  stopAccepting(): void {
    this.pause(this);
  }

  destroy(): void {
    this.isDraining = true;
    this.pause(this);
    for (const connection of this.#connections) connection.destroy();
  }

  /** Closes the connection that has been open longest of those that are idle; false where none is. */
  closeOldestIdle(newest: OpenConnection): boolean {
    let looked = 0;
    for (const connection of this.#connections) {
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
    if (!this.#connections.delete(connection)) return;
    this.#context.recorder.connectionClosed(this.entryPoint, 'http/1.1');
    this.#context.gate.closed();
  }

  broken(cause: unknown): void {
    this.#context.log.error({ err: cause, entryPoint: this.entryPoint }, 'a bug ended a connection');
  }

  headerRead(from: HeaderConnection, addresses: ConnectionAddresses | null, rest: Buffer): void {
    this.#connections.delete(from);
    const connection = this.#speak(from.socket, addresses);
    // Counted when it was accepted.
    this.#connections.add(connection);
    if (this.isDraining) connection.drain();
    if (rest.length > 0) receive(from.socket, rest, rest.length);
  }

  headerRefused(from: HeaderConnection, why: ConnectionRefusal | null): void {
    if (why !== null) this.#refusals.refused(from.peer, why, this.deadlines.nowMs);
    this.closed(from);
  }

  #accept(socket: WatchedSocket): void {
    const peer = plainAddress(socket.remoteAddress);
    if (!this.#hasHeaders) {
      this.#count(this.#speak(socket, null));
    } else if (this.#context.trusted.includes(peer)) {
      this.#count(new HeaderConnection(socket, peer, this));
    } else {
      this.#refusals.refused(peer, 'UntrustedPeer', this.deadlines.nowMs);
      socket.destroy();
    }
  }

  #count(connection: OpenConnection): void {
    this.#connections.add(connection);
    this.#context.recorder.connectionOpened(this.entryPoint, 'http/1.1');
    this.#context.gate.opened(connection);
  }

  /** `told` is what a trusted peer said of the client that it speaks for; null where the peer is the client. */
  #speak(socket: WatchedSocket, told: ConnectionAddresses | null): ClientConnection {
    const clientIp = told === null ? plainAddress(socket.remoteAddress) : told.clientIp;
    const peer = peerOf({
      clientIp,
      // A header that tells of nobody speaks for somebody unknown, not for the one who sent it.
      trusted: (told !== null || !this.#hasHeaders) && this.#context.trusted.includes(clientIp),
      scheme: 'http',
      port: told === null ? this.port : told.serverPort,
      hostName: this.#context.hostName,
      told,
    });
    return new ClientConnection(socket, peer, this);
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

/** An entry point that cannot be opened; the message is a sentence that names it. */
export class ListenError extends Error {
  readonly entryPoint: string;

  constructor(entryPoint: string, problem: string) {
    super(`entry point "${entryPoint}": ${problem}`);
    this.name = 'ListenError';
    this.entryPoint = entryPoint;
  }
}

/** Looking further would cost more than a connection is worth. */
const mostLooked = 256;

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${address} is already in use`;
    case 'EACCES':
      return `no permission to listen on ${address}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `this machine has no address ${host}`;
    default:
      return `cannot listen on ${address} (${error.code ?? error.message})`;
  }
}
