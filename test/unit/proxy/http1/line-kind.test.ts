import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lineKind } from '../../../../src/proxy/header-lines.ts';
import { requestLineKind, responseLineKind } from '../../../../src/proxy/http1/line-kind.ts';

const request: Readonly<Record<string, number>> = {
  host: lineKind.host,
  'user-agent': lineKind.userAgent,
  'content-length': lineKind.contentLength,
  'transfer-encoding': lineKind.transferEncoding,
  connection: lineKind.connection,
  expect: lineKind.expect,
  te: lineKind.hopByHop,
  trailer: lineKind.hopByHop,
  upgrade: lineKind.upgrade,
  'keep-alive': lineKind.hopByHop,
  'proxy-connection': lineKind.hopByHop,
  'proxy-authorization': lineKind.hopByHop,
  'http2-settings': lineKind.hopByHop,
  forwarded: lineKind.managed,
  'x-real-ip': lineKind.managed,
  'x-forwarded-for': lineKind.managed,
  'x-forwarded-prefix': lineKind.managed,
};

function kindOf(name: string, classify = requestLineKind): number {
  const bytes = Buffer.from(`: ${name}: x`, 'latin1');
  return classify(bytes, 2, name.length);
}

function inAnyCase(name: string): fc.Arbitrary<string> {
  return fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) =>
      Array.from(name, (letter, index) => (upper[index] === true ? letter.toUpperCase() : letter)).join(''),
    );
}

test('names are known in any case', () => {
  for (const [name, kind] of Object.entries(request)) {
    fc.assert(
      fc.property(inAnyCase(name), (spelling) => assert.equal(kindOf(spelling), kind, spelling)),
      { numRuns: 20 },
    );
  }
});

test('a name that only folds onto a known one is left out', () => {
  for (const [name, kind] of Object.entries(request)) {
    if (!name.includes('-') || kind === lineKind.userAgent) continue;
    for (const other of ['_', '.', '~', '!']) {
      assert.equal(kindOf(name.replace('-', other)), lineKind.removed, name.replace('-', other));
    }
  }
});

test('every other name passes', () => {
  const token = fc.stringMatching(/^[a-wyzA-WYZ][a-zA-Z0-9-]{0,20}$/);
  fc.assert(
    fc.property(token, (name) => {
      if (Object.hasOwn(request, name.toLowerCase())) return;
      assert.equal(kindOf(name), lineKind.other);
    }),
    { numRuns: 1_000 },
  );
  for (const name of [
    'x-forwardedfor',
    'xforwarded-for',
    'x-forwarded',
    'x-real-ipp',
    'hosts',
    '__proto__',
    'user_agent',
  ]) {
    assert.equal(kindOf(name), lineKind.other, name);
  }
});

test('answers have a set of their own', () => {
  assert.equal(kindOf('Date', responseLineKind), lineKind.date);
  assert.equal(kindOf('Proxy-Authenticate', responseLineKind), lineKind.hopByHop);
  assert.equal(kindOf('Content-Length', responseLineKind), lineKind.contentLength);
  assert.equal(kindOf('Host', responseLineKind), lineKind.other);
  assert.equal(kindOf('X-Forwarded-For', responseLineKind), lineKind.other);
});
