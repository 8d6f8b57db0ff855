import {
  type BoundSocket,
  type Server,
  Socket,
  type SocketConstructorOpts,
  type TcpNetConnectOpts,
} from 'node:net';
import type { ReadMemory } from './read-memory.ts';

/** A socket that holds so much is full. What it holds is kept in memory for as long as its peer likes. */
export const fullBytes = 16_384;

/** Who is told what happens to a socket. What a method throws is a bug of ours, and goes to `onBug`. */
export interface SocketWatcher {
  /** `length` bytes have come, from the start of `bytes` on; they are there for the time of the call only. */
  onBytes(bytes: Buffer, length: number): void;
  onConnect(): void;
  /** Of a socket over TLS: the peer has accepted it, and the handshake begins. `onConnect` follows when that is over. */
  onReached?(): void;
  /** The socket can take more again. */
  onDrain(): void;
  /** The peer has closed its sending side. */
  onEnd(): void;
  /** All that was sent has left, and so has the end. */
  onFinish(): void;
  /** The socket is closed, by whomever. */
  onGone(): void;
  onBug(cause: unknown): void;
}

/**
 * A TCP socket that reads into memory it shares with all others of its thread, and tells one watcher what happens. A
 * connection that waits owns no buffer, and reading costs no allocation.
 */
export class WatchedSocket extends Socket {
  watcher: SocketWatcher | null = null;
  /** The socket beneath, where this one speaks TLS. */
  carrier: Socket | null = null;
}

/** True where the operating system has no room for all that was written to a socket. */
export function hasUnsent(socket: WatchedSocket): boolean {
  if (socket.writableLength === 0) return false;
  if (socket.carrier === null) return true;
  // TLS tells of each write in the next turn of the event loop only, though most of them have left at once.
  const handle = (socket.carrier as { readonly _handle?: { readonly writeQueueSize?: number } | null })
    ._handle;
  return handle?.writeQueueSize !== 0;
}

/** True where a socket holds so much that its writer should pause until `drain`. */
export function isFull(socket: WatchedSocket): boolean {
  return socket.writableNeedDrain && hasUnsent(socket);
}

/** Begins a connection whose events go to `watcher`. */
export function connectSocket(
  to: TcpNetConnectOpts,
  memory: ReadMemory,
  watcher: SocketWatcher,
): WatchedSocket {
  const { noDelay, keepAlive, keepAliveInitialDelay } = to;
  const socket = socketReadingInto(memory, { noDelay, keepAlive, keepAliveInitialDelay });
  watch(socket, watcher);
  socket.on('connect', onConnect);
  // Of a name with several addresses only the first one is tried: for each next one Node.js makes a handle anew, and that one
  // would not read into the memory.
  socket.connect({ ...to, autoSelectFamily: false });
  return socket;
}

/** Sets who is told of a socket's events from now on, in place of who was before. */
export function watch(socket: WatchedSocket, watcher: SocketWatcher): void {
  const isFirst = socket.watcher === null;
  socket.watcher = watcher;
  if (!isFirst) return;
  // The same functions for all sockets: making five of them for each connection costs more than reading a short request.
  socket.on('drain', onDrain);
  socket.on('end', onEnd);
  socket.on('finish', onFinish);
  socket.on('error', onBroken);
  socket.on('close', onGone);
}

/** What `net.Server` keeps to itself: the handle that listens, and what it calls for each connection. */
interface ListeningHandle {
  onconnection: (status: number, accepted: object | undefined) => void;
}

/**
 * Calls `onSocket` for each connection that a listening server accepts. Half-open, because what a peer's end means depends
 * on what its connection is doing.
 *
 * The documented way gives sockets that allocate 64 KiB for each read. `net.connect` lets its caller give the memory (`onread`),
 * `net.Server` does not; so the sockets are made here, of the handles that the server's own handle accepts. Where a version of
 * Node.js has no such handle, they come the documented way and read as others do.
 */
export function acceptSockets(
  server: Server,
  memory: ReadMemory,
  onSocket: (socket: WatchedSocket) => void,
): void {
  const handle = (server as unknown as { _handle?: Partial<ListeningHandle> | null })._handle;
  if (typeof handle?.onconnection !== 'function') {
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => onSocket(adopt(socket)));
    return;
  }
  const refuse = handle.onconnection;
  handle.onconnection = (status, accepted) => {
    if (status !== 0 || accepted === undefined) {
      refuse.call(handle, status, accepted);
      return;
    }
    const options = { handle: accepted as BoundSocket, allowHalfOpen: true, readable: true, writable: true };
    const socket = socketReadingInto(memory, options);
    onSocket(socket);
  };
}

function socketReadingInto(memory: ReadMemory, options: SocketConstructorOpts): WatchedSocket {
  // An option of all streams, which the types of this one leave out.
  const shape: SocketConstructorOpts & { readonly writableHighWaterMark: number } = {
    ...options,
    writableHighWaterMark: fullBytes,
    onread: readingInto(memory, () => socket),
  };
  const socket = new WatchedSocket(shape);
  return socket;
}

/** The option of a socket that has it read into memory which is shared, and tell its watcher. */
export function readingInto(
  memory: ReadMemory,
  socketOf: () => WatchedSocket,
): NonNullable<SocketConstructorOpts['onread']> {
  let bytes: Buffer | null = null;
  return {
    // Asked before the first read and after each: none says that it stays the same, which costs less than to say so.
    buffer: () => {
      if (bytes === memory.current) return none;
      bytes = memory.current;
      return bytes;
    },
    callback: (length, read) => {
      receive(socketOf(), read as Buffer, length);
      return true;
    },
  };
}

/** `net.Socket` keeps the memory that it has where it is given none; the types do not say so. */
const none = undefined as unknown as Buffer;

function adopt(accepted: Socket): WatchedSocket {
  const socket: WatchedSocket = Object.assign(accepted, { watcher: null, carrier: null });
  socket.on('data', (bytes: Buffer) => receive(socket, bytes, bytes.length));
  return socket;
}

/** Tells a socket's watcher of bytes as if they had just come. */
export function receive(socket: WatchedSocket, bytes: Buffer, length: number): void {
  const { watcher } = socket;
  try {
    watcher?.onBytes(bytes, length);
  } catch (cause) {
    watcher?.onBug(cause);
  }
}

function onConnect(this: WatchedSocket): void {
  try {
    this.watcher?.onConnect();
  } catch (cause) {
    this.watcher?.onBug(cause);
  }
}

function onDrain(this: WatchedSocket): void {
  try {
    this.watcher?.onDrain();
  } catch (cause) {
    this.watcher?.onBug(cause);
  }
}

function onEnd(this: WatchedSocket): void {
  try {
    this.watcher?.onEnd();
  } catch (cause) {
    this.watcher?.onBug(cause);
  }
}

function onFinish(this: WatchedSocket): void {
  try {
    this.watcher?.onFinish();
  } catch (cause) {
    this.watcher?.onBug(cause);
  }
}

/** TCP destroys a socket that has an error; TLS tells of one and keeps the connection beneath open. */
function onBroken(this: WatchedSocket): void {
  this.destroy();
  onGone.call(this);
}

function onGone(this: WatchedSocket): void {
  try {
    this.watcher?.onGone();
  } catch (cause) {
    this.watcher?.onBug(cause);
  }
}
