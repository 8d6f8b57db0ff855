import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that this process cannot do without: its heap, and what stands outside of it, once nothing is left to be collected. */
export async function bytesInUse(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a socket holds goes in the turn after the one in which it was closed.
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * By how many bytes some work makes this process grow: below `limit` in one of three rounds, or the least of them. What is compiled or
 * kept for once comes with one of the rounds, what leaks with each.
 */
export async function growth(limit: number, work: () => Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && least >= limit; round++) {
    const before = await bytesInUse();
    await work();
    least = Math.min(least, (await bytesInUse()) - before);
  }
  return least;
}
