/** What the threads of a process share to count the connections of each client together; `proxy/tcp/connection-counts.ts` does it. */
export interface SharedCounts {
  /** From `createCountBuffer`, made for as many threads. */
  readonly buffer: SharedArrayBuffer;
  /** Number of threads that share it. */
  readonly threads: number;
  /** Of this thread, from 0. One that replaces another begins with no connections. */
  readonly thread: number;
  /** 32 bits, the same in all threads, by chance: nobody outside is to know which clients share a number. */
  readonly seed: number;
}

/** Each connection is counted in one number of each row; a power of two of them stand in a row. */
export const countShape = Object.freeze({ rows: 4, columns: 16_384 });

/** Memory for so many threads, 256 KiB for each. */
export function createCountBuffer(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(countShape.rows * countShape.columns * threads * Int32Array.BYTES_PER_ELEMENT);
}
