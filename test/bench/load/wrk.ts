import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../machine/programs.ts';
import type { Generator, LoadResult } from './load.ts';

/** A request over HTTP/1.1, sent again and again on each of some connections. */
export interface WrkRequest {
  readonly path: string;
  readonly connections: number;
  /** A POST with a body of so many bytes; a GET where absent. */
  readonly bodyBytes?: number;
  /** Asks for the connection to be closed, and opens a new one for the next request. */
  readonly close?: boolean;
  /** Over TLS, of which no certificate is looked at; in clear text where absent. */
  readonly tls?: boolean;
}

/** Why there can be no load; null where all is well. */
export function missingForWrk(): string | null {
  return findProgram('wrk') === null ? 'the load generator wrk is not installed' : null;
}

/** Makes a generator of `wrk`, which sends the next request on a connection when the answer to the one before is complete. */
export function wrk({ path, connections, bodyBytes, close = false, tls = false }: WrkRequest): Generator {
  return async ({ programs, folder, cores, port, host, seconds }) => {
    const script = join(folder, 'wrk.lua');
    const post =
      bodyBytes === undefined ? '' : `wrk.method = "POST"\nwrk.body = string.rep("x", ${bodyBytes})\n`;
    writeFileSync(script, `${post}${report}`);
    const headers = ['-H', `Host: ${host}`, ...(close ? ['-H', 'Connection: close'] : [])];
    const shape = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '--latency'];
    // The name in the URL is what it sends as SNI.
    const url = tls ? `https://${host}:${port}${path}` : `http://127.0.0.1:${port}${path}`;
    const args = [...shape, '-s', script, ...headers, url];
    const output = await programs.run({ file: 'wrk', args, cores }, seconds + 20);
    const line = /^result (\{.*\})$/m.exec(output)?.[1];
    if (line === undefined) throw new Error(`wrk printed no result: ${output}`);
    return JSON.parse(line) as LoadResult;
  };
}

/** Runs once at the end, so that it costs the requests nothing. */
const report = `done = function(summary, latency, requests)
  local e = summary.errors
  print(string.format('result {"requests":%d,"seconds":%.6f,"p50":%.0f,"p99":%.0f,"errors":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
`;
