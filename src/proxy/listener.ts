import { createServer, type Server, type Socket } from 'node:net';
import type { Log } from '../model/log.ts';
import type { Recorder } from '../model/outcome.ts';
import type { EntryPoint } from '../model/settings.ts';
import { plainAddress, type TrustedPeers } from './client-address.ts';
import type { ClientHome, OpenConnection } from './client-home.ts';
import type { Deadlines } from './deadlines.ts';
import type { Flow } from './exchange.ts';
import { peerOf } from './forwarded.ts';
import type { HttpDate } from './http-date.ts';
import { ClientConnection } from './http1/client-connection.ts';
import type { Limits } from './limits.ts';

/** What the listeners of a thread share. */
export interface ListenerContext {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly flow: Flow;
  readonly date: HttpDate;
  readonly recorder: Recorder;
  readonly log: Log;
  readonly trusted: TrustedPeers;
  readonly hostName: string;
  readonly reusePort: boolean;
  /** Counts the connections of all listeners of the thread. */
  readonly gate: ConnectionGate;
}

/** Decides when accepting pauses. */
export interface ConnectionGate {
  /** `newest` has been accepted, and is not to make room for itself. */
  opened(newest: OpenConnection): void;
  closed(): void;
}

/** One open entry point. HTTP/1 only; TLS and HTTP/2 are other ways to make a connection of an accepted socket. */
export class Listener implements ClientHome {
  readonly entryPoint: string;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly flow: Flow;
  readonly date: HttpDate;
  isDraining = false;
  port = 0;
  readonly #settings: EntryPoint;
  readonly #context: ListenerContext;
  readonly #server: Server;
  readonly #connections = new Set<OpenConnection>();

  constructor(settings: EntryPoint, context: ListenerContext) {
    this.entryPoint = settings.name;
    this.limits = context.limits;
    this.deadlines = context.deadlines;
    this.flow = context.flow;
    this.date = context.date;
    this.#settings = settings;
    this.#context = context;
    // Half-open, because what a client's end means depends on what its connection is doing.
    this.#server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true });
    this.#server.on('connection', (socket) => this.#accept(socket));
  }

  /** @throws ListenError */
  async open(): Promise<void> {
    await this.#listen(this.#settings.port);
    const address = this.#server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    this.#server.on('error', (error) => this.#context.log.error({ err: error }, 'accepting failed'));
  }

  /** Stops accepting; connections go on. */
  pause(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** Accepts again after `pause`; false where the port cannot be had just now. */
  async resume(): Promise<boolean> {
    if (this.#server.listening || this.isDraining) return true;
    try {
      await this.#listen(this.port);
      return true;
    } catch {
      return false;
    }
  }

  /** Stops accepting, closes idle connections and lets the others finish. */
  drain(): void {
    this.isDraining = true;
    this.pause();
    for (const connection of this.#connections) connection.drain();
  }

  destroy(): void {
    this.isDraining = true;
    this.pause();
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

  closed(connection: OpenConnection): void {
    if (!this.#connections.delete(connection)) return;
    this.#context.recorder.connectionClosed(this.entryPoint, 'http/1.1');
    this.#context.gate.closed();
  }

  broken(cause: unknown): void {
    this.#context.log.error({ err: cause, entryPoint: this.entryPoint }, 'a bug ended a connection');
  }

  #accept(socket: Socket): void {
    const clientIp = plainAddress(socket.remoteAddress);
    const peer = peerOf({
      clientIp,
      trusted: this.#context.trusted.includes(clientIp),
      scheme: 'http',
      port: this.port,
      hostName: this.#context.hostName,
    });
    const connection = new ClientConnection(socket, peer, this);
    this.#connections.add(connection);
    this.#context.recorder.connectionOpened(this.entryPoint, 'http/1.1');
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
