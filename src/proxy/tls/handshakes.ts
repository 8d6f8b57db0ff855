import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import type { ReadMemory } from '../read-memory.ts';
import type { WatchedSocket } from '../watched-socket.ts';
import { isClientAccepted, type TlsPolicy } from './tls-policy.ts';
import { TlsSockets } from './tls-sockets.ts';

/** Who waits for a handshake; one of the two is called once, unless `forget` comes first. */
export interface HandshakeWaiter {
  /** `alpn` is what both agreed on (RFC 7301); null where nothing. The events of the old socket are nobody's now. */
  secured(socket: WatchedSocket, alpn: string | null): void;
  /** There will be none; the socket is closed, or closes. */
  failed(): void;
}

/** The handshakes of a thread that have begun and are not over. */
export class Handshakes {
  readonly #waiters = new Map<Socket, { readonly waiter: HandshakeWaiter; readonly policy: TlsPolicy }>();
  readonly #sockets: TlsSockets;
  readonly #prepared = new WeakSet<Server>();

  constructor(memory: ReadMemory) {
    this.#sockets = new TlsSockets(memory);
  }

  get count(): number {
    return this.#waiters.size;
  }

  /** Hands a socket to the engine of a policy, with the bytes that have been read of it. They must not be reused. */
  begin(policy: TlsPolicy, socket: WatchedSocket, bytes: Buffer, waiter: HandshakeWaiter): void {
    const { server } = policy;
    if (!this.#prepared.has(server)) this.#prepare(server);
    this.#waiters.set(socket, { waiter, policy });
    // What is written after the handshake must not wait for the acknowledgement of its last message.
    socket.setNoDelay(true);
    socket.unshift(bytes);
    server.emit('connection', socket);
  }

  /** Nobody waits any more. */
  forget(socket: WatchedSocket): void {
    this.#waiters.delete(socket);
  }

  #prepare(server: Server): void {
    this.#prepared.add(server);
    server.on('secureConnection', (socket: TLSSocket) => this.#secured(socket));
    server.on('tlsClientError', (_error, socket: TLSSocket) => this.#failed(socket));
  }

  #secured(socket: TLSSocket): void {
    // Until somebody watches it, an error of it would be nobody's.
    socket.on('error', ignore);
    const carrier = carrierOf(socket);
    const waiting = carrier === null ? undefined : this.#waiters.get(carrier);
    if (carrier === null || waiting === undefined) {
      socket.destroy();
      return;
    }
    this.#waiters.delete(carrier);
    if (isClientAccepted(waiting.policy.mode, socket)) {
      waiting.waiter.secured(this.#sockets.adopt(socket, carrier), socket.alpnProtocol || null);
      return;
    }
    socket.destroy();
    waiting.waiter.failed();
  }

  #failed(socket: TLSSocket): void {
    const carrier = carrierOf(socket);
    const waiting = carrier === null ? undefined : this.#waiters.get(carrier);
    socket.destroy();
    if (carrier === null || waiting === undefined) return;
    this.#waiters.delete(carrier);
    waiting.waiter.failed();
  }
}

function ignore(): void {}

/** The socket that a TLS socket was made on. Node.js keeps it in a field of all sockets, and has no other name for it. */
function carrierOf(socket: TLSSocket): WatchedSocket | null {
  return (socket as unknown as { readonly _parent?: WatchedSocket | null })._parent ?? null;
}
