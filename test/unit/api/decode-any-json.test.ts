import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeIngressRoute } from '../../../src/api/decode.ts';
import { readMiddleware } from '../../../src/api/middleware-settings.ts';
import { diagnosticKinds } from '../../../src/model/diagnostic.ts';
import { ingressRoute, middleware } from './objects.ts';

const fieldNames = [
  ...['spec', 'routes', 'match', 'services', 'name', 'port', 'middlewares', 'tls', 'sticky', 'healthCheck'],
  ...['stripPrefix', 'prefixes', 'headers', 'customRequestHeaders', 'addPrefix', 'prefix', 'rateLimit'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', ''],
];

/** Any JSON, made mostly of field names that are known, so that it gets past the first check. */
const anyJson = fc.letrec<{ readonly value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue(),
    fc.constantFrom('Host(`a`)', '/x', 'web', 80, 0, -1, 1e300, true, null, ''),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...fieldNames), fc.string()), tie('value')), { maxLength: 6 })
      .map(
        (entries) =>
          JSON.parse(
            `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
          ) as unknown,
      ),
  ),
})).value;

function checkBoth(spec: unknown): void {
  for (const { value, diagnostics } of [
    decodeIngressRoute(ingressRoute(spec)),
    readMiddleware(middleware(spec)),
  ]) {
    const errors = diagnostics.filter(({ code }) => diagnosticKinds[code].severity === 'error');
    assert.ok(value !== null || errors.length > 0, 'what is set aside says why');
    assert.ok(diagnostics.length <= 101);
    for (const one of diagnostics) assert.ok(one.message.length < 1000 && one.path.length < 1000);
  }
}

test('decoding never throws and never sets aside in silence, whatever JSON comes', () => {
  fc.assert(fc.property(anyJson, checkBoth), { numRuns: 500 });
});

test('every route of an IngressRoute comes back, served or with an error', () => {
  fc.assert(
    fc.property(fc.array(anyJson, { maxLength: 5 }), (routes) => {
      const { value, diagnostics } = decodeIngressRoute(ingressRoute({ routes }));
      assert.equal(value?.routes.length, routes.length);
      for (const route of value?.routes ?? []) {
        const told = diagnostics.some(
          ({ path, severity }) => severity === 'error' && path.startsWith(route.path),
        );
        assert.equal(route.value === null, told);
      }
    }),
    { numRuns: 300 },
  );
});

test('values nested a hundred thousand deep are decoded like others', () => {
  let deep: unknown = 0;
  for (let level = 0; level < 100_000; level += 1) deep = level % 2 === 0 ? [deep] : { services: deep };
  for (const spec of [
    deep,
    { routes: deep },
    { routes: [deep] },
    { rateLimit: { deep } },
    { headers: deep },
  ]) {
    checkBoth(spec);
  }
});

test('objects with a hundred thousand unknown fields give a short answer', () => {
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`field${index}`, index]));
  for (const spec of [wide, { routes: [wide] }, { rateLimit: wide }, { headers: wide }]) checkBoth(spec);
  const { diagnostics } = decodeIngressRoute(ingressRoute({ ...wide, routes: [] }));
  assert.equal(diagnostics.at(-1)?.message, 'and 99901 more unknown fields');
  checkBoth({ routes: [], ['x'.repeat(1_000_000)]: 'y'.repeat(1_000_000) });
  checkBoth({ addPrefix: { prefix: 'z'.repeat(1_000_000) } });
});
