import { execFileSync } from 'node:child_process';
import { findProgram } from './programs.ts';

/** Who runs where; empty means wherever the system likes. */
export interface Cores {
  readonly proxy: readonly number[];
  /** Load generator and origin. */
  readonly load: readonly number[];
}

/** The cores that this process may use; empty where they cannot be told or `taskset` is missing. */
export function usableCores(): readonly number[] {
  const taskset = findProgram('taskset');
  if (taskset === null) return [];
  const said = execFileSync(taskset, ['-cp', String(process.pid)], { encoding: 'utf8' });
  const list = said.slice(said.lastIndexOf(':') + 1).trim();
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/**
 * The proxy gets a core for each of its threads, from the first one; load and origin get the others. Where none is left they share
 * the last core with the proxy: the CPU time per request still holds then, requests per second do not.
 */
export function layOut(usable: readonly number[], threads: number): Cores {
  if (usable.length < 2) return { proxy: [], load: [] };
  return { proxy: usable.slice(0, threads), load: usable.slice(Math.min(threads, usable.length - 1)) };
}

/** Moves all threads of a process that runs; nothing where no cores are given. */
export function moveTo(pid: number, cores: readonly number[]): void {
  const taskset = findProgram('taskset');
  if (taskset === null || cores.length === 0) return;
  execFileSync(taskset, ['-acp', cores.join(','), String(pid)], { stdio: 'ignore' });
}
