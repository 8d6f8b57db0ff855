import type { Exchange } from '../exchange.ts';
import type { Limits } from '../limits.ts';
import type { ProxyError } from '../proxy-error.ts';
import type { SocketWatcher, WatchedSocket } from '../watched-socket.ts';
import type { KeptTotal } from './kept-body.ts';
import type { SessionHome } from './session.ts';

/** A session as its pool knows it. */
export interface PooledSession {
  /** Exchanges that it has. */
  readonly load: number;
}

/** What a session needs of the pool that it belongs to. */
export interface UpstreamSessionHome extends SessionHome {
  readonly limits: Limits;
  readonly scheme: 'http' | 'https';
  /** Silence after which a sign of life is asked for, in milliseconds, and how long that may take; 0 asks for none. */
  readonly readIdleMs: number;
  readonly pingTimeoutMs: number;
  /** What its streams keep of the bodies that they have sent. */
  readonly kept: KeptTotal;
  /** Whether the endpoint has agreed to HTTP/2; asked once the socket is ready. */
  agrees(socket: WatchedSocket): boolean;
  /** The endpoint has said how many streams it takes at once. */
  settled(capacity: number): void;
  /** It has agreed to HTTP/1.1 instead. The exchanges that waited, and the socket, are the pool's now. */
  downgrade(exchanges: readonly Exchange[], socket: WatchedSocket): void;
  /** Exchanges that there is no room for: the endpoint takes fewer streams than were hoped for. */
  overflow(exchanges: readonly Exchange[]): void;
  /** Takes no more exchanges. */
  retire(session: PooledSession): void;
  /** Has no stream any more; false where it is not to be kept. */
  rest(session: PooledSession): boolean;
  failureOf(socket: WatchedSocket, isLate: boolean): ProxyError;
  endOf(socket: WatchedSocket): ProxyError;
}

/** Events of a socket that has no session yet. */
export const nobodyWatches: SocketWatcher = Object.freeze({
  onBytes() {},
  onConnect() {},
  onDrain() {},
  onEnd() {},
  onFinish() {},
  onGone() {},
  onBug() {},
});
