import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grpcMessage } from '../origin/origin.ts';
import type { Generator } from './load.ts';

/** A request over HTTP/2, sent again and again: on each connection, so many at a time. */
export interface H2loadRequest {
  readonly path: string;
  readonly connections: number;
  /** Streams of one connection that are open at a time. */
  readonly streams: number;
  /** Over TLS; in clear text, by prior knowledge, where absent. */
  readonly tls?: boolean;
  /** A call of gRPC with one message; a GET where absent. */
  readonly grpc?: boolean;
}

/** Makes a generator of `h2load`, on one thread. */
export function h2load({ path, connections, streams, tls = false, grpc = false }: H2loadRequest): Generator {
  return async ({ programs, folder, cores, port, host, seconds }) => {
    const log = join(folder, 'h2load.log');
    const shape = ['-t1', `-c${connections}`, `-m${streams}`, '-D', String(seconds), `--log-file=${log}`];
    const call = grpc ? grpcWords(folder) : [];
    const url = `${tls ? 'https' : 'http'}://${host}:${port}${path}`;
    rmSync(log, { force: true });
    const output = await programs.run(
      { file: 'h2load', args: [...shape, ...call, url], cores },
      seconds + 20,
    );
    return { ...countsIn(output), ...timesIn(readFileSync(log, 'latin1')) };
  };
}

function grpcWords(folder: string): readonly string[] {
  const file = join(folder, 'message.grpc');
  writeFileSync(file, grpcMessage());
  return ['-d', file, '-H', 'content-type: application/grpc', '-H', 'te: trailers'];
}

function countsIn(output: string) {
  if (!/^Application protocol: h2c?$/m.test(output))
    throw new Error(`h2load did not speak HTTP/2: ${output}`);
  const seconds = /^finished in ([\d.]+)(ms|s),/m.exec(output);
  const counts = /^requests: .* (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout$/m.exec(output);
  if (seconds === null || counts === null) throw new Error(`h2load printed no result: ${output}`);
  const [succeeded = 0, failed = 0] = counts.slice(1).map(Number);
  const unit = seconds[2] === 'ms' ? 1000 : 1;
  return { requests: succeeded, seconds: Number(seconds[1]) / unit, errors: failed };
}

/** Its log has a line for each request: when it began, its status, and its time in microseconds. */
function timesIn(log: string): { p50: number; p99: number } {
  const times = Float64Array.from(
    log.split('\n').flatMap((line) => {
      const time = Number(line.slice(line.lastIndexOf('\t') + 1));
      return line === '' || !Number.isFinite(time) ? [] : [time];
    }),
  ).sort();
  const quantile = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
  return { p50: quantile(0.5), p99: quantile(0.99) };
}
