import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ControllerListeners,
  createController,
  defaultTiming,
} from '../../../src/control/controller.ts';
import type { Published } from '../../../src/control/publication.ts';
import type { WantedStatus } from '../../../src/model/object-status.ts';
import type { ToProxyThread } from '../../../src/model/thread-message.ts';
import { ingressRoute, options, service, simpleIngress, slice } from '../translate/objects.ts';
import { FakeClock, FakeLog, FakeSource, FakeThread } from './fakes.ts';

function started(listeners: ControllerListeners = {}, count = 2) {
  const clock = new FakeClock();
  const log = new FakeLog();
  const source = new FakeSource();
  const threads: FakeThread[] = [];
  const published: Published[] = [];
  const statuses: WantedStatus[] = [];
  let addresses: readonly string[] | null = ['192.0.2.10'];
  const controller = createController({
    source,
    translate: options,
    threads: {
      count,
      spawn: (index, ports) => {
        const thread = new FakeThread(index, ports);
        threads.push(thread);
        return thread;
      },
    },
    publishedAddresses: () => addresses,
    listeners: {
      onPublished: (one) => published.push(one),
      onStatuses: (some) => statuses.push(...some),
      ...listeners,
    },
    clock,
    log,
    timing: defaultTiming,
  });
  threads[0]?.say({ kind: 'listening', ports: { web: 8080 } });
  return {
    clock,
    controller,
    log,
    published,
    source,
    statuses,
    threads,
    /** All threads acknowledge a generation. */
    live(generation: number): void {
      for (const thread of threads) thread.say({ kind: 'live', generation });
    },
    setAddresses(now: readonly string[] | null): void {
      addresses = now;
    },
  };
}

const route = ingressRoute('whoami', {
  routes: [{ match: 'Host(`example.com`)', services: [{ name: 'whoami', port: 80 }] }],
});
const endpoints = slice('whoami-1', 'whoami', {
  ports: [{ port: 8080 }],
  endpoints: [{ addresses: ['10.0.0.1'] }],
});

function kinds(messages: readonly ToProxyThread[]): readonly string[] {
  return messages.map((one) =>
    one.kind === 'plan' ? `plan ${one.delta.since}-${one.delta.generation}` : one.kind,
  );
}

test('nothing is published before the first sync, and then everything at once', () => {
  const { clock, controller, source, threads } = started();
  source.put(0, route, service('whoami'), endpoints);
  clock.advance(500);
  assert.equal(controller.generation, 0);
  assert.deepEqual(threads[0]?.taken(), []);
  source.sync();
  assert.equal(controller.generation, 1);
  for (const thread of threads) assert.deepEqual(kinds(thread.taken()), ['endpoints', 'plan 0-1']);
  assert.equal(controller.endpointsOf('default/whoami:80')[0]?.address, '10.0.0.1');
});

test('an empty cluster is published too, so that a thread can serve its empty table', () => {
  const { controller, live, source, threads } = started();
  source.sync();
  assert.deepEqual(kinds(threads[0]?.taken() ?? []), ['plan 0-1']);
  live(1);
  assert.deepEqual(controller.readiness(), { ready: true, missing: [] });
});

test('ready is who has synced, serves a table in every thread, and is not about to end', () => {
  const { controller, live, source, threads } = started();
  assert.deepEqual(controller.readiness().missing, [
    'kind Service has not synced',
    'proxy thread 0 serves no table',
    'proxy thread 1 serves no table',
  ]);
  source.sync();
  threads[0]?.say({ kind: 'live', generation: 1 });
  assert.deepEqual(controller.readiness().missing, ['proxy thread 1 serves no table']);
  live(1);
  assert.equal(controller.readiness().ready, true);
  controller.announceEnd();
  assert.deepEqual(controller.readiness(), { ready: false, missing: ['draining'] });
});

test('a burst of changes makes one generation, timed from its first event to the last acknowledgement', () => {
  const { clock, controller, live, published, source, threads } = started();
  source.put(0, service('whoami'), endpoints);
  source.sync();
  live(1);
  for (const thread of threads) thread.taken();
  source.put(990, simpleIngress('a', 'a.example.com', '/', 'whoami'));
  clock.advance(1);
  source.put(1001, simpleIngress('b', 'b.example.com', '/', 'whoami'));
  clock.advance(10);
  assert.equal(controller.generation, 2);
  assert.deepEqual(kinds(threads[1]?.taken() ?? []), ['endpoints', 'plan 1-2']);
  threads[0]?.say({ kind: 'live', generation: 2 });
  assert.deepEqual(published, []);
  clock.advance(9);
  threads[1]?.say({ kind: 'live', generation: 2 });
  assert.deepEqual(published, [{ generation: 2, seconds: 0.03 }]);
});

test('a change that leaves the plan as it is makes no generation', () => {
  const { clock, controller, source, threads } = started();
  source.put(0, route, service('whoami'));
  source.sync();
  threads[0]?.taken();
  source.put(0, ingressRoute('whoami', structuredClone(Object(route).spec)), service('other'));
  clock.advance(100);
  assert.equal(controller.generation, 1);
  assert.deepEqual(threads[0]?.taken(), []);
});

test('endpoints take the fast lane: at once, without a generation, and only if they differ', () => {
  const { controller, source, threads } = started();
  source.put(0, route, service('whoami'), endpoints, service('unused'));
  source.sync();
  threads[0]?.taken();
  const changed = slice('whoami-1', 'whoami', {
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: ['10.0.0.2'] }],
  });
  source.put(0, changed);
  const ready = { ready: true, serving: true, terminating: false };
  const services = [
    { service: 'default/whoami:80', endpoints: [{ address: '10.0.0.2', port: 8080, ...ready }] },
  ];
  assert.deepEqual(threads[0]?.taken(), [{ kind: 'endpoints', services, removed: [] }]);
  source.put(0, structuredClone(changed), slice('unused-1', 'unused', {}), slice('stray-1', 'stray', {}));
  assert.deepEqual(threads[0]?.taken(), []);
  source.drop(0, changed);
  const gone = [{ service: 'default/whoami:80', endpoints: [] }];
  assert.deepEqual(threads[0]?.taken(), [{ kind: 'endpoints', services: gone, removed: [] }]);
  assert.equal(controller.generation, 1);
});

test('a slice that was there before the first sync takes its endpoints with it when it goes', () => {
  const { controller, source } = started();
  source.put(0, route, service('whoami'), endpoints);
  source.sync();
  assert.equal(controller.endpointsOf('default/whoami:80').length, 1);
  source.drop(0, endpoints);
  assert.equal(controller.endpointsOf('default/whoami:80').length, 0);
});

test('a slice that changes hands is taken from one Service and given to the other', () => {
  const { controller, source } = started();
  const both = ingressRoute('both', {
    routes: [
      { match: 'Host(`a`)', services: [{ name: 'whoami', port: 80 }] },
      { match: 'Host(`b`)', services: [{ name: 'other', port: 80 }] },
    ],
  });
  source.put(0, both, service('whoami'), service('other'), endpoints);
  source.sync();
  source.put(
    0,
    slice('whoami-1', 'other', { ports: [{ port: 8080 }], endpoints: [{ addresses: ['10.0.0.1'] }] }),
  );
  assert.deepEqual(
    controller.endpoints().map((one) => [one.service, one.endpoints.length]),
    [
      ['default/other:80', 1],
      ['default/whoami:80', 0],
    ],
  );
});

test('a port of a Service that is renamed changes its endpoints', () => {
  const { clock, controller, source } = started();
  const named = slice('whoami-1', 'whoami', {
    ports: [
      { name: 'http', port: 8080 },
      { name: 'web', port: 8081 },
    ],
    endpoints: [{ addresses: ['10.0.0.1'] }],
  });
  source.put(0, route, service('whoami', [{ name: 'http', port: 80 }]), named);
  source.sync();
  assert.equal(controller.endpointsOf('default/whoami:80')[0]?.port, 8080);
  source.put(0, service('whoami', [{ name: 'web', port: 80 }]));
  clock.advance(10);
  assert.equal(controller.endpointsOf('default/whoami:80')[0]?.port, 8081);
});

test('a service that leaves the plan is removed after the plan that no longer needs it', () => {
  const { clock, controller, source, threads } = started();
  source.put(0, route, service('whoami'), endpoints);
  source.sync();
  threads[0]?.taken();
  source.drop(0, route);
  clock.advance(10);
  const messages = threads[0]?.taken() ?? [];
  assert.deepEqual(kinds(messages), ['plan 1-2', 'endpoints']);
  assert.deepEqual(messages[1], { kind: 'endpoints', services: [], removed: ['default/whoami:80'] });
  assert.deepEqual(controller.endpoints(), []);
});

test('a thread that starts later gets all endpoints and the whole plan', () => {
  const { clock, source, threads } = started();
  source.put(0, route, service('whoami'), endpoints);
  source.sync();
  source.put(0, simpleIngress('a', 'a.example.com', '/', 'whoami'));
  clock.advance(10);
  threads[1]?.crash();
  clock.advance(100);
  const replacement = threads.at(-1);
  const messages = replacement?.taken() ?? [];
  assert.deepEqual(kinds(messages), ['endpoints', 'plan 0-2']);
  const [, plan] = messages;
  assert.ok(plan?.kind === 'plan');
  assert.equal(plan.delta.routes.set.length, 2);
});

test('of two threads that start at different times the later gets the later plan', () => {
  const { clock, source, threads } = started();
  source.sync();
  threads[1]?.crash();
  clock.advance(100);
  source.put(0, simpleIngress('a', 'a.example.com', '/', 'whoami'), service('whoami'));
  clock.advance(10);
  threads[0]?.crash();
  clock.advance(100);
  assert.deepEqual(kinds(threads.at(-2)?.taken() ?? []), ['endpoints', 'plan 0-1', 'endpoints', 'plan 1-2']);
  assert.deepEqual(kinds(threads.at(-1)?.taken() ?? []), ['endpoints', 'plan 0-2']);
});

test('a status of a later generation waits for that generation', () => {
  const { clock, live, source, statuses } = started();
  source.put(0, service('whoami'), endpoints);
  source.sync();
  source.put(0, route);
  clock.advance(10);
  live(1);
  assert.equal(statuses.length, 0);
  live(2);
  assert.equal(statuses.length, 1);
});

test('a service without a ready endpoint is a diagnostic until it has one', () => {
  const { controller, log, source } = started();
  source.put(0, route, service('whoami'));
  source.sync();
  assert.deepEqual(
    controller.diagnostics().map((one) => [one.code, one.object.kind]),
    [['NoEndpoints', 'Service']],
  );
  assert.deepEqual(controller.diagnosticCounts(), [{ kind: 'Service', code: 'NoEndpoints', count: 1 }]);
  source.put(0, endpoints);
  assert.deepEqual(controller.diagnostics(), []);
  assert.deepEqual(controller.diagnosticCounts(), [{ kind: 'Service', code: 'NoEndpoints', count: 0 }]);
  assert.deepEqual(
    log.lines.filter((line) => !line.startsWith('debug')),
    ['warn diagnostic', 'info diagnostic gone'],
  );
});

test('an endpoint that terminates but still serves is no reason for a diagnostic', () => {
  const { controller, source } = started();
  const conditions = { ready: false, serving: true, terminating: true };
  const leaving = slice('whoami-1', 'whoami', {
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: ['10.0.0.1'], conditions }],
  });
  source.put(0, route, service('whoami'), leaving);
  source.sync();
  assert.deepEqual(controller.diagnostics(), []);
});

test('who drains is not ready', () => {
  const { controller, live, source, threads } = started();
  source.sync();
  live(1);
  const drained = controller.drain(1000);
  assert.deepEqual(controller.readiness().missing, ['draining']);
  for (const thread of threads) thread.say({ kind: 'drained' });
  return drained;
});

test('a diagnostic of a service goes with the service', () => {
  const { clock, controller, source } = started();
  source.put(0, route, service('whoami'));
  source.sync();
  source.drop(0, route);
  clock.advance(10);
  assert.deepEqual(controller.diagnostics(), []);
});

test('a status is handed over when its object is live, and only if it differs', () => {
  const { clock, controller, live, source, statuses } = started();
  source.put(0, route, service('whoami'), endpoints);
  source.sync();
  assert.equal(statuses.length, 0);
  live(1);
  const [status] = statuses.splice(0);
  assert.ok(status?.kind === 'conditions');
  assert.deepEqual(
    status.conditions.map((one) => [one.type, one.status, one.observedGeneration]),
    [
      ['Accepted', 'True', 1],
      ['ResolvedRefs', 'True', 1],
      ['Programmed', 'True', 1],
    ],
  );
  source.put(0, structuredClone(route));
  clock.advance(10);
  assert.deepEqual(statuses, []);
  assert.deepEqual(controller.statuses(), [status]);
});

test('an object that is deleted and made again in one moment gets its status anew', () => {
  const { clock, live, source, statuses } = started();
  const withUid = (uid: string) => ({ ...route, metadata: { ...route.metadata, uid } });
  source.put(0, withUid('first'), service('whoami'), endpoints);
  source.sync();
  live(1);
  const before = statuses.splice(0);
  source.drop(0, route);
  source.put(0, withUid('second'));
  clock.advance(10);
  assert.deepEqual(statuses, before);
});

test('a status that waits too long says that its object is not served yet, and is put right later', () => {
  const { clock, live, source, statuses } = started();
  source.put(0, route, service('whoami'), endpoints);
  source.sync();
  clock.advance(defaultTiming.pendingAfterMs);
  const programmed = (): unknown => {
    const [status] = statuses.splice(0);
    return status?.kind === 'conditions' ? status.conditions[2]?.status : status;
  };
  assert.equal(programmed(), 'Unknown');
  live(1);
  assert.equal(programmed(), 'True');
});

test('Ingresses of our class get the addresses, and get them anew when they change', () => {
  const { clock, live, setAddresses, source, statuses } = started();
  const ours = simpleIngress('ours', 'a.example.com', '/', 'whoami');
  const theirs = structuredClone(ours);
  Object(theirs).metadata.name = 'theirs';
  Object(theirs).spec.ingressClassName = 'nginx';
  source.put(0, ours, theirs, service('whoami'), endpoints);
  source.sync();
  live(1);
  const object = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'default', name: 'ours' };
  assert.deepEqual(statuses.splice(0), [
    { kind: 'loadBalancer', object, addresses: ['192.0.2.10'] },
    { kind: 'none', object: { ...object, name: 'theirs' } },
  ]);
  setAddresses(['192.0.2.11']);
  source.put(0, service('publish'));
  clock.advance(10);
  assert.deepEqual(statuses.splice(0), [{ kind: 'loadBalancer', object, addresses: ['192.0.2.11'] }]);
});

test('without addresses to publish Ingresses get no status', () => {
  const { controller, live, setAddresses, source, statuses } = started();
  setAddresses(null);
  source.put(0, simpleIngress('ours', 'a.example.com', '/', 'whoami'), service('whoami'), endpoints);
  source.sync();
  live(1);
  assert.deepEqual(statuses, []);
  assert.deepEqual(controller.statuses(), []);
});

test('history tells what the last generations changed', () => {
  const { clock, controller, source } = started();
  source.put(0, route, service('whoami'));
  source.sync();
  source.drop(0, route);
  clock.advance(10);
  const [newest, oldest] = controller.history();
  assert.deepEqual([newest?.generation, newest?.routesSet, newest?.routesRemoved], [2, 0, 1]);
  assert.deepEqual(newest?.routes, ['IngressRoute/default/whoami/0']);
  assert.deepEqual([oldest?.generation, oldest?.routesSet, oldest?.servicesSet], [1, 1, 1]);
});

test('healthy is who hears from every thread', () => {
  const { clock, controller, threads } = started();
  assert.equal(controller.isHealthy(), true);
  clock.advance(defaultTiming.silentAfterMs + 1);
  assert.equal(controller.isHealthy(), false);
  for (const thread of threads) {
    thread.say({ kind: 'pong', id: 1, eventLoopDelay: { p50: 0, p99: 0, max: 0 } });
  }
  assert.equal(controller.isHealthy(), true);
});

test('after stop nothing is published and no timer is left', () => {
  const { clock, controller, source, threads } = started();
  source.put(0, route, service('whoami'));
  source.sync();
  source.put(0, simpleIngress('a', 'a.example.com', '/', 'whoami'));
  controller.stop();
  source.put(0, simpleIngress('b', 'b.example.com', '/', 'whoami'));
  assert.equal(clock.pending, 0);
  clock.advance(60_000);
  assert.equal(controller.generation, 1);
  assert.ok(threads.every((thread) => thread.terminated));
});
