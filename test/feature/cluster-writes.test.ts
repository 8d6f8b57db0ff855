import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { customResourceDefinitions } from '../../src/api/crds.ts';
import { type DevCluster, startDevCluster } from '../../src/devcluster/dev-cluster.ts';
import type { JsonObject } from '../../src/devcluster/json.ts';
import { endpoints, ingress, ingressRoute, service } from '../support/objects.ts';
import { type Replica, type ReplicaOptions, startReplica } from '../support/replica.ts';
import { FakeClock } from '../unit/kube/fake-clock.ts';
import { notingLog } from '../unit/kube/notes.ts';
import { until, untilAdvancing } from '../unit/kube/until.ts';

const apiVersion = 'fairlead.dev/v1alpha1';

let server: DevCluster;
let clock: FakeClock;
let replicas: Replica[];

beforeEach(async () => {
  server = await startDevCluster();
  clock = new FakeClock();
  replicas = [];
  put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fairlead' } });
  put({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'fairlead' },
    spec: { controller: 'fairlead.dev/ingress-controller' },
  });
  for (const one of customResourceDefinitions()) put(one);
  put(service('web'), ...endpoints('web', [8080]));
});

afterEach(async () => {
  await Promise.all(replicas.map((one) => one.stop()));
  await server.stop();
});

function put(...objects: readonly object[]): void {
  for (const object of objects) server.apply(structuredClone(object) as never);
}

function start(options: Partial<ReplicaOptions> = {}): Replica {
  const replica = startReplica({ server, clock, ...options });
  replicas.push(replica);
  return replica;
}

function standing(name: string, kind = 'IngressRoute'): JsonObject {
  const version = kind === 'Ingress' ? 'networking.k8s.io/v1' : apiVersion;
  return (server.get({ apiVersion: version, kind, namespace: 'default', name }) ??
    {}) as unknown as JsonObject;
}

function conditionsOf(name: string): string {
  const { conditions = [] } = (standing(name).status ?? {}) as { conditions?: Record<string, string>[] };
  return conditions.map(({ type, status, reason }) => `${type}=${status}(${reason})`).join(' ');
}

function lease(): JsonObject {
  const found = server.get({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    namespace: 'fairlead',
    name: 'fairlead-fairlead',
  });
  return (found?.spec ?? {}) as JsonObject;
}

const good = 'Accepted=True(Accepted) ResolvedRefs=True(ResolvedRefs) Programmed=True(Programmed)';

test('the first replica takes the Lease at once and writes conditions, hosts and addresses', async () => {
  put(ingressRoute('a', 'Host(`a.test`) || Host(`b.test`)', 'web'), ingress('i', 'i.test', 'web'));
  const replica = start();
  await until('the status stands', () => conditionsOf('a') === good);
  await until(
    'the address stands',
    () =>
      standing('i', 'Ingress').status !== undefined &&
      JSON.stringify(standing('i', 'Ingress').status).includes('192.0.2.1'),
  );
  const { hosts, entryPoints, routes } = standing('a').status as JsonObject;
  assert.deepEqual(
    { hosts, entryPoints, routes },
    { hosts: 'a.test,b.test', entryPoints: 'web', routes: [] },
  );
  assert.equal(replica.writes.report().lease, 'fairlead/fairlead-fairlead');
  assert.equal(replica.writes.report().leader, true);
  assert.equal(lease().leaseDurationSeconds, 15);
});

test('of two replicas one writes, and the other takes over when the first has been silent for fifteen seconds', async () => {
  const first = start();
  await until('the first leads', () => first.writes.isLeader);
  const second = start();
  await until('the second has seen the Lease', () => second.writes.report().holder !== '');
  put(ingressRoute('a', 'Host(`a.test`)', 'web'));
  await until('the status stands', () => conditionsOf('a') === good);
  assert.deepEqual([first.writes.isLeader, second.writes.isLeader], [true, false]);
  first.crash();
  const crashedAtMs = clock.monotonicMs();
  await untilAdvancing(clock, 'the second leads', () => second.writes.isLeader);
  assert.ok(clock.monotonicMs() - crashedAtMs >= 10_000, 'not before the first has given up');
  assert.equal(first.writes.isLeader, false);
  assert.equal(lease().leaseTransitions, 1);
  put(ingressRoute('b', 'Host(`b.test`)', 'web'));
  await until('the status of another stands', () => conditionsOf('b') === good);
});

test('a Lease that was given back is taken at the next look', async () => {
  const first = start();
  await until('the first leads', () => first.writes.isLeader);
  const second = start();
  await until('the second has seen the Lease', () => second.writes.report().holder !== '');
  await first.stop();
  assert.equal(lease().holderIdentity, '');
  const stoppedAtMs = clock.monotonicMs();
  await untilAdvancing(clock, 'the second leads', () => second.writes.isLeader);
  assert.ok(clock.monotonicMs() - stoppedAtMs < 10_000);
});

test('a leader that can no longer renew stops writing before another could begin', async () => {
  const first = start();
  await until('the first leads', () => first.writes.isLeader);
  const fault = server.faults.add({ match: { resource: 'leases' }, action: { kind: 'answer', code: 500 } });
  const cutAtMs = clock.monotonicMs();
  await untilAdvancing(clock, 'the first gives up', () => !first.writes.isLeader);
  const tookMs = clock.monotonicMs() - cutAtMs;
  assert.ok(tookMs <= 10_050, `${tookMs} ms`);
  put(ingressRoute('a', 'Host(`a.test`)', 'web'));
  await until('the change is live', () => first.controller.plan().routes.length === 1);
  assert.equal(conditionsOf('a'), '');
  fault.remove();
  await untilAdvancing(clock, 'it leads again', () => first.writes.isLeader);
  await until('the status stands', () => conditionsOf('a') === good);
});

test('a status that somebody damages is put right, and conditions of others stay', async () => {
  put(ingressRoute('a', 'Host(`a.test`)', 'web'));
  start();
  await until('the status stands', () => conditionsOf('a') === good);
  const object = structuredClone(standing('a'));
  const { conditions } = object.status as { conditions: JsonObject[] };
  const [first] = conditions;
  assert.ok(first);
  first.status = 'False';
  conditions.push({
    type: 'Foreign',
    status: 'True',
    reason: 'R',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  await patchStatus('a', { conditions });
  await until('it is put right', () => conditionsOf('a') === `${good} Foreign=True(R)`);
});

test('an object that goes to another class keeps nothing of ours', async () => {
  put(ingress('i', 'i.test', 'web'));
  start();
  const addresses = () => JSON.stringify(standing('i', 'Ingress').status ?? null);
  await until('the address stands', () => addresses().includes('192.0.2.1'));
  const moved = ingress('i', 'i.test', 'web') as { spec: JsonObject };
  moved.spec.ingressClassName = 'other';
  put(moved);
  await until('the address is taken away', () => !addresses().includes('192.0.2.1'));
});

test('a restart over objects that say everything already writes nothing', async () => {
  const names = Array.from({ length: 200 }, (_, index) => `r${index}`);
  put(...names.map((name) => ingressRoute(name, `Host(\`${name}.test\`)`, 'web')));
  const first = start();
  await until('all statuses stand', () => names.every((name) => conditionsOf(name) === good));
  await first.stop();
  const patches = server.faults.add({ match: { verb: 'patch' }, action: { kind: 'answer', code: 500 } });
  const second = start();
  await until(
    'it leads and has judged everything',
    () => second.writes.isLeader && second.controller.statuses().length >= names.length,
  );
  await until('everything is live', () => second.controller.liveGeneration > 0);
  assert.equal(patches.hits, 0);
});

function events(): readonly JsonObject[] {
  return server.list({ apiVersion: 'v1', kind: 'Event' }) as unknown as JsonObject[];
}

test('a problem becomes one Event for an object and code, which a restart does not repeat', async () => {
  put(ingress('i', 'i.test', 'nothing'), ingressRoute('a', 'Hots(`a.test`)', 'web'));
  const first = start();
  await untilAdvancing(clock, 'both are told', () => events().length >= 2);
  const told = events().map(
    ({ reason, type, involvedObject }) => `${type} ${reason} ${(involvedObject as JsonObject).kind}`,
  );
  assert.deepEqual(told.toSorted(), ['Warning InvalidRule IngressRoute', 'Warning ServiceNotFound Ingress']);
  assert.match(String(events()[0]?.message), /spec\./);
  await first.stop();
  const creates = server.faults.add({
    match: { verb: 'create', resource: 'events' },
    action: { kind: 'slow', delayMs: 0 },
  });
  const second = start();
  await untilAdvancing(clock, 'it has looked', () => creates.hits === 2);
  assert.equal(events().length, 2);
  assert.ok(second.writes.isLeader);
});

test('without our CRDs Ingresses are served, and IngressRoutes too as soon as the CRDs are there', async () => {
  await server.stop();
  server = await startDevCluster();
  put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fairlead' } });
  put(service('web'), ...endpoints('web', [8080]), ingress('i', 'i.test', 'web'));
  const log = notingLog();
  const replica = start({ log });
  await until('it is ready', () => replica.controller.readiness().ready);
  assert.equal(replica.controller.plan().routes.length, 1);
  for (const kind of ['IngressRoute', 'Middleware'])
    assert.ok(replica.cluster.unavailableKinds.includes(kind));
  for (const one of customResourceDefinitions()) put(one);
  put(ingressRoute('a', 'Host(`a.test`)', 'web'));
  await until('the route is live', () => replica.controller.plan().routes.length === 2);
  const told = log.notes.filter(({ message }) => message.includes('CRDs installed'));
  assert.equal(told.length, new Set(told.map(({ fields }) => JSON.stringify(fields))).size, 'each kind once');
});

async function patchStatus(name: string, status: JsonObject): Promise<void> {
  const response = await fetch(
    `${server.url}/apis/${apiVersion}/namespaces/default/ingressroutes/${name}/status`,
    {
      method: 'PATCH',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ status }),
    },
  );
  assert.equal(response.status, 200, await response.text());
}
