import type { Socket } from 'node:net';

/** Where bytes to be written stand. */
export interface BodyPart {
  bytes: Buffer;
  start: number;
  end: number;
}

/** As much as one read brings, and a head. */
const slabBytes = 262_144;

/**
 * Joins text and bytes into one piece before they are written, in memory that all connections of a thread share. What a socket
 * could not take at once stays where it is, and what is written next is put behind it.
 */
export class SendMemory {
  #slab = Buffer.allocUnsafeSlow(slabBytes);
  /** Below this, sockets still need what was written. */
  #at = 0;

  /** Writes `before`, the bytes from `start` to `end`, and `after`; the caller may reuse the bytes. */
  write(socket: Socket, before: string, body: BodyPart, after: string): void {
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
    socket.write(slab.subarray(this.#at, at));
    if (socket.writableLength !== 0) this.#at = at;
  }
}
