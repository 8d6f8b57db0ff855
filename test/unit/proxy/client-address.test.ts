import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainAddress, TrustedPeers } from '../../../src/proxy/client-address.ts';

test('addresses are shown without zone and without mapping', () => {
  assert.equal(plainAddress('::ffff:10.0.0.1'), '10.0.0.1');
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1');
  assert.equal(plainAddress('::1'), '::1');
  assert.equal(plainAddress(undefined), '');
});

test('a peer is trusted by address and by block, in either family', () => {
  const trusted = new TrustedPeers(['10.0.0.0/8', '192.168.1.1', 'fd00::/8', 'nonsense', '1.2.3.4/99']);
  for (const address of ['10.1.2.3', '192.168.1.1', 'fd12::1']) assert.ok(trusted.includes(address), address);
  for (const address of ['11.0.0.1', '192.168.1.2', 'fe80::1', '1.2.3.4', ''])
    assert.ok(!trusted.includes(address), address);
  assert.equal(new TrustedPeers([]).includes('10.0.0.1'), false);
});
