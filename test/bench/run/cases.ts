import { h2load } from '../load/h2load.ts';
import { handshakes } from '../load/handshakes.ts';
import type { HeldProtocol } from '../load/idle.ts';
import type { Generator } from '../load/load.ts';
import { wrk } from '../load/wrk.ts';
import { missingForCertificate } from '../machine/certificate.ts';
import { findProgram } from '../machine/programs.ts';
import { acceptPath, grpcPath } from '../origin/origin.ts';
import type { ClientProtocol, UpstreamProtocol } from '../peers/peer.ts';

/** One kind of work for a proxy. */
export type Case = LoadCase | IdleCase;

interface CaseCommon {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Proxy threads. */
  readonly threads: number;
  readonly client: ClientProtocol;
  readonly upstream: UpstreamProtocol;
  /** The proxy whose cost is 1. */
  readonly reference: string;
  /** The programs that it cannot do without. */
  readonly programs: readonly string[];
  /** The load, or what makes the proxy warm before connections are held. */
  readonly generate: Generator;
}

/** As many requests as are answered. */
export interface LoadCase extends CaseCommon {
  readonly kind: 'load';
}

/** Connections that were used once and stay open; what they cost in memory is measured. */
export interface IdleCase extends CaseCommon {
  readonly kind: 'idle';
  readonly path: string;
  readonly connections: number;
  readonly held: HeldProtocol;
}

/** Why a case cannot be measured here; null where it can. */
export function missingFor({ programs, client }: Case): string | null {
  const absent = programs.find((name) => findProgram(name) === null);
  if (absent !== undefined) return `the load generator ${absent} is not installed`;
  return client === 'tls' || client === 'passthrough' ? missingForCertificate() : null;
}

const common = {
  threads: 1,
  client: 'http',
  upstream: 'http',
  reference: 'nginx',
  programs: ['wrk'],
} as const;
const plain = { ...common, kind: 'load' } as const;
const http2 = { ...plain, programs: ['h2load'] } as const;
const idle = { ...common, kind: 'idle', path: '/1k', held: 'http' } as const;
const small = wrk({ path: '/1k', connections: 64 });
const smallOverTls = wrk({ path: '/1k', connections: 64, tls: true });
const streams = { connections: 16, streams: 32 };
const smallOverHttp2 = { ...streams, path: '/1k' };
const call = { ...streams, path: grpcPath, grpc: true };

export const cases: readonly Case[] = [
  { ...plain, name: 'small', title: 'GET 1 KiB, 64 kept connections', generate: small },
  {
    ...plain,
    name: '64k',
    title: 'GET 64 KiB, 64 kept connections',
    generate: wrk({ path: '/64k', connections: 64 }),
  },
  {
    ...plain,
    name: '10m',
    title: 'GET 10 MiB, 8 kept connections',
    generate: wrk({ path: '/10m', connections: 8 }),
  },
  {
    ...plain,
    name: 'post',
    title: 'POST 16 KiB, 64 kept connections',
    generate: wrk({ path: acceptPath, connections: 64, bodyBytes: 16_384 }),
  },
  {
    ...plain,
    name: 'connect',
    title: 'GET 1 KiB, a new connection for each of 64 requests at a time',
    generate: wrk({ path: '/1k', connections: 64, close: true }),
  },
  {
    ...plain,
    name: 'threads',
    title: 'GET 1 KiB, 64 kept connections, 2 proxy threads',
    threads: 2,
    generate: small,
  },
  {
    ...plain,
    name: 'tls',
    title: 'GET 1 KiB over TLS with HTTP/1.1, 64 kept connections',
    client: 'tls',
    generate: smallOverTls,
  },
  {
    ...plain,
    name: 'handshakes',
    title: 'Full TLS handshakes (a handshake counts as a request), 16 at a time',
    client: 'tls',
    programs: [],
    generate: handshakes(16),
  },
  {
    ...http2,
    name: 'h2',
    title: 'GET 1 KiB over TLS with HTTP/2, 16 connections with 32 streams each, HTTP/1.1 to the origin',
    client: 'tls',
    generate: h2load({ ...smallOverHttp2, tls: true }),
  },
  {
    ...http2,
    name: 'h2c',
    title: 'GET 1 KiB over HTTP/2 in clear text, 16 connections with 32 streams each, HTTP/1.1 to the origin',
    client: 'h2c',
    generate: h2load(smallOverHttp2),
  },
  {
    ...http2,
    name: 'grpc',
    title: 'Unary calls of gRPC in clear text, 16 connections with 32 streams each',
    client: 'h2c',
    upstream: 'h2c',
    reference: 'caddy',
    generate: h2load(call),
  },
  {
    ...http2,
    name: 'grpc-tls',
    title: 'Unary calls of gRPC over TLS, 16 connections with 32 streams each, clear text to the origin',
    client: 'tls',
    upstream: 'h2c',
    reference: 'caddy',
    generate: h2load({ ...call, tls: true }),
  },
  {
    ...plain,
    name: 'passthrough',
    title: 'GET 1 KiB over TLS that the proxy hands on by SNI, 64 kept connections',
    client: 'passthrough',
    reference: 'haproxy',
    generate: smallOverTls,
  },
  {
    ...plain,
    name: 'passthrough-64k',
    title: 'GET 64 KiB over TLS that the proxy hands on by SNI, 64 kept connections',
    client: 'passthrough',
    reference: 'haproxy',
    generate: wrk({ path: '/64k', connections: 64, tls: true }),
  },
  {
    ...idle,
    name: 'idle',
    title: '10,000 kept connections that say nothing',
    connections: 10_000,
    generate: small,
  },
  {
    ...idle,
    name: 'idle-tls',
    title: '5,000 kept connections over TLS that say nothing',
    client: 'tls',
    held: 'tls',
    connections: 5_000,
    generate: smallOverTls,
  },
  {
    ...idle,
    name: 'idle-h2c',
    title: '10,000 kept connections of HTTP/2 in clear text that say nothing',
    client: 'h2c',
    programs: ['h2load'],
    held: 'h2c',
    connections: 10_000,
    generate: h2load(smallOverHttp2),
  },
  {
    ...idle,
    name: 'idle-h2',
    title: '5,000 kept connections of HTTP/2 over TLS that say nothing',
    client: 'tls',
    programs: ['h2load'],
    held: 'h2',
    connections: 5_000,
    generate: h2load({ ...smallOverHttp2, tls: true }),
  },
];
