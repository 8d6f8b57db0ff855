import { countShape, createCountBuffer, type SharedCounts } from '../../model/shared-counts.ts';

const { rows, columns } = countShape;

/**
 * How many connections each client has at each limit, over all threads of the process. Kept in a table of fixed size (a count-min
 * sketch), so that no number of clients costs memory and no thread waits for another. A count is never less than it should be; so a
 * limit is never exceeded. It is more where all four of its numbers are shared with clients of many connections: with
 * 1,000 clients connected, one in 70,000 may be refused too early.
 */
export class ConnectionCounts {
  readonly #cells: Int32Array;
  readonly #threads: number;
  readonly #thread: number;
  readonly #seed: number;

  constructor(shared?: SharedCounts) {
    this.#threads = shared?.threads ?? 1;
    this.#thread = shared?.thread ?? 0;
    this.#seed = shared?.seed ?? 0;
    this.#cells = new Int32Array(shared?.buffer ?? createCountBuffer(1));
    const step = this.#threads;
    for (let at = this.#thread; at < this.#cells.length; at += step) Atomics.store(this.#cells, at, 0);
  }

  /** Counts a connection of a client; false, and nothing counted, where it has as many as `most` already. */
  enter(limit: string, clientIp: string, most: number): boolean {
    const key = `${limit} ${clientIp}`;
    this.#add(key, 1);
    if (this.#count(key) <= most) return true;
    this.#add(key, -1);
    return false;
  }

  /** A connection that was counted has ended. */
  leave(limit: string, clientIp: string): void {
    this.#add(`${limit} ${clientIp}`, -1);
  }

  #add(key: string, change: 1 | -1): void {
    const first = hash(key, this.#seed);
    const second = hash(key, ~this.#seed) | 1;
    for (let row = 0; row < rows; row++) {
      Atomics.add(this.#cells, this.#at(row, first + Math.imul(row, second)) + this.#thread, change);
    }
  }

  #count(key: string): number {
    const first = hash(key, this.#seed);
    const second = hash(key, ~this.#seed) | 1;
    let least = Number.POSITIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      const at = this.#at(row, first + Math.imul(row, second));
      let sum = 0;
      for (let thread = 0; thread < this.#threads; thread++) sum += Atomics.load(this.#cells, at + thread);
      least = Math.min(least, sum);
    }
    return least;
  }

  #at(row: number, place: number): number {
    return (row * columns + (place & (columns - 1))) * this.#threads;
  }
}

/** FNV-1a over the code units, mixed. */
function hash(key: string, seed: number): number {
  let value = 0x811c9dc5 ^ seed;
  for (let index = 0; index < key.length; index++) {
    value = Math.imul(value ^ key.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
