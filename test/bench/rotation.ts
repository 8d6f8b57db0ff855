/**
 * Replaces a certificate again and again under new handshakes: `node test/bench/rotation.ts [--seconds 30] [--handshakes 50]
 * [--every 1000] [--workers 2]`. Each second has so many handshakes; `every` is the time between two certificates in milliseconds.
 * Prints counts; exit code 1 where one handshake or one kept connection failed, or a certificate was not shown before the next.
 */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort, untilAnswering } from './machine/answers.ts';
import { Bench } from './machine/bench.ts';
import { makeCertificate, missingForCertificate } from './machine/certificate.ts';
import { startOrigin } from './origin/origin.ts';
import { certificateSecret, startProduct } from './peers/fairlead.ts';
import { Handshakes, KeptConnection } from './rotation/watchers.ts';
import { spreadOf } from './run/figures.ts';

interface Options {
  readonly seconds: number;
  readonly handshakes: number;
  readonly every: number;
  readonly workers: number;
}

const host = 'localhost';
const keptConnections = 10;
const keptEveryMs = 200;
const frame = new Bench('rotation');
const usage =
  'usage: node test/bench/rotation.ts [--seconds N] [--handshakes N] [--every MS] [--workers N]\n';

await frame.run({ readOptions, usage }, measure);

function readOptions(argv: readonly string[]): Options {
  const string = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { seconds: string, handshakes: string, every: string, workers: string },
  });
  const whole = (name: keyof typeof values, usual: number, most: number): number => {
    const value = Number(values[name] ?? usual);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new Error(`--${name} takes a whole number from 1 to ${most}, got ${JSON.stringify(values[name])}`);
  };
  return {
    seconds: whole('seconds', 30, 3600),
    handshakes: whole('handshakes', 50, 1000),
    every: whole('every', 1000, 60_000),
    workers: whole('workers', 2, 64),
  };
}

async function measure(options: Options): Promise<number> {
  const missing = missingForCertificate();
  if (missing !== null) throw new Error(`nothing was measured: ${missing}`);
  const { programs, folder } = frame;
  const newCertificate = () => makeCertificate(programs, mkdtempSync(join(folder, 'pair-')), host);
  const certificate = await newCertificate();
  const origin = await startOrigin(programs, folder, []);
  const port = await freePort();
  const product = await startProduct(
    {
      ...{ programs, folder, port, host, certificate, threads: options.workers },
      ...{ origin: origin.port, client: 'tls', upstream: 'http', cores: [], nodeOptions: [] },
    },
    'off',
  );
  frame.after(() => void product.cluster.stop());
  await untilAnswering(product.program, { port, path: '/1k', host, bytes: 1024, client: 'tls' });
  const seen = await rotate(options, port, async () => {
    const pair = await newCertificate();
    const { fingerprint256 } = new X509Certificate(readFileSync(pair.certificateFile));
    return { fingerprint256, store: () => product.cluster.apply(certificateSecret('bench', pair) as never) };
  });
  const failed = report(options, seen);
  await product.end();
  return failed ? 1 : 0;
}

interface Next {
  readonly fingerprint256: string;
  /** Puts the certificate in the place of the last one. */
  readonly store: () => unknown;
}

/** Lets handshakes begin and kept connections ask while one certificate follows the other. */
async function rotate(options: Options, port: number, next: () => Promise<Next>): Promise<Seen> {
  const to = { host: '127.0.0.1', port, servername: host, ALPNProtocols: ['http/1.1'] };
  const handshakes = new Handshakes(to);
  const kept = Array.from({ length: keptConnections }, () => new KeptConnection(to));
  const timers = [
    setInterval(() => handshakes.begin(), 1000 / options.handshakes),
    setInterval(() => {
      for (const connection of kept) connection.ask();
    }, keptEveryMs),
  ];
  const stored = new Map<string, number>();
  const ending = performance.now() + options.seconds * 1000;
  for (let due = performance.now() + options.every; due < ending; due += options.every) {
    const { fingerprint256, store } = await next();
    await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    stored.set(fingerprint256, performance.now());
    store();
  }
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, ending - performance.now())));
  for (const timer of timers) clearInterval(timer);
  for (let waits = 0; handshakes.open > 0 && waits < 60; waits++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const connection of kept) connection.close();
  return { handshakes, kept, stored };
}

interface Seen {
  readonly handshakes: Handshakes;
  readonly kept: readonly KeptConnection[];
  /** When each certificate was stored, by its fingerprint. */
  readonly stored: ReadonlyMap<string, number>;
}

/** True where anything failed. */
function report({ seconds }: Options, { handshakes, kept, stored }: Seen): boolean {
  const failures = [...handshakes.failures.values()].reduce((sum, count) => sum + count, 0);
  const delays: number[] = [];
  let unseen = 0;
  for (const [fingerprint, at] of stored) {
    const seen = handshakes.firstSeen.get(fingerprint);
    if (seen === undefined) unseen++;
    else delays.push(seen - at);
  }
  const delay = spreadOf(delays);
  const answers = kept.reduce((sum, connection) => sum + connection.answers, 0);
  const broken = kept.filter(({ errors }) => errors > 0).length;
  const lines = [
    `${handshakes.done} handshakes with a request in ${seconds} s, ${failures} failed`,
    ...[...handshakes.failures].map(([reason, count]) => `  ${count} × ${reason}`),
    `${stored.size} certificates, ${unseen} of them never shown`,
    `from storing one to the end of the first request with it: ${delay === null ? '–' : `median ${delay.median.toFixed(0)} ms, longest ${delay.max.toFixed(0)} ms`} (a handshake begins every ${(1000 / Math.max(1, handshakes.done / seconds)).toFixed(0)} ms)`,
    `${kept.length} kept connections: ${answers} answers, ${broken} broken`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return failures > 0 || unseen > 0 || broken > 0;
}
