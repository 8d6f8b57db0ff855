import type { TLSSocket } from 'node:tls';
import type { ReadMemory } from '../read-memory.ts';
import { receive, type WatchedSocket } from '../watched-socket.ts';

/** Where `net.Socket` keeps what its option `onread` said; TLS sockets that are made on another socket have no such option. */
interface ReadFields {
  readonly buffer: symbol;
  readonly callback: symbol;
  readonly next: symbol;
}

interface ReadingHandle {
  useUserBuffer: (bytes: Buffer) => void;
}

/** Makes sockets of the engine's sockets that are read and closed as those without TLS are. */
export class TlsSockets {
  readonly #memory: ReadMemory;
  /** Undefined until the first socket shows them; null where this version of Node.js has none of them. */
  #fields: ReadFields | null | undefined;

  constructor(memory: ReadMemory) {
    this.#memory = memory;
  }

  adopt(engine: TLSSocket, carrier: WatchedSocket): WatchedSocket {
    carrier.watcher = null;
    const added = { watcher: null, carrier, resetAndDestroy: resetCarrier };
    const socket: WatchedSocket = Object.assign(engine, added);
    this.#fields ??= readFieldsOf(socket);
    if (this.#fields === null || !this.#readIntoMemory(socket, this.#fields)) {
      socket.on('data', (bytes: Buffer) => receive(socket, bytes, bytes.length));
    }
    return socket;
  }

  /**
   * Reads into the memory that all sockets share. The documented way allocates for each read, and sends it through a stream that
   * nobody needs: a twentieth of what a small request costs.
   */
  #readIntoMemory(socket: WatchedSocket, fields: ReadFields): boolean {
    const inner = socket as unknown as Record<symbol, unknown> & {
      readonly _handle?: Partial<ReadingHandle>;
    };
    const handle = inner._handle;
    if (typeof handle?.useUserBuffer !== 'function') return false;
    const memory = this.#memory;
    let bytes = memory.current;
    inner[fields.buffer] = bytes;
    inner[fields.callback] = (length: number, read: Buffer): boolean => {
      receive(socket, read, length);
      return true;
    };
    inner[fields.next] = (): Buffer | undefined => {
      if (bytes === memory.current) return undefined;
      bytes = memory.current;
      return bytes;
    };
    handle.useUserBuffer(bytes);
    return true;
  }
}

function readFieldsOf(socket: WatchedSocket): ReadFields | null {
  const symbols = Object.getOwnPropertySymbols(socket);
  const named = (name: string): symbol | undefined => symbols.find(({ description }) => description === name);
  const buffer = named('kBuffer');
  const callback = named('kBufferCb');
  const next = named('kBufferGen');
  if (buffer === undefined || callback === undefined || next === undefined) return null;
  return { buffer, callback, next };
}

/** A reset is a matter of the connection beneath: TLS has none. */
function resetCarrier(this: WatchedSocket): WatchedSocket {
  this.carrier?.resetAndDestroy();
  return this;
}
