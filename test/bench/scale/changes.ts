import { cpuTime } from '../machine/usage.ts';
import { KeptConnection } from './client.ts';
import type { ClusterProcess } from './cluster.ts';
import { quantile } from './figures.ts';
import { hostOf } from './objects.ts';
import type { RouteKind } from './options.ts';
import { metricLines, type Product, valueIn } from './product.ts';

/** A product with so many routes, and its cluster. */
export interface Scene {
  readonly cluster: ClusterProcess;
  readonly product: Product;
  readonly kind: RouteKind;
  readonly routes: number;
  readonly originPort: number;
}

export interface LiveFigures {
  readonly changes: number;
  /** From the object being stored to the first answer of the new route, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Mean of the product's own "event to live", in milliseconds: to all threads. */
  readonly ownMean: number;
  /** The bound of its histogram that 99 of 100 changes did not exceed, in milliseconds. */
  readonly ownP99: number;
  /** CPU time of the whole product for one change, in milliseconds; the polling is in it. */
  readonly cpuMs: number;
}

const publishMetric = 'fairlead_publish_duration_seconds';
const giveUpMs = 5_000;

/** Changes one object after the other, each as soon as the one before is live. */
export async function measureLive(scene: Scene, seconds: number): Promise<LiveFigures> {
  const { cluster, product, kind, routes } = scene;
  const client = await KeptConnection.open(product.port);
  const before = await metricLines(product, publishMetric);
  const cpuBefore = cpuTime(product.program.pid);
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let version = 1; performance.now() < end; version++) {
    const route = (version * 7919) % routes;
    const stored = await cluster.change(kind, route, routes, version);
    times.push((await untilServed(client, hostOf(route, version))) - stored);
  }
  const cpu = cpuTime(product.program.pid);
  client.close();
  const lines = await metricLines(product, publishMetric);
  const grown = (name: string): number => valueIn(lines, name) - valueIn(before, name);
  const used = cpu.user + cpu.system - cpuBefore.user - cpuBefore.system;
  return {
    changes: times.length,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    longest: Math.max(...times),
    ownMean: (grown(`${publishMetric}_sum`) / grown(`${publishMetric}_count`)) * 1000,
    ownP99: ownQuantile(before, lines),
    cpuMs: used / 1000 / times.length,
  };
}

/** When a request is first answered with 200, in milliseconds since the epoch. */
async function untilServed(client: KeptConnection, host: string): Promise<number> {
  const end = performance.now() + giveUpMs;
  while (performance.now() < end) {
    const status = await client.get(host, '/1k');
    if (status !== 404) return performance.timeOrigin + performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`${host} is not served ${giveUpMs} ms after the change`);
}

function ownQuantile(before: readonly string[], after: readonly string[]): number {
  const bucket = `${publishMetric}_bucket`;
  const counts = after
    .filter((line) => line.startsWith(bucket))
    .map((line) => {
      const start = line.slice(0, line.lastIndexOf(' '));
      return {
        bound: /le="([^"]+)"/.exec(line)?.[1] ?? '',
        count: valueIn([line], '') - valueIn(before, start),
      };
    });
  const all = counts.at(-1)?.count ?? 0;
  const found = counts.find(({ count }) => count >= all * 0.99);
  return found?.bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(found?.bound) * 1000;
}

export interface StallFigures {
  /** What was really changed a second. */
  readonly perSecond: number;
  /** Longest delay of the event loop of a proxy thread, as the product says, in milliseconds. */
  readonly loopMs: number;
  /** What requests that come all the time met, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Share of one core that the product used. */
  readonly cores: number;
}

const changesPerMinute = 1_000;
const slicesPerSecond = 5_000;

/** 1,000 changes of objects a minute, evenly. */
export function measureStalls(scene: Scene, seconds: number): Promise<StallFigures> {
  const { cluster, kind, routes } = scene;
  return under(scene, async () => {
    const begin = performance.now();
    let made = 0;
    for (; performance.now() - begin < seconds * 1000; made++) {
      const dueMs = (made * 60_000) / changesPerMinute - (performance.now() - begin);
      if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
      await cluster.change(kind, (made * 104_729) % routes, routes, 1_000_000 + made);
    }
    return made / ((performance.now() - begin) / 1000);
  });
}

/** 5,000 changes of EndpointSlices a second. */
export function measureFlood(scene: Scene, seconds: number): Promise<StallFigures> {
  const { cluster, routes, originPort } = scene;
  return under(scene, () => cluster.flood(routes, originPort, slicesPerSecond, seconds));
}

const clients = 4;
const lookMs = 250;

/** What clients and the event loops of the proxy threads meet while `work` goes on; it gives its rate. */
async function under(scene: Scene, work: () => Promise<number>): Promise<StallFigures> {
  const { product } = scene;
  const { pid } = product.program;
  let isOver = false;
  const times: number[] = [];
  const tick = async (): Promise<void> => {
    const client = await KeptConnection.open(product.port);
    while (!isOver) {
      const begin = performance.now();
      await client.get('nobody.example', '/');
      times.push(performance.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    client.close();
  };
  let loopMs = 0;
  const look = async (): Promise<void> => {
    while (!isOver) {
      const lines = await metricLines(product, 'fairlead_event_loop_delay_seconds');
      const longest = lines.filter((line) => line.includes('quantile="1"') && !line.includes('control'));
      loopMs = Math.max(loopMs, ...longest.map((line) => valueIn([line], '') * 1000));
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  };
  // The maximum that stands there is of the time before.
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  const helpers = [look(), ...Array.from({ length: clients }, tick)];
  const cpuBefore = cpuTime(pid);
  const begin = performance.now();
  const perSecond = await work().finally(() => {
    isOver = true;
  });
  const wallMs = performance.now() - begin;
  const cpu = cpuTime(pid);
  await Promise.all(helpers);
  const used = cpu.user + cpu.system - cpuBefore.user - cpuBefore.system;
  return {
    perSecond,
    loopMs,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    longest: Math.max(...times),
    cores: used / 1000 / wallMs,
  };
}
