import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../src/model/log.ts';
import { Deadlines } from '../../../src/proxy/deadlines.ts';
import { defaultLimits } from '../../../src/proxy/limits.ts';
import { ReadMemory } from '../../../src/proxy/read-memory.ts';
import { SendMemory } from '../../../src/proxy/send-memory.ts';
import { KeyPairs } from '../../../src/proxy/tls/key-pairs.ts';
import { usableEndpoints } from '../../../src/proxy/upstream/service.ts';
import { Services } from '../../../src/proxy/upstream/services.ts';
import { WeightedTargets } from '../../../src/proxy/upstream/weighted.ts';

function endpoint(port: number, state: { ready?: boolean; serving?: boolean; terminating?: boolean } = {}) {
  return { address: '10.0.0.1', port, ready: true, serving: true, terminating: false, ...state };
}

function servicesWith(ports: Readonly<Record<string, readonly number[]>>): Services {
  const context = {
    limits: defaultLimits,
    deadlines: new Deadlines(1000),
    readMemory: new ReadMemory(64),
    sendMemory: new SendMemory(),
    log: silentLog,
  };
  const services = new Services(context, new KeyPairs());
  for (const [service, list] of Object.entries(ports)) {
    services.setEndpoints([{ service, endpoints: list.map((port) => endpoint(port)) }], []);
  }
  return services;
}

test('endpoints that terminate are used only while none is ready', () => {
  const terminating = endpoint(1, { ready: false, terminating: true });
  const starting = endpoint(2, { ready: false, serving: false });
  const ready = endpoint(3);
  assert.deepEqual(usableEndpoints([terminating, starting, ready]), [ready]);
  assert.deepEqual(usableEndpoints([terminating, starting]), [terminating]);
  assert.deepEqual(usableEndpoints([starting]), []);
});

test('endpoints take turns, and a failed one is passed over where there is another', () => {
  const service = servicesWith({ s: [1, 2, 3] }).get('s');
  const turns = Array.from({ length: 6 }, () => service.pick(null)?.name);
  assert.deepEqual(turns, [
    '10.0.0.1:1',
    '10.0.0.1:2',
    '10.0.0.1:3',
    '10.0.0.1:1',
    '10.0.0.1:2',
    '10.0.0.1:3',
  ]);
  for (let turn = 0; turn < 10; turn++) {
    const first = service.pick(null) ?? null;
    assert.notEqual(service.pick(first), first);
  }
  const single = servicesWith({ s: [1] }).get('s');
  const only = single.pick(null) ?? null;
  assert.equal(single.pick(only), only);
});

test('a service keeps its place for the routes that hold it, whatever its endpoints do', () => {
  const services = servicesWith({});
  const service = services.get('s');
  services.applyPlan({ set: [{ key: 's', namespace: 'n', name: 's', port: 1 }], removed: [] });
  services.setEndpoints([{ service: 's', endpoints: [endpoint(1)] }], []);
  assert.equal(service.hasEndpoints, true);
  services.setEndpoints([], ['s']);
  assert.equal(service.hasEndpoints, false);
  services.setEndpoints([{ service: 's', endpoints: [endpoint(2)] }], []);
  assert.equal(service.pick(null)?.name, '10.0.0.1:2');
});

test('an IPv6 address is named in brackets', () => {
  const services = servicesWith({});
  services.setEndpoints([{ service: 's', endpoints: [{ ...endpoint(80), address: 'fd00::1' }] }], []);
  assert.equal(services.get('s').pick(null)?.name, '[fd00::1]:80');
});

test('weights are mixed evenly', () => {
  const services = servicesWith({ a: [1], b: [2], c: [3] });
  const targets = new WeightedTargets(
    Object.entries({ a: 5, b: 1, c: 1 }).map(([key, weight]) => ({
      service: services.get(key),
      weight,
      passHostHeader: true,
    })),
  );
  const turns = Array.from({ length: 7 }, () => targets.pick()?.service.key).join('');
  assert.equal(turns, 'aabacaa');
});

test('a target without endpoints gets nothing, and without any target there is none', () => {
  const services = servicesWith({ a: [1] });
  const target = (key: string, weight: number) => ({
    service: services.get(key),
    weight,
    passHostHeader: true,
  });
  assert.equal(new WeightedTargets([target('none', 100), target('a', 1)]).pick()?.service.key, 'a');
  assert.equal(new WeightedTargets([target('none', 1)]).pick(), undefined);
  assert.equal(new WeightedTargets([target('a', 0), target('a', Number.NaN)]).pick(), undefined);
});
