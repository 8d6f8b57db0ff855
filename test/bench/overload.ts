/**
 * What Fairlead does with more requests than it can serve: `npm run bench:overload`. docs/performance.md says what the figures mean.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { missingForWrk, wrk } from './load/wrk.ts';
import { Bench } from './machine/bench.ts';
import { layOut, usableCores } from './machine/cores.ts';
import { startOrigin } from './origin/origin.ts';
import { type Options, readOptions, usage } from './overload/options.ts';
import { type Probed, probe } from './overload/probe.ts';
import { type Product, startProduct } from './overload/product.ts';

const host = 'bench.example';
const leadInSeconds = 3;
const restMs = 2_000;
const open = fileURLToPath(new URL('./overload/open-loop.ts', import.meta.url));
const frame = new Bench('overload');
const { programs, folder } = frame;

interface Level {
  readonly load: number;
  readonly offered: number;
  readonly goodput: number;
  readonly refused: number;
  /** Answers that came after more than a second. */
  readonly late: number;
  /** Requests that the generator had no free connection for within a second. */
  readonly unsent: number;
  /** Connections that broke, and other answers. */
  readonly failed: number;
  /** Share of a core that the generator used, and the longest time for which it did not look at its schedule. */
  readonly loadCpu: number;
  readonly longestPauseMs: number;
  readonly acceptedP50: number | null;
  readonly acceptedP99: number | null;
  readonly refusedP50: number | null;
  readonly refusedP99: number | null;
  readonly health: Probed;
  readonly metrics: Probed;
}

await frame.run({ readOptions, usage }, bench);

async function bench(options: Options): Promise<number> {
  const missing = missingForWrk();
  if (missing !== null) {
    process.stderr.write(`nothing was measured: ${missing}\n`);
    return 1;
  }
  const { edits, workers, flags, json, seconds } = options;
  const cores = layOut(usableCores(), workers);
  const origin = await startOrigin(programs, folder, cores.load);
  const setup = { programs, folder, host, edits, workers, cores: cores.proxy, flags };
  const product = await startProduct({ ...setup, originPort: origin.port });
  const capacity = options.capacity ?? (await capacityOf(product, cores.load));
  process.stderr.write(`capacity: ${capacity.toFixed(0)} requests/s with 64 connections\n`);
  const levels: Level[] = [];
  for (const load of options.loads) {
    levels.push(await level(product, { load, rate: capacity * load, seconds, cores: cores.load }));
    process.stderr.write(`  ${load} × capacity is done\n`);
    await new Promise((resolve) => setTimeout(resolve, restMs));
  }
  await product.end();
  process.stdout.write(`${table(levels)}\n`);
  if (json !== null) writeFileSync(json, JSON.stringify({ capacity, levels }, null, 2));
  return 0;
}

/** Requests a second that 64 clients get which wait for their answers. */
async function capacityOf(product: Product, cores: readonly number[]): Promise<number> {
  const target = { programs, folder, cores, port: product.port, host };
  const generate = wrk({ path: '/1k', connections: 64 });
  await generate({ ...target, seconds: 4 });
  const result = await generate({ ...target, seconds: 5 });
  return result.requests / result.seconds;
}

interface Load {
  /** Multiple of the capacity. */
  readonly load: number;
  /** Requests a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly cores: readonly number[];
}

async function level(product: Product, { load, rate, seconds, cores }: Load): Promise<Level> {
  const stop = new AbortController();
  const probes = Promise.all(
    ['/healthz', '/metrics'].map((path) => probe(product.metricsPort, path, stop.signal)),
  );
  const args = [product.port, host, '/1k', Math.ceil(rate), leadInSeconds, seconds].map(String);
  const output = await programs.run(
    { file: process.execPath, args: [open, ...args], cores },
    leadInSeconds + seconds + 20,
  );
  stop.abort();
  const [health, metrics] = await probes;
  const line = /^result (\{.*\})$/m.exec(output)?.[1];
  if (line === undefined || health === undefined || metrics === undefined) {
    throw new Error(`the load printed no result: ${output}`);
  }
  return { load, ...(JSON.parse(line) as Omit<Level, 'load' | 'health' | 'metrics'>), health, metrics };
}

function table(levels: readonly Level[]): string {
  const peak = Math.max(...levels.map(({ goodput }) => goodput));
  const ms = (value: number | null): string => (value === null ? '' : value.toFixed(1));
  const rows = levels.map((each) => [
    `${each.load} ×`,
    each.offered.toFixed(0),
    each.goodput.toFixed(0),
    `${((100 * each.goodput) / peak).toFixed(0)} %`,
    each.refused.toFixed(0),
    [each.late, each.unsent, each.failed].map((count) => count.toFixed(0)).join(' / '),
    `${ms(each.acceptedP50)} / ${ms(each.acceptedP99)}`,
    `${ms(each.refusedP50)} / ${ms(each.refusedP99)}`,
    `${ms(each.health.p50)} / ${ms(each.health.max)}`,
    `${ms(each.metrics.p50)} / ${ms(each.metrics.max)}`,
    String(each.health.failed + each.metrics.failed),
    `${(100 * each.loadCpu).toFixed(0)} % / ${ms(each.longestPauseMs)}`,
  ]);
  const head = [
    ...['load', 'offered/s', 'goodput/s', 'of peak', 'refused/s', 'late / unsent / failed/s'],
    ...['accepted p50 / p99 ms', 'refused p50 / p99 ms'],
    ...['/healthz p50 / max ms', '/metrics p50 / max ms', 'probes failed', 'generator CPU / pause ms'],
  ];
  const lines = [head, head.map(() => '---:'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
