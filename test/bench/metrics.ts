/**
 * Measures counting in a proxy thread, and a scrape with many routes: how long it takes, and for how long it keeps the event
 * loop busy. Run with `node test/bench/metrics.ts [ROUTES]`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Outcome } from '../../src/model/outcome.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { ThreadRecorder } from '../../src/telemetry/thread-recorder.ts';

const count = Number(process.argv[2] ?? 100_000);
const metrics = createMetrics({ version: '0', node: '0' });
const recorders = [0, 1].map(
  (index) => new ThreadRecorder(metrics.addThread(index), (rows) => metrics.addRows(index, rows)),
);
const outcomes: readonly Outcome[] = Array.from({ length: count }, (_, index) => ({
  entryPoint: 'web',
  protocol: 'http/1.1',
  method: 'GET',
  host: 'example.com',
  target: '/',
  clientIp: '192.0.2.1',
  userAgent: '',
  route: `IngressRoute/namespace-${index % 100}/route-${index}/0`,
  service: `namespace-${index % 100}/service-${index}:80`,
  endpoint: null,
  status: 200,
  reason: null,
  requestBytes: 0,
  responseBytes: 0,
  startedAt: 0,
  durationMs: 12,
  upstreamMs: 10,
  retries: 0,
}));
const begin = performance.now();
for (const recorder of recorders) for (const outcome of outcomes) recorder.finished(outcome);
await new Promise(setImmediate);
console.log(`first outcome of each route: ${(performance.now() - begin).toFixed(0)} ms`);
const [recorder] = recorders;
const few = outcomes.slice(0, 100);
for (let round = 0; round < 20_000; round++) for (const outcome of few) recorder?.finished(outcome);
const again = performance.now();
for (let round = 0; round < 20_000; round++) for (const outcome of few) recorder?.finished(outcome);
console.log(`an outcome: ${(((performance.now() - again) / 2_000_000) * 1e6).toFixed(0)} ns`);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const start = performance.now();
let bytes = 0;
for await (const piece of metrics.renderPieces()) bytes += piece.length;
console.log(
  `scrape: ${(performance.now() - start).toFixed(0)} ms, ${(bytes / 2 ** 20).toFixed(0)} MiB, ` +
    `event loop held at most ${(delay.max / 1e6).toFixed(0)} ms`,
);
delay.disable();
