import assert from 'node:assert/strict';
import { test } from 'node:test';
import { middlewareSettings, readMiddleware } from '../../../src/api/middleware-settings.ts';
import { lines, middleware } from './objects.ts';

function settingsOf(spec: unknown): unknown {
  const { value, diagnostics } = readMiddleware(middleware(spec));
  assert.deepEqual(lines(diagnostics), []);
  return value;
}

function problemsOf(spec: unknown): readonly string[] {
  const { value, diagnostics } = readMiddleware(middleware(spec));
  assert.equal(value, null);
  return lines(diagnostics);
}

test('stripPrefix trims the spaces of its prefixes', () => {
  assert.deepEqual(settingsOf({ stripPrefix: { prefixes: [' /a ', '/b'], forceSlash: true } }), {
    kind: 'stripPrefix',
    prefixes: ['/a', '/b'],
  });
});

test('stripPrefix needs a prefix, and each begins with a slash', () => {
  assert.deepEqual(problemsOf({ stripPrefix: {} }), [
    'InvalidValue spec.stripPrefix.prefixes: names no prefix to remove',
  ]);
  assert.deepEqual(problemsOf({ stripPrefix: { prefixes: ['/a', 'b'] } }), [
    'InvalidObject spec.stripPrefix.prefixes[1]: must start with "/", but is the text "b"',
  ]);
  assert.deepEqual(problemsOf({ stripPrefix: { prefixes: ['/a\u0000'] } }), [
    'InvalidValue spec.stripPrefix.prefixes[0]: must not hold control characters',
  ]);
});

test('addPrefix puts nothing into the path that would change what the rest of it means', () => {
  assert.deepEqual(settingsOf({ addPrefix: { prefix: '/v1/%20x' } }), {
    kind: 'addPrefix',
    prefix: '/v1/%20x',
  });
  for (const prefix of ['/a?b', '/a#b', '/a b', '/a\r\nX: y', '/ä', '/%zz']) {
    assert.deepEqual(problemsOf({ addPrefix: { prefix } }), [
      'InvalidValue spec.addPrefix.prefix: holds characters that a path cannot have (Write other characters as percent sequences, for example "%20" for a space.)',
    ]);
  }
  assert.deepEqual(problemsOf({ addPrefix: { prefix: '/a/../b' } }), [
    'InvalidValue spec.addPrefix.prefix: must not have "." or ".." between slashes',
  ]);
  assert.deepEqual(problemsOf({ addPrefix: { prefix: '' } }), [
    'InvalidObject spec.addPrefix.prefix: must start with "/", but is the text ""',
  ]);
  assert.deepEqual(problemsOf({ addPrefix: {} }), [
    'InvalidObject spec.addPrefix.prefix: is required, but is missing',
  ]);
});

test('headers are set in the spelling that is given, and removed where the value is empty', () => {
  const spec = {
    headers: {
      customRequestHeaders: { 'x-Shop': ' blue ', Cookie: '', Host: 'shop.example:80' },
      customResponseHeaders: { Server: '' },
    },
  };
  assert.deepEqual(settingsOf(spec), {
    kind: 'headers',
    request: [
      { name: 'x-Shop', value: 'blue' },
      { name: 'Cookie', value: null },
      { name: 'Host', value: 'shop.example:80' },
    ],
    response: [{ name: 'Server', value: null }],
  });
});

test('switches for response headers become the headers that they stand for', () => {
  const switches = {
    frameDeny: true,
    contentTypeNosniff: true,
    browserXssFilter: true,
    contentSecurityPolicy: "default-src 'self'",
    contentSecurityPolicyReportOnly: 'x',
    referrerPolicy: 'no-referrer',
    permissionsPolicy: 'camera=()',
    stsSeconds: 60,
    stsIncludeSubdomains: true,
    stsPreload: true,
    forceSTSHeader: true,
  };
  assert.deepEqual(settingsOf({ headers: switches }), {
    kind: 'headers',
    request: [],
    response: [
      { name: 'X-Frame-Options', value: 'DENY' },
      { name: 'X-Content-Type-Options', value: 'nosniff' },
      { name: 'X-XSS-Protection', value: '1; mode=block' },
      { name: 'Content-Security-Policy', value: "default-src 'self'" },
      { name: 'Content-Security-Policy-Report-Only', value: 'x' },
      { name: 'Referrer-Policy', value: 'no-referrer' },
      { name: 'Permissions-Policy', value: 'camera=()' },
      { name: 'Strict-Transport-Security', value: 'max-age=60; includeSubDomains; preload' },
    ],
  });
});

test('custom values win over switches, and custom response headers over both', () => {
  const headers = {
    frameDeny: true,
    customFrameOptionsValue: 'SAMEORIGIN',
    browserXssFilter: true,
    customBrowserXSSValue: '0',
    customResponseHeaders: { 'x-xss-protection': '' },
  };
  assert.deepEqual(settingsOf({ headers }), {
    kind: 'headers',
    request: [],
    response: [
      { name: 'X-Frame-Options', value: 'SAMEORIGIN' },
      { name: 'x-xss-protection', value: null },
    ],
  });
});

test('isDevelopment keeps Strict-Transport-Security from being sent', () => {
  const headers = { stsSeconds: 60, forceSTSHeader: true, isDevelopment: true };
  assert.deepEqual(settingsOf({ headers }), { kind: 'headers', request: [], response: [] });
});

test('headers that frame a message cannot be changed, in any spelling', () => {
  for (const name of [
    'Content-Length',
    'transfer-encoding',
    'CONNECTION',
    'Upgrade',
    'TE',
    'Trailer',
    'Keep-Alive',
  ]) {
    for (const field of ['customRequestHeaders', 'customResponseHeaders']) {
      assert.deepEqual(problemsOf({ headers: { [field]: { [name]: '1' } } }), [
        `InvalidValue spec.headers.${field}.${name}: the header ${name} belongs to the connection and cannot be changed`,
      ]);
    }
  }
});

test('what cannot stand in a header is refused', () => {
  assert.deepEqual(
    problemsOf({
      headers: {
        contentSecurityPolicy: 'a\r\nSet-Cookie: b',
        customRequestHeaders: { 'a b': 'c', Host: '', 'x-a': '1', 'X-A': '2' },
        customResponseHeaders: { 'x-b': 'a\nb', 'x-c': '€', '': '1' },
      },
    }),
    [
      'InvalidValue spec.headers.customRequestHeaders["a b"]: "a b" cannot be the name of a header',
      'InvalidValue spec.headers.customRequestHeaders.X-A: another entry names the same header',
      'InvalidValue spec.headers.customRequestHeaders.Host: the header Host needs a host as its value and cannot be removed',
      'InvalidValue spec.headers.customResponseHeaders.x-b: has characters that the value of a header cannot have',
      'InvalidValue spec.headers.customResponseHeaders.x-c: has characters that the value of a header cannot have',
      'InvalidValue spec.headers.customResponseHeaders[""]: "" cannot be the name of a header',
      'InvalidValue spec.headers.contentSecurityPolicy: has characters that the value of a header cannot have',
    ],
  );
});

test('headers without any option are refused', () => {
  assert.deepEqual(problemsOf({ headers: {} }), ['InvalidValue spec.headers: names nothing to do']);
});

test('a spec with several keys, or with one that is not known yet, gives no settings', () => {
  assert.equal(middlewareSettings({ addPrefix: { prefix: '/a' }, retry: {} }).settings, null);
  assert.equal(middlewareSettings({ retry: {} }).problems[0]?.code, 'NotSupported');
  assert.equal(middlewareSettings({}).settings, null);
});
