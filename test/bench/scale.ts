/**
 * What Fairlead costs with up to 100,000 routes: `npm run bench:scale`. docs/performance.md says what the figures mean.
 */
import { writeFileSync } from 'node:fs';
import { missingForWrk } from './load/wrk.ts';
import { Bench } from './machine/bench.ts';
import { layOut, usableCores } from './machine/cores.ts';
import { untilIdle } from './machine/usage.ts';
import { startOrigin } from './origin/origin.ts';
import { measureFlood, measureLive, measureStalls } from './scale/changes.ts';
import { ClusterProcess } from './scale/cluster.ts';
import { startNamedNginx } from './scale/nginx.ts';
import { type Options, type Part, type RouteKind, readOptions, usage } from './scale/options.ts';
import { startProduct } from './scale/product.ts';
import { measureRotating, type RotateFigures } from './scale/rotate.ts';
import { type SizeFigures, table } from './scale/table.ts';

const idleWaitSeconds = 240;
const frame = new Bench('scale');
const { programs, folder } = frame;
const clusters = new Set<ClusterProcess>();

frame.after(() => {
  for (const cluster of clusters) cluster.end();
});
await frame.run({ readOptions, usage }, bench);

async function bench(options: Options): Promise<number> {
  const origin = await startOrigin(programs, folder, layOut(usableCores(), 1).load);
  const figures: SizeFigures[] = [];
  for (const kind of options.kinds) {
    for (const routes of options.sizes) {
      figures.push(await measure(options, kind, routes, origin.port));
      process.stderr.write(`${kind}, ${routes} routes: done\n`);
    }
  }
  process.stdout.write(`${table(figures)}\n`);
  if (options.json !== null) writeFileSync(options.json, JSON.stringify(figures, null, 2));
  return 0;
}

async function measure(
  options: Options,
  kind: RouteKind,
  routes: number,
  originPort: number,
): Promise<SizeFigures> {
  const { seconds, workers, profiles } = options;
  const has = (part: Part): boolean => options.parts.includes(part);
  const cluster = new ClusterProcess();
  clusters.add(cluster);
  const kubeconfig = await cluster.fill(kind, routes, originPort);
  const setup = { programs, folder, kubeconfig, profiles };
  const { product, sync } = await startProduct({ ...setup, workers, cores: [] });
  const scene = { cluster, product, kind, routes, originPort };
  const live = has('live') ? await measureLive(scene, seconds) : null;
  const stalls = has('stalls') ? await measureStalls(scene, seconds) : null;
  const flood = has('flood') ? await measureFlood(scene, seconds) : null;
  await programs.end(product.program);
  cluster.end();
  clusters.delete(cluster);
  const canLoad = missingForWrk() === null;
  const rotate = has('rotate') && canLoad ? await rotating(options, kind, routes, originPort) : null;
  const nginx = has('nginx') && canLoad ? await rotatingNginx(options, routes, originPort) : null;
  return { kind, routes, sync, live, stalls, flood, rotate, nginx };
}

/** One proxy thread on a core of its own, and routes that nobody has changed. */
async function rotating(
  { seconds, profiles }: Options,
  kind: RouteKind,
  routes: number,
  originPort: number,
): Promise<RotateFigures> {
  const cores = layOut(usableCores(), 1);
  const cluster = new ClusterProcess();
  clusters.add(cluster);
  const kubeconfig = await cluster.fill(kind, routes, originPort);
  const started = await startProduct({
    ...{ programs, folder, kubeconfig, profiles },
    ...{ workers: 1, cores: cores.proxy },
  });
  const setup = { programs, folder, cores: cores.load, seconds };
  // Statuses are written for minutes after the first sync of many objects: no cost of a request.
  await untilIdle(started.product.program.pid, idleWaitSeconds);
  const figures = await measureRotating(setup, started.product, routes);
  await programs.end(started.product.program);
  cluster.end();
  clusters.delete(cluster);
  return figures;
}

async function rotatingNginx(
  { seconds }: Options,
  routes: number,
  origin: number,
): Promise<RotateFigures | null> {
  const cores = layOut(usableCores(), 1);
  const nginx = await startNamedNginx(programs, folder, { names: routes, origin, cores: cores.proxy });
  if (nginx === null) return null;
  const figures = await measureRotating({ programs, folder, cores: cores.load, seconds }, nginx, routes);
  await programs.end(nginx.program);
  return figures;
}
