import type { Programs } from '../machine/programs.ts';

/** Where a load goes. */
export interface Target {
  readonly programs: Programs;
  /** For files of the generator. */
  readonly folder: string;
  readonly cores: readonly number[];
  readonly port: number;
  /** A name that leads to 127.0.0.1, since generators send the name of the URL as SNI. */
  readonly host: string;
  readonly seconds: number;
}

/** What a load generator saw. Times in microseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  /** Requests without an answer of 2xx or 3xx in time, and broken connections. */
  readonly errors: number;
}

/** Sends requests for some seconds, as many as are answered. Each protocol has a generator of its own. */
export type Generator = (target: Target) => Promise<LoadResult>;
