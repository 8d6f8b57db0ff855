import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { decodeIngressRoute } from '../../../src/api/decode.ts';
import {
  decodeIngressRouteTcp,
  decodeIngressRouteUdp,
  decodeMiddlewareTcp,
} from '../../../src/api/decode-streams.ts';
import { readMiddleware } from '../../../src/api/middleware-settings.ts';
import { at, documentsOf } from './documents.ts';

for (const path of globSync('examples/**/*.yaml').toSorted()) {
  test(`nothing is wrong with our own kinds in ${path}`, () => {
    for (const object of documentsOf(path)) {
      if (object.kind === 'IngressRoute') assert.deepEqual(decodeIngressRoute(object).diagnostics, []);
      if (object.kind === 'Middleware') assert.deepEqual(readMiddleware(object).diagnostics, []);
      if (object.kind === 'IngressRouteTCP') assert.deepEqual(decodeIngressRouteTcp(object).diagnostics, []);
      if (object.kind === 'IngressRouteUDP') assert.deepEqual(decodeIngressRouteUdp(object).diagnostics, []);
      if (object.kind === 'MiddlewareTCP') assert.deepEqual(decodeMiddlewareTcp(object).diagnostics, []);
    }
  });
}

const quickstart = globSync('examples/quickstart/*.yaml').toSorted().flatMap(documentsOf);

test('the quickstart runs on one machine: its upstreams are on loopback, each on a port of its own', () => {
  const slices = quickstart.filter(({ kind }) => kind === 'EndpointSlice');
  const places = slices.map(
    (slice) => `${at(slice, 'endpoints.0.addresses.0')}:${at(slice, 'ports.0.port')}`,
  );
  assert.equal(new Set(places).size, slices.length);
  for (const slice of slices) {
    assert.equal(at(slice, 'endpoints.0.addresses.0'), '127.0.0.1');
    assert.equal(slice.metadata.annotations?.['dev.fairlead.dev/upstream'], 'echo');
    assert.ok(slice.metadata.annotations?.['dev.fairlead.dev/upstream-name']);
  }
});

test('every Service of the quickstart has endpoints, under the name of its port', () => {
  for (const service of quickstart.filter(({ kind }) => kind === 'Service')) {
    const slice = quickstart.find(
      ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
    );
    assert.equal(at(slice, 'ports.0.name'), at(service, 'spec.ports.0.name'), service.metadata.name);
    assert.equal(at(slice, 'ports.0.port'), at(service, 'spec.ports.0.targetPort'), service.metadata.name);
  }
});

test('everything that the routes of the quickstart name is in it', () => {
  const names = new Set(quickstart.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  for (const object of quickstart.filter(({ kind }) => kind === 'IngressRoute')) {
    for (const { value } of decodeIngressRoute(object).value?.routes ?? []) {
      for (const { name } of value?.services ?? []) assert.ok(names.has(`Service/${name}`), name);
      for (const { name } of value?.middlewares ?? []) assert.ok(names.has(`Middleware/${name}`), name);
    }
  }
});

test('hosts of the quickstart lead to this machine in every browser', () => {
  const ingress = quickstart.find(({ kind }) => kind === 'Ingress');
  assert.match(String(at(ingress, 'spec.rules.0.host')), /\.localhost$/);
  const route = quickstart.find(({ kind }) => kind === 'IngressRoute');
  assert.match(String(at(route, 'spec.routes.0.match')), /\.localhost`/);
});
