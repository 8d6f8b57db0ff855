import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Decoded, UndecodedObject } from '../../../src/api/decode.ts';
import {
  decodeIngressRouteTcp,
  decodeIngressRouteUdp,
  decodeMiddlewareTcp,
  decodeServersTransportTcp,
} from '../../../src/api/decode-streams.ts';

function object(kind: string, spec: unknown): UndecodedObject {
  return { apiVersion: 'fairlead.dev/v1alpha1', kind, metadata: { name: 'x', namespace: 'default' }, spec };
}

function codesOf({ diagnostics }: Decoded<unknown>): readonly string[] {
  return diagnostics.map(({ code, path }) => `${code} ${path}`);
}

test('a route of TCP that does not decode keeps its rule, so that it can be closed; its siblings stay', () => {
  const services = [{ name: 'a', port: 1 }];
  const routes = [
    { match: 'HostSNI(`*`)', priority: 7, services, wrong: 1 },
    { match: 'HostSNI(`*`)', services },
  ];
  const decoded = decodeIngressRouteTcp(object('IngressRouteTCP', { routes }));
  assert.deepEqual(codesOf(decoded), ['UnknownField spec.routes[0].wrong']);
  assert.deepEqual(decoded.value?.routes[0]?.refused, {
    match: 'HostSNI(`*`)',
    priority: 7,
    reason: 'UnknownField',
  });
  assert.equal(decoded.value?.routes[1]?.value?.services?.[0]?.weight, 1);
});

test('a service of TCP or UDP names a port', () => {
  const routes = [{ match: 'HostSNI(`*`)', services: [{ name: 'a' }] }];
  const tcp = decodeIngressRouteTcp(object('IngressRouteTCP', { routes }));
  assert.match(codesOf(tcp).join(), /spec\.routes\[0\]\.services\[0\]/);
  const udp = decodeIngressRouteUdp(object('IngressRouteUDP', { routes: [{ services: [{ name: 'a' }] }] }));
  assert.match(codesOf(udp).join(), /spec\.routes\[0\]\.services\[0\]/);
  assert.notEqual(udp.value?.routes[0]?.refused ?? null, null);
});

test('rules of syntax v2 are not read as such of v3', () => {
  const routes = [{ match: 'HostSNI(`*`)', syntax: 'v2', services: [{ name: 'a', port: 1 }] }];
  const decoded = decodeIngressRouteTcp(object('IngressRouteTCP', { routes }));
  assert.deepEqual(codesOf(decoded), ['NotSupported spec.routes[0].syntax']);
});

test('a termination delay may be negative, a time to connect may not', () => {
  const spec = (fields: object) => decodeServersTransportTcp(object('ServersTransportTCP', fields));
  for (const terminationDelay of [-1, '-1s', 0, '100ms', 5]) {
    assert.deepEqual(codesOf(spec({ terminationDelay })), [], String(terminationDelay));
  }
  assert.equal(spec({ terminationDelay: 'soon' }).value, null);
  assert.equal(spec({ dialTimeout: '-1s' }).value, null);
});

test('decoding never throws and never sets aside in silence, whatever JSON comes', () => {
  const names = [
    'routes',
    'match',
    'services',
    'name',
    'port',
    'tls',
    'ipAllowList',
    'sourceRange',
    '__proto__',
  ];
  const json = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 3 })),
    fc.record({ routes: fc.array(fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 }))) }),
  );
  fc.assert(
    fc.property(json, (spec) => {
      for (const decode of [
        decodeIngressRouteTcp,
        decodeIngressRouteUdp,
        decodeMiddlewareTcp,
        decodeServersTransportTcp,
      ]) {
        const { value, diagnostics } = decode(object('X', spec));
        assert.ok(value !== null || diagnostics.some(({ severity }) => severity === 'error'));
        assert.ok(diagnostics.length <= 101);
      }
    }),
    { numRuns: 300 },
  );
});
