import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasFormat } from '../../../../src/devcluster/schema/formats.ts';
import { ipAddress } from '../../../../src/devcluster/schema/ip.ts';

const samples: { readonly [format: string]: { good: string[]; bad: string[] } } = {
  'date-time': {
    good: ['2001-02-03T04:05:06Z', '2001-02-03t04:05:06.789+01:30', '2016-12-31T23:59:60Z'],
    bad: ['yesterday', '2001-02-30T00:00:00Z', '2001-02-03T25:00:00Z', '2001-02-03', ''],
  },
  date: { good: ['2001-02-03'], bad: ['2001-02-30', '2001-2-3', 'x'] },
  duration: { good: ['1h30m', '1.5s', '0', '3 days'], bad: ['1', 'h', '1x', ''] },
  ipv4: { good: ['192.0.2.1'], bad: ['192.0.2', '::1', '1.2.3.256'] },
  ipv6: { good: ['::1', '2001:db8::1'], bad: ['192.0.2.1', 'fe80::1%eth0', ':::'] },
  cidr: { good: ['192.0.2.0/24', '2001:db8::/32'], bad: ['192.0.2.0', '192.0.2.0/33', 'x/1', '::/129'] },
  hostname: { good: ['example.com', 'a'], bad: ['', '-a', 'a..b', 'x'.repeat(256)] },
  email: { good: ['a@example.com'], bad: ['a', '@', 'a b@c'] },
  uri: { good: ['https://example.com/x', '/path'], bad: ['', 'a b', 'no uri'] },
  uuid: { good: ['123e4567-e89b-12d3-a456-426614174000'], bad: ['123e4567', ''] },
  byte: { good: ['', 'YQ==', 'YWJj'], bad: ['*', 'YQ', 'YQ='] },
  mac: { good: ['01:23:45:67:89:ab'], bad: ['01:23', 'x'] },
};

test('formats accept what they are named after and nothing else', () => {
  for (const [format, { good, bad }] of Object.entries(samples)) {
    for (const text of good) assert.equal(hasFormat(format, text), true, `${format}: ${text}`);
    for (const text of bad) assert.equal(hasFormat(format, text), false, `${format}: ${text}`);
  }
});

test('formats that nobody knows accept everything', () => {
  for (const format of ['', 'password', 'toString', '__proto__']) assert.equal(hasFormat(format, '?'), true);
});

test('addresses are read as numbers, however they are written', () => {
  assert.deepEqual(ipAddress('192.0.2.1'), { value: 0xc0000201n, bits: 32 });
  assert.deepEqual(ipAddress('::ffff:1.2.3.4'), { value: 0xffff01020304n, bits: 128 });
  assert.deepEqual(ipAddress('2001:db8::1'), ipAddress('2001:0DB8:0:0:0:0:0:1'));
  assert.equal(ipAddress('1.2.3'), null);
});
