import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeIngressRoute } from '../../../src/api/decode.ts';
import { ingressRoute, lines } from './objects.ts';

const good = { match: 'Host(`a.example`)', services: [{ name: 'web', port: 80 }] };

test('a route gets the defaults of its fields', () => {
  const { value, diagnostics } = decodeIngressRoute(ingressRoute({ routes: [good] }));
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(value?.routes[0], {
    index: 0,
    path: 'spec.routes[0]',
    value: {
      match: 'Host(`a.example`)',
      kind: 'Rule',
      services: [
        { name: 'web', port: 80, kind: 'Service', strategy: 'wrr', weight: 1, passHostHeader: true },
      ],
    },
    refused: null,
  });
});

test('everything that works in this version is decoded without a word', () => {
  const spec = {
    ingressClassName: 'fairlead',
    entryPoints: ['web'],
    routes: [
      {
        match: 'Host(`a.example`)',
        kind: 'Rule',
        priority: -5,
        syntax: 'v3',
        middlewares: [{ name: 'strip', namespace: 'other' }],
        services: [
          {
            name: 'web',
            kind: 'Service',
            namespace: 'other',
            port: 'http',
            weight: 0,
            passHostHeader: false,
            scheme: 'http',
            strategy: 'RoundRobin',
            nativeLB: false,
            middlewares: [],
          },
        ],
      },
    ],
    parentRefs: [],
  };
  const { value, diagnostics } = decodeIngressRoute(ingressRoute(spec));
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(value?.spec, { ingressClassName: 'fairlead', entryPoints: ['web'], parentRefs: [] });
  assert.deepEqual(value?.routes[0]?.value, spec.routes[0]);
});

test('a bad route costs its siblings nothing and says which requests it was to take', () => {
  const routes = [good, { ...good, priority: 7, middleware: [] }, 3, good];
  const { value, diagnostics } = decodeIngressRoute(ingressRoute({ routes }));
  assert.deepEqual(
    value?.routes.map((route) => [route.index, route.value !== null, route.refused]),
    [
      [0, true, null],
      [1, false, { match: 'Host(`a.example`)', priority: 7, reason: 'UnknownField' }],
      [2, false, null],
      [3, true, null],
    ],
  );
  assert.deepEqual(lines(diagnostics), [
    'UnknownField spec.routes[1].middleware: there is no field "middleware" here (Did you mean "middlewares"?)',
    'InvalidObject spec.routes[2]: must be an object, but is 3',
  ]);
});

test('all problems of a route are told, each with its own path and in plain words', () => {
  const service = {
    name: '',
    kind: 'Servise',
    prot: 80,
    port: 70_000,
    weight: 1.5,
    passHostHeader: 'yes',
    healthCheck: { interval: 'soon' },
    sticky: {},
  };
  const { diagnostics } = decodeIngressRoute(
    ingressRoute({ routes: [{ priority: 'high', services: [service, { name: 'x', port: true }] }] }),
  );
  assert.deepEqual(
    lines(diagnostics).toSorted(),
    [
      'InvalidObject spec.routes[0].match: is required, but is missing',
      'InvalidObject spec.routes[0].priority: must be a whole number, but is the text "high"',
      'InvalidObject spec.routes[0].services[0].healthCheck.interval: must be a number of seconds or a duration such as "500ms", "10s" or "1m30s", but is the text "soon"',
      'InvalidObject spec.routes[0].services[0].kind: must be one of "Service", "RouteService", "TraefikService", but is the text "Servise" (Did you mean "Service"?)',
      'InvalidObject spec.routes[0].services[0].name: must not be empty',
      'InvalidObject spec.routes[0].services[0].passHostHeader: must be true or false, but is the text "yes"',
      'InvalidObject spec.routes[0].services[0].port: must be at most 65535',
      'InvalidObject spec.routes[0].services[0].weight: must be a whole number, but is 1.5',
      'InvalidObject spec.routes[0].services[1].port: must be a port number or the name of a port, but is true',
      'FieldWithoutEffect spec.routes[0].services[0].healthCheck: has no effect: this version goes by the readiness that EndpointSlices report',
      'NotSupported spec.routes[0].services[0].sticky: is not supported: this version chooses endpoints in turn, and an application that keeps sessions in memory would lose them',
      'UnknownField spec.routes[0].services[0].prot: there is no field "prot" here (Did you mean "port"?)',
    ].toSorted(),
  );
});

test('a Service is named with its port; a route without services is left to its children', () => {
  const routes = [
    { match: 'Host(`a`)' },
    { match: 'Host(`b`)', services: [] },
    { match: 'Host(`c`)', services: [{ name: 'web' }] },
  ];
  const { value, diagnostics } = decodeIngressRoute(ingressRoute({ routes }));
  assert.deepEqual(lines(diagnostics), [
    'InvalidValue spec.routes[2].services[0].port: a port is required for the kind Service',
  ]);
  assert.deepEqual(
    value?.routes.map((route) => route.refused?.reason),
    [undefined, undefined, 'InvalidValue'],
  );
});

test('a problem outside the routes sets the whole object aside', () => {
  const { value, diagnostics } = decodeIngressRoute(ingressRoute({ entrypoints: ['web'], routes: [good] }));
  assert.equal(value, null);
  assert.deepEqual(lines(diagnostics), [
    'UnknownField spec.entrypoints: there is no field "entrypoints" here (Did you mean "entryPoints"?)',
  ]);
});

test('fields that stand beside spec by mistake set the object aside', () => {
  const { value, diagnostics } = decodeIngressRoute(ingressRoute({ routes: [good] }, { routes: [] }));
  assert.equal(value, null);
  assert.deepEqual(
    diagnostics.map(({ code, path }) => `${code} ${path}`),
    ['UnknownField routes'],
  );
});

for (const spec of [undefined, null, 'text', 7, true, []]) {
  test(`a spec that is ${JSON.stringify(spec)} is an InvalidObject`, () => {
    const { value, diagnostics } = decodeIngressRoute(ingressRoute(spec));
    assert.equal(value, null);
    assert.deepEqual(
      diagnostics.map(({ code, path }) => `${code} ${path}`),
      ['InvalidObject spec'],
    );
  });
}

test('fields of TLS that obtain certificates have no effect, and the routes are served', () => {
  const tls = { certResolver: 'acme', domains: [{ main: 'a.example.com' }], store: { name: 'default' } };
  const { value, diagnostics } = decodeIngressRoute(ingressRoute({ tls, routes: [good] }));
  assert.deepEqual(
    diagnostics.map(({ code, path }) => `${code} ${path}`).toSorted(),
    ['certResolver', 'domains', 'store'].map((field) => `FieldWithoutEffect spec.tls.${field}`),
  );
  assert.notEqual(value?.routes[0]?.value, null);
});

test('a route that asks for what cannot be left out is refused; mere tuning is served with a warning', () => {
  const service = good.services[0];
  const routes = [
    { ...good, services: [{ ...service, sticky: { cookie: {} } }] },
    { ...good, services: [{ ...service, strategy: 'hrw' }] },
    { ...good, services: [{ ...service, strategy: 'p2c' }] },
    { ...good, syntax: 'v2' },
  ];
  const { value, diagnostics } = decodeIngressRoute(ingressRoute({ routes }));
  assert.deepEqual(
    diagnostics.map(({ severity, code, path }) => `${severity} ${code} ${path}`),
    [
      'error NotSupported spec.routes[0].services[0].sticky',
      'error NotSupported spec.routes[1].services[0].strategy',
      'warning FieldWithoutEffect spec.routes[2].services[0].strategy',
      'error NotSupported spec.routes[3].syntax',
    ],
  );
  assert.deepEqual(
    value?.routes.map((route) => route.refused?.reason ?? 'served'),
    ['NotSupported', 'NotSupported', 'served', 'NotSupported'],
  );
});

test('an object with a flood of problems gets a bounded list that keeps the errors', () => {
  const warned = { ...good, observability: {} };
  const routes = [...Array.from({ length: 300 }, () => warned), { ...good, bad: 1 }];
  const { value, diagnostics } = decodeIngressRoute(ingressRoute({ routes }));
  assert.equal(diagnostics.length, 101);
  assert.equal(diagnostics[0]?.path, 'spec.routes[300].bad');
  assert.equal(diagnostics.at(-1)?.message, 'and 201 more problems in this object');
  assert.equal(value?.routes.filter((route) => route.value !== null).length, 300);
});

test('too many routes are refused without looking at each', () => {
  const { value, diagnostics } = decodeIngressRoute(ingressRoute({ routes: Array(200_000).fill(0) }));
  assert.equal(value, null);
  assert.deepEqual(lines(diagnostics), ['InvalidObject spec.routes: must have at most 4096 entries']);
});

test('diagnostics name the object they are of', () => {
  const { diagnostics } = decodeIngressRoute(ingressRoute({ routes: 0 }));
  assert.deepEqual(diagnostics[0]?.object, {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    namespace: 'default',
    name: 'shop',
  });
});
