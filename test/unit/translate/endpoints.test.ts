import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointsOf, serviceOfSlice } from '../../../src/translate/endpoints.ts';
import { MemoryView } from './memory-view.ts';
import { service, slice } from './objects.ts';

const whoami = { key: 'default/whoami:80', namespace: 'default', name: 'whoami', port: 80 };

function addresses(...fields: readonly object[]): readonly string[] {
  const slices = fields.map((one, index) => slice(`s${index}`, 'whoami', one));
  const view = new MemoryView([service('whoami'), ...slices]);
  return endpointsOf(whoami, view).map((one) => `${one.address}:${one.port}`);
}

test('only addresses count, of the family that the slice names', () => {
  const ports = [{ port: 8080 }];
  for (const address of [
    'localhost',
    '256.1.1.1',
    '1.2.3',
    '1.2.3.4.',
    '',
    '1.2.3.4:80',
    '::1',
    'fd00::1%eth0',
  ]) {
    assert.deepEqual(addresses({ ports, endpoints: [{ addresses: [address] }] }), [], address);
  }
  for (const address of ['1.2.3.4', 'fd00::1', '::ffff:1.2.3.4', 'host', 'fd00::1%eth0']) {
    const found = addresses({ addressType: 'IPv6', ports, endpoints: [{ addresses: [address] }] });
    assert.deepEqual(
      found,
      address.includes(':') && !address.includes('%') ? [`${address}:8080`] : [],
      address,
    );
  }
});

test('endpoints come sorted, whatever the order of slices', () => {
  const one = {
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: ['10.0.0.2'] }, { addresses: ['10.0.0.1'] }],
  };
  const two = { ports: [{ port: 8081 }], endpoints: [{ addresses: ['10.0.0.1'] }] };
  assert.deepEqual(addresses(one, two), ['10.0.0.1:8080', '10.0.0.1:8081', '10.0.0.2:8080']);
  assert.deepEqual(addresses(two, one), addresses(one, two));
});

test('a service that is not in the cluster, or has not the port, has no endpoints', () => {
  const some = slice('s', 'whoami', { ports: [{ port: 8080 }], endpoints: [{ addresses: ['10.0.0.1'] }] });
  assert.deepEqual(endpointsOf(whoami, new MemoryView([some])), []);
  assert.deepEqual(endpointsOf(whoami, new MemoryView([some, service('whoami', [{ port: 81 }])])), []);
});

test('a slice belongs to the Service that its label names', () => {
  assert.equal(serviceOfSlice(slice('s', 'whoami', {})), 'whoami');
  assert.equal(serviceOfSlice(service('whoami')), undefined);
  assert.equal(serviceOfSlice(undefined), undefined);
});

test('a port of UDP leads to ports of UDP, also where one of TCP has its number and its name', () => {
  const both = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns', port: 53 },
  ];
  const view = new MemoryView([
    service('dns', both),
    slice('one', 'dns', {
      ports: [
        { name: 'dns', port: 5300, protocol: 'UDP' },
        { name: 'dns', port: 5301, protocol: 'TCP' },
      ],
      endpoints: [{ addresses: ['10.0.0.1'] }],
    }),
  ]);
  const ofTcp = { key: 'default/dns:53', namespace: 'default', name: 'dns', port: 53 };
  const ofUdp = { ...ofTcp, key: 'default/dns:53/udp', protocol: 'udp' as const };
  assert.deepEqual(
    [ofTcp, ofUdp].map((one) => endpointsOf(one, view).map(({ port }) => port)),
    [[5301], [5300]],
  );
});
