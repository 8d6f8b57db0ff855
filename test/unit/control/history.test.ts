import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../../../src/control/history.ts';
import { routeChange } from '../../../src/control/route-change.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { diagnostic } from '../../../src/model/diagnostic.ts';
import type { PlanRoute } from '../../../src/model/plan.ts';
import { defaultTlsOptions } from '../../../src/model/plan-tls.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from '../translate/memory-view.ts';
import { options, ownObject, service } from '../translate/objects.ts';

const none = { set: [], before: [], removed: [] };

function route(index: number, parts: Partial<PlanRoute> = {}): PlanRoute {
  const object = {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    namespace: 'default',
    name: 'a',
  };
  return {
    id: `IngressRoute/default/a/${index}`,
    object,
    path: `spec.routes[${index}]`,
    match: 'Host(`a.test`)',
    rule: { kind: 'host', host: 'a.test' },
    priority: 14,
    specificity: 1,
    createdAt: '',
    entryPoints: ['web'],
    tls: null,
    middlewares: [],
    action: {
      kind: 'forward',
      targets: [{ service: 'default/a:80', weight: 1, scheme: 'http', passHostHeader: true }],
    },
    ...parts,
  };
}

function build(generation: number, set: readonly PlanRoute[], before: readonly (PlanRoute | undefined)[]) {
  const routes = { set, before, removed: [] };
  const causes = set.slice(0, 1).map(({ object }) => object);
  return { generation, causes, edits: { routes, services: none, middlewares: none } };
}

test('a change is told by its fields, before and after', () => {
  const broken = route(0, { priority: 20, action: { kind: 'fail', status: 500, reason: 'ServiceNotFound' } });
  assert.deepEqual(routeChange(route(0), broken), {
    route: 'IngressRoute/default/a/0',
    change: 'changed',
    fields: ['priority', 'services', 'answer'],
    says: 'priority: 14 → 20; services: default/a:80 → 500 ServiceNotFound; answer: forwarded → 500 ServiceNotFound',
  });
  assert.equal(routeChange(undefined, route(0)).change, 'added');
  assert.equal(routeChange(route(0), undefined).says, 'Host(`a.test`) → default/a:80');
  assert.equal(routeChange(route(0), route(0, { match: 'x'.repeat(70_000) })).says.length, 300);
});

test('a generation of a hundred thousand changes counts all and names the first', () => {
  const history = new History();
  const set = Array.from({ length: 100_000 }, (_, index) => route(index));
  history.add(build(1, set, Array.from<undefined>({ length: set.length })), 0);
  const [record] = history.records;
  assert.deepEqual([record?.routesSet, record?.routesAdded, record?.changes.length], [100_000, 100_000, 20]);
  assert.equal(record?.publishedAt, '1970-01-01T00:00:00.000Z');
  assert.deepEqual(record?.causes, ['IngressRoute/default/a']);
});

test('the history is bounded by number and by bytes, and the newest stays', () => {
  const history = new History();
  for (let generation = 1; generation <= 1000; generation++) history.add(build(generation, [], []), 0);
  assert.deepEqual([history.records.length, history.records[0]?.generation], [256, 1000]);
  const set = Array.from({ length: 20 }, (_, index) => route(index, { match: 'x'.repeat(70_000) }));
  for (let generation = 1001; generation <= 1500; generation++) history.add(build(generation, set, []), 0);
  assert.ok(JSON.stringify(history.records).length < 1 << 20);
  assert.equal(history.records[0]?.generation, 1500);
});

test('endpoints that vanish and appear stand under the generation that was the last then', () => {
  const history = new History();
  const service = { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'a' };
  const problem = diagnostic(service, 'spec.ports', 'NoEndpoints', 'no endpoint of port 80 is ready');
  history.addEndpoints({ appeared: [problem], gone: [] }, 1);
  history.add(build(1, [], []), 2);
  for (let index = 0; index < 30; index++) {
    history.addEndpoints({ appeared: [problem], gone: [] }, 3);
    history.addEndpoints({ appeared: [], gone: [problem] }, 4);
  }
  history.add(build(2, [], []), 5);
  const [newest, first] = history.records;
  assert.deepEqual([newest?.endpointCount, first?.endpointCount, first?.endpoints.length], [0, 60, 20]);
  assert.deepEqual(first?.endpoints.at(-1), { atMs: 4, service: 'default/a', change: 'appeared' });
});

test('changes of hosts and settings of TLS and of routes of TCP and UDP are counted and named', () => {
  const history = new History();
  const host = (name: string) => ({ host: name, certificates: [], options: 'default' });
  const tlsHosts = {
    set: Array.from({ length: 30 }, (_, index) => host(`${index}.test`)),
    before: [host('0.test')],
    removed: [host('')],
  };
  const tlsOptions = { set: [], before: [], removed: [{ ...defaultTlsOptions, id: 'default/modern' }] };
  const first = build(1, [], []);
  history.add({ ...first, edits: { ...first.edits, sparse: { tlsHosts, tlsOptions } } }, 0);
  const [record] = history.records;
  assert.deepEqual([record?.tlsHostsSet, record?.tlsHostsRemoved, record?.tlsHosts.length], [30, 1, 20]);
  assert.deepEqual(record?.tlsHosts.slice(0, 2), [
    { name: '0.test', change: 'changed' },
    { name: '1.test', change: 'added' },
  ]);
  assert.deepEqual(record?.tlsOptions, [{ name: 'default/modern', change: 'removed' }]);
  assert.deepEqual([record?.udpRoutesSet, record?.tcpRoutes, record?.transports], [0, [], []]);
});

test('translation tells by its list what came, changed or went', () => {
  const translator = new Translator(options);
  const routes = [{ match: 'HostSNI(`a.test`)', services: [{ name: 'whoami', port: 80 }] }];
  const object = ownObject('IngressRouteTCP', 'r', { tls: {}, routes });
  const history = new History();
  const add = (generation: number, objects: readonly KubeObject[]) => {
    const view = new MemoryView([...objects]);
    const { edits } = translator.update(view, 'everything');
    history.add({ generation, causes: [], edits }, 0);
  };
  add(1, [object, service('whoami')]);
  add(2, [service('whoami')]);
  const [last, first] = history.records;
  assert.deepEqual(first?.tcpRoutes, [{ name: 'IngressRouteTCP/default/r/0', change: 'added' }]);
  assert.deepEqual(first?.tlsHosts, [{ name: 'a.test', change: 'added' }]);
  assert.deepEqual(last?.tcpRoutes, [{ name: 'IngressRouteTCP/default/r/0', change: 'removed' }]);
  assert.deepEqual([last?.tlsHostsRemoved, last?.tlsHostsSet, last?.udpRoutes], [1, 0, []]);
});
