import type { ConnectionRefusal } from '../model/outcome.ts';
import type { ConnectionAddresses } from './client-address.ts';
import type { OpenConnection } from './client-home.ts';
import type { Deadlines, Timed } from './deadlines.ts';
import type { Limits } from './limits.ts';
import { agreed, declined, readPostgresStart } from './tcp/postgres.ts';
import type { ClientHello } from './tls/client-hello.ts';
import type { HandshakeWaiter } from './tls/handshakes.ts';
import { beginsTls, HelloReader } from './tls/hello-reader.ts';
import { type SocketWatcher, type WatchedSocket, watch } from './watched-socket.ts';

/** What a connection begins with, where that is not TLS; `http/1` is whatever is nothing else. */
export type ClearStart = 'http/1' | 'http/2';

/** What a connection that has not said yet what it speaks needs of its listener. */
export interface FirstBytesHome {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  /** Whether PostgreSQL's way to ask for TLS is understood. */
  readonly takesPostgres: boolean;
  /** The socket is the listener's again, with bytes that have been read of it. They may be reused after the call. */
  startsClear(from: FirstBytes, start: ClearStart, bytes: Buffer, length: number): void;
  /** A ClientHello has come whole, and all that came with it: to be refused, left to somebody else, or made a handshake of. */
  startsTls(from: FirstBytes, hello: ClientHello, bytes: Buffer): void;
  /** The handshake is done; the socket is the listener's. */
  secured(from: FirstBytes, socket: WatchedSocket, alpn: string | null): void;
  /** It has ended before it spoke; the socket is closed. Null where nobody has to know why. */
  ended(from: FirstBytes, why: ConnectionRefusal | null): void;
  /** Nobody waits for its handshake any more. */
  forget(from: FirstBytes): void;
  broken(cause: unknown): void;
}

/** RFC 9113 section 3.4. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/**
 * A connection that has been accepted, until it is known what it speaks, and where that is TLS until the handshake is done. All of
 * this has one time limit, counted from the moment in which it was accepted.
 */
export class FirstBytes implements OpenConnection, SocketWatcher, Timed, HandshakeWaiter {
  deadline = 0;
  slot = -1;
  readonly socket: WatchedSocket;
  /** What a PROXY header said of the client; null where there was none. */
  readonly told: ConnectionAddresses | null;
  /** What the client said in its ClientHello; null before it. */
  hello: ClientHello | null = null;
  /** It has asked for TLS with PostgreSQL's SSLRequest. */
  isPostgres = false;
  readonly #home: FirstBytesHome;
  #tls: HelloReader | null = null;
  /** Bytes that do not tell yet. */
  #held: Buffer | null = null;
  #isOver = false;

  constructor(socket: WatchedSocket, told: ConnectionAddresses | null, home: FirstBytesHome) {
    this.socket = socket;
    this.told = told;
    this.#home = home;
    watch(socket, this);
    home.deadlines.add(this);
    this.deadline = home.deadlines.after(home.limits.headMs);
  }

  /** No request has begun. */
  get isIdle(): boolean {
    return true;
  }

  drain(): void {
    this.deadline = this.#home.deadlines.after(this.#home.limits.lastCallMs);
  }

  destroy(): void {
    this.#end(null);
  }

  expire(): void {
    this.#end(this.#isTls ? 'TlsHandshakeTimeout' : null);
  }

  onBytes(bytes: Buffer, length: number): void {
    if (this.#isOver || this.hello !== null) return;
    if (this.#tls !== null) {
      this.#readHello(this.#tls, bytes, length);
      return;
    }
    if (this.#held === null) {
      this.#look(bytes, length);
      return;
    }
    const held = Buffer.concat([this.#held, bytes.subarray(0, length)]);
    this.#held = null;
    this.#look(held, held.length);
  }

  onConnect(): void {}

  onDrain(): void {}

  onFinish(): void {}

  /** What has come is the begin of something that will never be whole, or nothing at all. */
  onEnd(): void {
    this.onGone();
  }

  onGone(): void {
    this.#end(this.#isTls ? 'TlsHandshakeFailed' : null);
  }

  onBug(cause: unknown): void {
    this.#home.broken(cause);
    this.#end(null);
  }

  secured(socket: WatchedSocket, alpn: string | null): void {
    if (this.#isOver) {
      socket.destroy();
      return;
    }
    this.leave();
    this.#home.secured(this, socket, alpn);
  }

  failed(): void {
    this.#end('TlsHandshakeFailed');
  }

  /** Refuses a ClientHello with an alert (RFC 8446 section 6.2). */
  refuse(alert: number, why: ConnectionRefusal): void {
    // A record of TLS 1.2 on its outside, as all versions have it; the alert is fatal.
    this.socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, alert]));
    this.leave();
    this.socket.watcher = null;
    this.socket.destroySoon();
    this.#home.ended(this, why);
  }

  /** Somebody else watches the socket from now on. */
  leave(): void {
    this.#isOver = true;
    this.#held = null;
    this.#tls = null;
    this.#home.deadlines.remove(this);
  }

  get #isTls(): boolean {
    return this.#tls !== null || this.hello !== null || this.isPostgres;
  }

  #look(bytes: Buffer, length: number): void {
    const first = bytes[0];
    if (first === 0x16) this.#lookForTls(bytes, length);
    // What was asked for is TLS, and nothing else.
    else if (this.isPostgres) this.#end('TlsHandshakeFailed');
    else if (first === preface[0]) this.#lookForPreface(bytes, length);
    else if (first === 0 && this.#home.takesPostgres) this.#lookForPostgres(bytes, length);
    else this.#startClear('http/1', bytes, length);
  }

  #lookForPreface(bytes: Buffer, length: number): void {
    const { length: needed } = preface;
    const compared = Math.min(length, needed);
    if (preface.compare(bytes, 0, compared, 0, compared) !== 0) this.#startClear('http/1', bytes, length);
    else if (length < needed) this.#hold(bytes, length);
    else this.#startClear('http/2', bytes, length);
  }

  #lookForTls(bytes: Buffer, length: number): void {
    if (!beginsTls(bytes, 0, length)) this.#startClear('http/1', bytes, length);
    else if (length < 2) this.#hold(bytes, length);
    else {
      this.#tls = new HelloReader();
      this.#readHello(this.#tls, bytes, length);
    }
  }

  #lookForPostgres(bytes: Buffer, length: number): void {
    const start = readPostgresStart(bytes.subarray(0, length));
    if (start === 'other') this.#startClear('http/1', bytes, length);
    else if (start === 'more') this.#hold(bytes, length);
    else if (start === 'stuffed') this.#end('TlsHandshakeFailed');
    else {
      this.isPostgres = start === 'sslRequest';
      this.socket.write(this.isPostgres ? agreed : declined);
    }
  }

  #readHello(reader: HelloReader, bytes: Buffer, length: number): void {
    const read = reader.add(bytes, length);
    if (read === 'more') return;
    if (read === 'malformed') {
      this.refuse(alerts.decodeError, 'TlsHandshakeFailed');
      return;
    }
    this.hello = read;
    this.#tls = null;
    this.#home.startsTls(this, read, reader.bytes);
  }

  #hold(bytes: Buffer, length: number): void {
    this.#held = Buffer.from(bytes.subarray(0, length));
  }

  #startClear(start: ClearStart, bytes: Buffer, length: number): void {
    if (this.isPostgres) {
      this.#end('TlsHandshakeFailed');
      return;
    }
    this.leave();
    this.#home.startsClear(this, start, bytes, length);
  }

  #end(why: ConnectionRefusal | null): void {
    if (this.#isOver) return;
    this.leave();
    this.#home.forget(this);
    this.socket.destroy();
    this.#home.ended(this, why);
  }
}

/** RFC 8446 section 6. */
export const alerts = Object.freeze({ handshakeFailure: 40, decodeError: 50, unrecognizedName: 112 });
