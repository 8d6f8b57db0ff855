import type { Generator } from '../load/load.ts';
import { wrk } from '../load/wrk.ts';
import { acceptPath } from '../origin/origin.ts';

/** One kind of work for a proxy. */
export type Case = LoadCase | IdleCase;

interface CaseName {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Proxy threads. */
  readonly threads: number;
}

/** As many requests as are answered. Another protocol is another generator. */
export interface LoadCase extends CaseName {
  readonly kind: 'load';
  readonly generate: Generator;
}

/** Connections that were used once and stay open; what they cost in memory is measured. */
export interface IdleCase extends CaseName {
  readonly kind: 'idle';
  readonly path: string;
  readonly connections: number;
}

const small = wrk({ path: '/1k', connections: 64 });

export const cases: readonly Case[] = [
  { kind: 'load', name: 'small', title: 'GET 1 KiB, 64 kept connections', threads: 1, generate: small },
  {
    kind: 'load',
    name: '64k',
    title: 'GET 64 KiB, 64 kept connections',
    threads: 1,
    generate: wrk({ path: '/64k', connections: 64 }),
  },
  {
    kind: 'load',
    name: '10m',
    title: 'GET 10 MiB, 8 kept connections',
    threads: 1,
    generate: wrk({ path: '/10m', connections: 8 }),
  },
  {
    kind: 'load',
    name: 'post',
    title: 'POST 16 KiB, 64 kept connections',
    threads: 1,
    generate: wrk({ path: acceptPath, connections: 64, bodyBytes: 16_384 }),
  },
  {
    kind: 'load',
    name: 'connect',
    title: 'GET 1 KiB, a new connection for each of 64 requests at a time',
    threads: 1,
    generate: wrk({ path: '/1k', connections: 64, close: true }),
  },
  {
    kind: 'load',
    name: 'threads',
    title: 'GET 1 KiB, 64 kept connections, 2 proxy threads',
    threads: 2,
    generate: small,
  },
  {
    kind: 'idle',
    name: 'idle',
    title: '10,000 kept connections that say nothing',
    threads: 1,
    path: '/1k',
    connections: 10_000,
  },
];
