/**
 * Measures the table: build, look-up and change, with many hosts and with many paths on one host.
 * Run with `node test/bench/routing.ts [ROUTES]`.
 */
import type { PlanRoute } from '../../src/model/plan.ts';
import type { PlanDelta } from '../../src/model/plan-delta.ts';
import type { RequestView } from '../../src/model/request-view.ts';
import type { Rule } from '../../src/model/rule.ts';
import { explainRequest } from '../../src/routing/explain.ts';
import { normaliseHost } from '../../src/routing/host.ts';
import { routingPath } from '../../src/routing/path.ts';
import { specificityOf } from '../../src/routing/precedence.ts';
import { Table } from '../../src/routing/table.ts';

const count = Number(process.argv[2] ?? 100_000);
const noChange = { set: [], removed: [] };

function route(index: number, rule: Rule, priority = 40): PlanRoute {
  return {
    id: `IngressRoute/default/r${index}/0`,
    object: { apiVersion: 'v1', kind: 'IngressRoute', namespace: 'default', name: `r${index}` },
    path: 'spec.routes[0]',
    match: '',
    rule,
    priority,
    specificity: specificityOf(rule),
    createdAt: '2026-01-01T00:00:00Z',
    entryPoints: ['web', 'websecure'],
    tls: null,
    middlewares: ['default/shared'],
    action: {
      kind: 'forward',
      targets: [{ service: `default/s${index}:80`, weight: 1, scheme: 'http', passHostHeader: true }],
    },
  };
}

function delta(since: number, set: readonly PlanRoute[]): PlanDelta {
  return {
    generation: since + 1,
    since,
    routes: { set, removed: [] },
    services: noChange,
    middlewares: noChange,
  };
}

function view(host: string, path: string): RequestView {
  return { entryPoint: 'web', host, path, method: 'GET', clientIp: '', query: '', header: () => [] };
}

function time(name: string, times: number, work: (index: number) => unknown): void {
  for (let index = 0; index < Math.min(times, 20_000); index++) work(index);
  const start = process.hrtime.bigint();
  for (let index = 0; index < times; index++) work(index);
  const each = Number(process.hrtime.bigint() - start) / times;
  console.log(`${name}: ${each < 10_000 ? `${each.toFixed(0)} ns` : `${(each / 1e6).toFixed(2)} ms`}`);
}

/** Nanoseconds below which 99 of 100 single calls stay; the clock's own time, some 30 ns, is in it. */
function percentile99(times: number, work: (index: number) => unknown): number {
  const each = new Float64Array(times);
  for (let index = 0; index < times; index++) {
    const start = performance.now();
    work(index);
    each[index] = (performance.now() - start) * 1e6;
  }
  return each.sort()[Math.floor(times * 0.99)] ?? 0;
}

function measure(name: string, rules: readonly Rule[], views: readonly RequestView[]): void {
  const routes = rules.map((rule, index) => route(index, rule, rule.kind === 'and' ? 40 : 15));
  const start = process.hrtime.bigint();
  let table = Table.empty<number>().apply(delta(0, routes), (each) => each.priority);
  console.log(`${name}: built in ${(Number(process.hrtime.bigint() - start) / 1e6).toFixed(0)} ms`);
  let missed = 0;
  const lookUp = (index: number): void => {
    if (table.match(views[(index * 7919) % views.length] ?? view('', '/')) === undefined) missed++;
  };
  time(`${name}: look-up`, 500_000, lookUp);
  console.log(`${name}: look-up, p99: ${percentile99(500_000, lookUp).toFixed(0)} ns`);
  console.log(`${name}: ${missed} look-ups found nothing`);
  time(`${name}: change of one route`, 200, (index) => {
    const old = routes[(index * 7919) % routes.length];
    if (old !== undefined)
      table = table.apply(delta(table.generation, [{ ...old }]), (each) => each.priority);
  });
  const first = views[0];
  if (first !== undefined) time(`${name}: explain`, 2, () => explainRequest(routes, first));
}

const both = (host: string, path: string): Rule => ({
  kind: 'and',
  rules: [
    { kind: 'host', host },
    { kind: 'pathPrefix', prefix: path, elements: false },
  ],
});
const many = Array.from({ length: count }, (_, index) => index);
const sample = many.filter((index) => index % 97 === 0);
measure(
  'hosts',
  many.map((index) => both(`host-${index}.example.com`, '/api')),
  sample.map((index) => view(`host-${index}.example.com`, '/api/users/42')),
);
measure(
  'paths of one host',
  many.map((index) => both('example.com', `/team-${index}/api`)),
  sample.map((index) => view('example.com', `/team-${index}/api/users/42`)),
);
measure(
  'paths of any host',
  many.map((index) => ({ kind: 'pathPrefix', prefix: `/team-${index}/api`, elements: true })),
  sample.map((index) => view('example.com', `/team-${index}/api/users/42`)),
);
time('normaliseHost', 2_000_000, () => normaliseHost('host-42.example.com'));
time('routingPath', 2_000_000, () => routingPath('/api/users/42/orders'));
console.log(`memory: ${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(0)} MiB`);
