import { connect as connectNet, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ReadMemory } from '../read-memory.ts';
import {
  fullBytes,
  readingInto,
  receive,
  type SocketWatcher,
  type WatchedSocket,
  watch,
} from '../watched-socket.ts';
import type { UpstreamTlsOptions } from './upstream-tls.ts';

/** What a connection over TLS tells of itself besides. */
interface HandshakeState {
  /** The endpoint has accepted the connection, and the handshake has begun. */
  isReached: boolean;
  /** Code and text of the error that ended it; empty where there was none. */
  problem: string;
}

export type TlsUpstreamSocket = WatchedSocket & HandshakeState;

/** What is known of a connection over TLS that may have failed; null for one without TLS. */
export function handshakeStateOf(socket: WatchedSocket): HandshakeState | null {
  return 'isReached' in socket ? (socket as TlsUpstreamSocket) : null;
}

/** Where a connection over TLS leads, and what comes before it. */
export interface TlsDial {
  readonly to: TcpNetConnectOpts;
  readonly options: UpstreamTlsOptions;
  /** Sent in clear before the handshake: a PROXY header. */
  readonly header: Buffer | null;
}

/**
 * Begins a connection over TLS whose events go to `watcher`: `onReached` when the endpoint accepts it, `onConnect` when the
 * handshake is over and the endpoint's certificate is good, `onGone` where either fails. No byte comes before `onConnect`.
 */
export function connectTlsSocket(dial: TlsDial, memory: ReadMemory, watcher: SocketWatcher): WatchedSocket {
  const { to, options, header } = dial;
  const shape = { ...options, highWaterMark: fullBytes };
  let socket: TlsUpstreamSocket;
  if (header === null) {
    // Options of the socket beneath, which the types of TLS leave out.
    const beneath = { ...to, onread: readingInto(memory, () => socket), autoSelectFamily: false };
    socket = Object.assign(connectTls({ ...beneath, ...shape }), stateOf());
  } else {
    const carrier = connectNet({ ...to, autoSelectFamily: false });
    carrier.write(header);
    const own = connectTls({ ...shape, socket: carrier, host: to.host ?? '' });
    socket = Object.assign(own, stateOf());
    // The option to read into memory is for sockets that TLS makes itself.
    socket.on('data', (bytes: Buffer) => receive(socket, bytes, bytes.length));
  }
  socket.on('error', noteProblem);
  watch(socket, watcher);
  socket.on('connect', onReached);
  socket.on('secureConnect', onSecure);
  return socket;
}

/** A connection that fails before it begins. */
export function failedSocket(socket: WatchedSocket, problem: string, watcher: SocketWatcher): WatchedSocket {
  Object.assign(socket, { isReached: true, problem });
  watch(socket, watcher);
  socket.destroy();
  return socket;
}

function stateOf(): HandshakeState & Pick<WatchedSocket, 'watcher' | 'carrier' | 'resetAndDestroy'> {
  return { watcher: null, carrier: null, isReached: false, problem: '', resetAndDestroy: destroyIt };
}

function destroyIt(this: WatchedSocket): WatchedSocket {
  return this.destroy();
}

function noteProblem(this: WatchedSocket, error: Error & { readonly code?: unknown }): void {
  const code = typeof error.code === 'string' ? error.code : '';
  // What Node.js adds behind a semicolon is advice for those who started it.
  const [reason = ''] = error.message.split(';');
  (this as TlsUpstreamSocket).problem = `${code} ${reason}`.trim().slice(0, 300);
}

function onReached(this: WatchedSocket): void {
  (this as TlsUpstreamSocket).isReached = true;
  try {
    this.watcher?.onReached?.();
  } catch (cause) {
    this.watcher?.onBug(cause);
  }
}

function onSecure(this: WatchedSocket): void {
  try {
    this.watcher?.onConnect();
  } catch (cause) {
    this.watcher?.onBug(cause);
  }
}
