import { KnownHeaders } from './http2/hpack/known-headers.ts';
import type { WatchedSocket } from './watched-socket.ts';

/** Where bytes to be written stand. */
export interface BodyPart {
  bytes: Buffer;
  start: number;
  end: number;
}

/** As much as one read brings, and a head. */
const slabBytes = 262_144;

/** What a connection that gathers what it sends takes at once: 64 KiB in frames of HTTP/2, and a few heads. */
export const chunkBytes = 69_632;
/** Chunks that are kept though nobody has them. */
const mostFreeChunks = 64;

/**
 * Joins text and bytes into one piece before they are written, in memory that all connections of a thread share. What a socket
 * could not take at once stays where it is, and what is written next is put behind it.
 */
export class SendMemory {
  #slab = Buffer.allocUnsafeSlow(slabBytes);
  /** Below this, sockets still need what was written. */
  #at = 0;
  /** What the connections of a thread encode often. */
  readonly knownHeaders = new KnownHeaders();
  readonly #free: Buffer[] = [];

  /** `chunkBytes` of memory for one connection. */
  takeChunk(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
  }

  /** Takes a chunk back; no socket needs what is in it. */
  giveChunk(chunk: Buffer): void {
    if (chunk.length === chunkBytes && this.#free.length < mostFreeChunks) this.#free.push(chunk);
  }

  /** Writes `before`, the bytes from `start` to `end`, and `after`; the caller may reuse the bytes. */
  write(socket: WatchedSocket, before: string, body: BodyPart, after: string): void {
    const { bytes, start, end } = body;
    const length = before.length + (end - start) + after.length;
    if (this.#at + length > slabBytes) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, length));
      this.#at = 0;
    }
    const slab = this.#slab;
    let at = this.#at;
    if (before !== '') at += slab.write(before, at, 'latin1');
    at += bytes.copy(slab, at, start, end);
    if (after !== '') at += slab.write(after, at, 'latin1');
    const waits = socket.writableLength !== 0;
    socket.write(slab.subarray(this.#at, at));
    // TLS has encrypted it, which copies it, unless it waits behind what was written before.
    if (socket.writableLength !== 0 && (waits || socket.carrier === null)) this.#at = at;
  }
}
