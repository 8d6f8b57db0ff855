import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { normaliseHost } from '../../../src/routing/host.ts';

describe('normaliseHost', () => {
  const normalised: readonly (readonly [raw: string, host: string | null])[] = [
    ['', ''],
    ['example.com', 'example.com'],
    ['EXAMPLE.Com', 'example.com'],
    ['example.com:8080', 'example.com'],
    ['example.com:', 'example.com'],
    ['example.com.', 'example.com'],
    ['Example.com.:443', 'example.com'],
    ['_dmarc.x-y', '_dmarc.x-y'],
    ['192.0.2.1:80', '192.0.2.1'],
    ['[2001:DB8::1]', '2001:db8::1'],
    ['[::1]:8080', '::1'],
    ['[::ffff:192.0.2.1]', '::ffff:192.0.2.1'],
    ['::1', null],
    ['[::1', null],
    ['[::1]x', null],
    ['[fe80::1%25eth0]', null],
    ['[]', null],
    ['example.com:80:80', null],
    ['example.com:x', null],
    ['example.com:65536', null],
    ['example.com..', null],
    ['.example.com', null],
    ['a..b', null],
    ['.', null],
    [':80', null],
    ['user@example.com', null],
    ['exam%70le.com', null],
    ['a b', null],
    ['a,b', null],
    ['a/b', null],
    ['*.example.com', null],
    ['bücher.de', null],
    ['b\u0131g.com', null],
    ['\u212aelvin.com', null],
    ['a\u0000', null],
    ['a'.repeat(255), 'a'.repeat(255)],
    ['a'.repeat(256), null],
    [`${'A'.repeat(255)}.:65535`, 'a'.repeat(255)],
    ['a'.repeat(100_000), null],
  ];
  for (const [raw, host] of normalised) {
    it(`makes ${JSON.stringify(host)?.slice(0, 30)} of ${JSON.stringify(raw).slice(0, 30)}`, () => {
      assert.equal(normaliseHost(raw), host);
    });
  }

  it('leaves alone what it made, unless that is an IPv6 address without its brackets', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[aA.\-0:[\]]{0,12}$/), (raw) => {
        const once = normaliseHost(raw);
        if (once !== null) assert.equal(normaliseHost(once.includes(':') ? `[${once}]` : once), once);
      }),
      { numRuns: 2000 },
    );
  });
});
