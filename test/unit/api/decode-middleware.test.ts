import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMiddleware } from '../../../src/api/decode.ts';
import { middlewareSpecSchema } from '../../../src/api/middleware.ts';
import { lines, middleware } from './objects.ts';

test('a Middleware is decoded to its one key', () => {
  const { value, diagnostics } = decodeMiddleware(middleware({ stripPrefix: { prefixes: ['/a'] } }));
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(value, { stripPrefix: { prefixes: ['/a'] } });
});

const served = ['addPrefix', 'stripPrefix', 'headers'];
for (const key of Object.keys(middlewareSpecSchema.shape).filter((name) => !served.includes(name))) {
  test(`the middleware ${key} is known and said to be missing in this version`, () => {
    const { value, diagnostics } = decodeMiddleware(middleware({ [key]: { anything: [1, { deep: true }] } }));
    assert.equal(value, null);
    assert.deepEqual(lines(diagnostics), [
      `NotSupported spec.${key}: is not supported: this version does not know this middleware yet, and routes that use it must not be served without it`,
    ]);
  });
}

test('a misspelled key is an unknown field with the name that was meant', () => {
  const { value, diagnostics } = decodeMiddleware(middleware({ stripprefix: { prefixes: ['/a'] } }));
  assert.equal(value, null);
  assert.deepEqual(lines(diagnostics), [
    'UnknownField spec.stripprefix: there is no field "stripprefix" here (Did you mean "stripPrefix"?)',
    'InvalidValue spec: says nothing of what the middleware does: it needs one key, such as "stripPrefix"',
  ]);
});

test('several keys in one object are refused, also where one of them is not supported', () => {
  const { value, diagnostics } = decodeMiddleware(
    middleware({ rateLimit: {}, stripPrefix: { prefixes: ['/a'] } }),
  );
  assert.equal(value, null);
  assert.deepEqual(
    diagnostics.map(({ code, path }) => `${code} ${path}`),
    ['NotSupported spec.rateLimit', 'InvalidValue spec'],
  );
});

test('options without effect are served with a warning, and those that guard something are refused', () => {
  const tuned = decodeMiddleware(
    middleware({ headers: { stsSeconds: 60, sslRedirect: true, frameDeny: true } }),
  );
  assert.notEqual(tuned.value, null);
  assert.deepEqual(
    tuned.diagnostics.map(({ code, path }) => `${code} ${path}`),
    ['FieldWithoutEffect spec.headers.stsSeconds', 'FieldWithoutEffect spec.headers.sslRedirect'],
  );
  const guarded = decodeMiddleware(middleware({ headers: { allowedHosts: ['a.example'] } }));
  assert.equal(guarded.value, null);
  assert.deepEqual(
    guarded.diagnostics.map(({ code, path }) => `${code} ${path}`),
    ['NotSupported spec.headers.allowedHosts'],
  );
});

test('options that ask for nothing give no warning', () => {
  const headers = {
    frameDeny: true,
    stsSeconds: 0,
    sslRedirect: false,
    allowedHosts: [],
    addVaryHeader: false,
  };
  assert.deepEqual(decodeMiddleware(middleware({ headers })).diagnostics, []);
  const forced = { stsSeconds: 60, stsPreload: true, forceSTSHeader: true };
  assert.deepEqual(decodeMiddleware(middleware({ headers: forced })).diagnostics, []);
});

test('a header called __proto__ is refused, not dropped', () => {
  const spec: unknown = JSON.parse('{"headers":{"customRequestHeaders":{"__proto__":"x","a":"b"}}}');
  const { value, diagnostics } = decodeMiddleware(middleware(spec));
  assert.equal(value, null);
  assert.deepEqual(lines(diagnostics), [
    'InvalidObject spec.headers.customRequestHeaders: a key "__proto__" is not allowed',
  ]);
});
