import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PlanRoute } from '../../../src/model/plan.ts';
import type { PlanDelta } from '../../../src/model/plan-delta.ts';
import { matchLinear } from '../../../src/routing/linear.ts';
import type { PlanIndex } from '../../../src/routing/plan-index.ts';
import { Table } from '../../../src/routing/table.ts';
import { viewOfLine } from '../../support/request-line.ts';
import { anyRoute, anyView } from './arbitraries.ts';
import { parsed } from './parsed.ts';

const noChange = { set: [], removed: [] };

function delta(since: number, parts: Partial<PlanDelta>): PlanDelta {
  return {
    generation: since + 1,
    since,
    routes: noChange,
    services: noChange,
    middlewares: noChange,
    ...parts,
  };
}

function service(key: string, port: number) {
  return { key, namespace: 'default', name: 'one', port };
}

/** Says in text what an action was compiled from. */
function describeAction(route: PlanRoute, plan: PlanIndex): string {
  const target = route.action.kind === 'forward' ? route.action.targets[0]?.service : undefined;
  const middlewares = route.middlewares.map((id) => JSON.stringify(plan.middleware(id) ?? null));
  const found = target === undefined ? 'none' : JSON.stringify(plan.service(target) ?? null);
  return `${route.id} ${found} ${middlewares.join(' ')}`;
}

const routes = (maxLength: number) =>
  fc.uniqueArray(anyRoute, { maxLength, selector: (route) => route.id, size: 'max' });

const anyChange = fc.record({
  set: routes(12),
  removed: fc.array(fc.nat({ max: 59 }), { maxLength: 12 }),
  service: fc.option(
    fc.record({ key: fc.constantFrom('default/one:80', 'default/two:80'), port: fc.nat({ max: 3 }) }),
  ),
  middleware: fc.option(
    fc.record({ id: fc.constantFrom('default/one', 'default/two'), prefix: fc.constantFrom('/p', '/q', '') }),
  ),
});

type Change = typeof anyChange extends fc.Arbitrary<infer Value> ? Value : never;

function deltaOf(change: Change, since: number, present: ReadonlyMap<string, PlanRoute>): PlanDelta {
  const set = new Set(change.set.map((route) => route.id));
  const removed = [...present.keys()].filter(
    (id) => change.removed.includes(Number(id.split('/').at(-1))) && !set.has(id),
  );
  const { service: changedService, middleware } = change;
  return delta(since, {
    routes: { set: change.set, removed },
    services:
      changedService === null
        ? noChange
        : changedService.port === 0
          ? { set: [], removed: [changedService.key] }
          : { set: [service(changedService.key, changedService.port)], removed: [] },
    middlewares:
      middleware === null
        ? noChange
        : middleware.prefix === ''
          ? { set: [], removed: [middleware.id] }
          : {
              set: [{ id: middleware.id, middleware: { kind: 'addPrefix', prefix: middleware.prefix } }],
              removed: [],
            },
  });
}

describe('Table', () => {
  it('matches as the linear matcher does', () => {
    fc.assert(
      fc.property(routes(60), fc.array(anyView, { minLength: 1, maxLength: 10 }), (list, views) => {
        const table = Table.empty<string>().apply(
          delta(0, { routes: { set: list, removed: [] } }),
          describeAction,
        );
        for (const view of views) assert.equal(table.match(view)?.route, matchLinear(list, view));
      }),
      { numRuns: 1500 },
    );
  });

  it('is after any deltas what it would be if built at once', () => {
    fc.assert(
      fc.property(
        routes(60),
        fc.array(anyChange, { minLength: 1, maxLength: 6 }),
        fc.array(anyView, { minLength: 1, maxLength: 6 }),
        (first, changes, views) => {
          const present = new Map(first.map((route) => [route.id, route]));
          const gone = new Set<string>();
          const whole = { services: new Map(), middlewares: new Map() };
          let table = Table.empty<string>().apply(
            delta(0, { routes: { set: first, removed: [] } }),
            describeAction,
          );
          for (const change of changes) {
            const next = deltaOf(change, table.generation, present);
            table = table.apply(next, describeAction);
            for (const id of next.routes.removed) {
              present.delete(id);
              gone.add(id);
            }
            for (const route of next.routes.set) present.set(route.id, route);
            for (const key of next.services.removed) whole.services.delete(key);
            for (const entry of next.services.set) whole.services.set(entry.key, entry);
            for (const id of next.middlewares.removed) whole.middlewares.delete(id);
            for (const entry of next.middlewares.set) whole.middlewares.set(entry.id, entry);
          }
          const plan: PlanIndex = {
            service: (key) => whole.services.get(key),
            middleware: (id) => whole.middlewares.get(id),
          };
          for (const id of gone) if (!present.has(id)) assert.equal(table.route(id), undefined);
          for (const route of present.values()) {
            assert.equal(table.route(route.id)?.action, describeAction(route, plan));
          }
          for (const view of views) {
            const found = table.match(view);
            assert.equal(found?.route, matchLinear([...present.values()], view));
            if (found !== undefined) assert.equal(found.action, describeAction(found.route, plan));
          }
        },
      ),
      { numRuns: 800 },
    );
  });

  it('asks for a host that is named beside a pattern of hosts', () => {
    for (const text of [
      'HostRegexp(`^a\\.test$`) && Host(`b.test`)',
      'Host(`b.test`) && HostRegexp(`^a\\.test$`)',
    ]) {
      const set = { routes: { set: [routeOf(parsed(text), 0)], removed: [] } };
      const table = Table.empty<string>().apply(delta(0, set), describeAction);
      for (const host of ['a.test', 'b.test'])
        assert.equal(table.match(viewOfLine(`GET http://${host}/`)), undefined);
    }
  });

  it('looks at no more routes because others name other hosts, nor for what patterns say plainly', () => {
    const rules = ['HostRegexp(`^[a-z]+\\.pattern\\.test$`)', 'PathRegexp(`^/only/[0-9]+$`)'];
    for (let index = 0; index < 5000; index++)
      rules.push(`Host(\`h${index}.test\`) && PathRegexp(\`^/[a-z]+$\`)`);
    for (let index = 0; index < 500; index++) rules.push(`PathRegexp(\`^/p${index}/[0-9]+$\`)`);
    const list = rules.map((text, index) => routeOf(parsed(text), index));
    const set = { routes: { set: list, removed: [] } };
    const table = Table.empty<string>().apply(delta(0, set), describeAction);
    let reads = 0;
    const view = {
      entryPoint: 'web',
      get host() {
        reads++;
        return 'h77.test';
      },
      get path() {
        reads++;
        return '/cart';
      },
      query: '',
      method: 'GET',
      clientIp: '192.0.2.1',
      header: () => [],
    };
    assert.equal(table.match(view)?.id, list[79]?.id);
    assert.ok(reads <= 12, `${reads} reads`);
  });
});

/** A route on entry point web. */
function routeOf(rule: PlanRoute['rule'], index: number): PlanRoute {
  const name = `r${index}`;
  return {
    id: `IngressRoute/default/${name}/0`,
    object: { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', namespace: 'default', name },
    path: 'spec.routes[0]',
    match: '',
    rule,
    priority: 1,
    specificity: 1,
    createdAt: '',
    entryPoints: ['web'],
    tls: null,
    middlewares: [],
    action: { kind: 'fail', status: 500, reason: 'ServiceNotFound' },
  };
}
