import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseTls, type TlsOffers } from '../../../src/proxy/route-choice.ts';

test('a connection over TLS goes to HTTP for its host, TCP for its host, HTTP for any, TCP for any, in this order', () => {
  const expected: readonly (readonly [TlsOffers['tcp'], 'host' | 'any' | 'both' | 'none', 'http' | 'tcp'])[] =
    [
      [null, 'none', 'http'],
      [null, 'host', 'http'],
      [null, 'any', 'http'],
      [null, 'both', 'http'],
      ['host', 'none', 'tcp'],
      ['host', 'host', 'http'],
      ['host', 'any', 'tcp'],
      ['host', 'both', 'http'],
      ['any', 'none', 'tcp'],
      ['any', 'host', 'http'],
      ['any', 'any', 'http'],
      ['any', 'both', 'http'],
    ];
  for (const [tcp, http, chosen] of expected) {
    const httpHost = http === 'host' || http === 'both';
    const httpAny = http === 'any' || http === 'both';
    assert.equal(chooseTls({ httpHost, httpAny, tcp }), chosen, `TCP ${tcp}, HTTP ${http}`);
  }
});
