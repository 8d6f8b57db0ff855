import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, Bench, now } from './support.ts';

const slice = (addressType: string, ...addresses: string[]) => ({
  addressType,
  endpoints: addresses.map((address) => ({ addresses: [address] })),
});

describe('an EndpointSlice', () => {
  it('gets names and protocols of ports, and shows empty lists as null', () => {
    const bench = new Bench();
    const type = bench.type('EndpointSlice');
    const full = bench.create(type, { ...slice('IPv4', '10.0.0.1'), ports: [{ port: 80 }, { name: 'b' }] });
    assert.deepEqual(full.problems, []);
    assert.deepEqual(full.object.endpoints, [{ addresses: ['10.0.0.1'], conditions: {} }]);
    assert.deepEqual(full.object.ports, [
      { port: 80, name: '', protocol: 'TCP' },
      { name: 'b', protocol: 'TCP' },
    ]);
    const empty = bench.create(type, { addressType: 'IPv4', endpoints: [] }).object;
    assert.deepEqual([empty.endpoints, empty.ports], [null, null]);
  });

  it('refuses addresses that mean every machine or none', () => {
    const bench = new Bench();
    const problems = (addressType: string, address: string) =>
      bench.create(bench.type('EndpointSlice'), slice(addressType, address)).problems.join();
    assert.match(
      problems('IPv4', '127.0.0.1'),
      /may not be in the loopback range \(127\.0\.0\.0\/8, ::1\/128\)/,
    );
    assert.match(problems('IPv6', '::1'), /loopback/);
    assert.match(problems('IPv4', '169.254.0.1'), /link-local range/);
    assert.match(problems('IPv4', '224.0.0.1'), /link-local multicast range/);
    assert.match(problems('IPv4', '0.0.0.0'), /may not be unspecified \(0\.0\.0\.0\)/);
    assert.match(problems('IPv6', '10.0.0.1'), /^endpoints\[0\]\.addresses: .*must be an IPv6 address$/);
    assert.match(problems('IPv4', '010.0.0.1'), /must not have leading 0s/);
    assert.match(problems('IPv4', 'web'), /must be a valid IP address/);
    assert.match(problems('IPv5', '10.0.0.1'), /^addressType: Unsupported value: "IPv5"/);
    assert.match(problems('', '10.0.0.1'), /^addressType: Required value$/);
    assert.equal(problems('IPv6', '2001:db8::1'), '');
    assert.equal(problems('FQDN', 'db.example.com'), '');
  });

  it('takes addresses of this machine where that is allowed', () => {
    const bench = new Bench({ allowLoopbackEndpoints: true });
    const problems = (kind: string, content: object) =>
      bench.create(bench.type(kind), { ...content }).problems;
    assert.deepEqual(problems('EndpointSlice', slice('IPv4', '127.0.0.1', '127.1.2.3')), []);
    assert.deepEqual(problems('EndpointSlice', slice('IPv6', '::1')), []);
    assert.deepEqual(problems('Endpoints', { subsets: [{ addresses: [{ ip: '127.0.0.1' }] }] }), []);
    assert.equal(problems('EndpointSlice', slice('IPv4', '169.254.0.1')).length, 1);
  });

  it('counts labels for its generation and keeps its address type', () => {
    const bench = new Bench();
    const type = bench.type('EndpointSlice');
    const { object } = bench.create(type, slice('IPv4', '10.0.0.1'));
    const moved = bench.update(type, object, slice('IPv4', '10.0.0.2')).object;
    assert.equal(moved.metadata.generation, 2);
    const labels = { metadata: { labels: { a: 'b' } }, ...slice('IPv4', '10.0.0.2') };
    const labelled = bench.update(type, moved, labels).object;
    assert.equal(labelled.metadata.generation, 3);
    assert.equal(bench.update(type, labelled, labels).object.metadata.generation, 3);
    assert.match(
      bench.update(type, object, slice('FQDN', 'a.b')).problems.join(),
      /addressType: .*field is immutable/,
    );
  });

  it('refuses ports of the same name and more than 1000 endpoints', () => {
    const bench = new Bench();
    const type = bench.type('EndpointSlice');
    const twice = bench.create(type, { ...slice('IPv4', '10.0.0.1'), ports: [{ port: 80 }, { port: 81 }] });
    assert.deepEqual(twice.problems, ['ports[1].name: Duplicate value: ""']);
    const many = slice(
      'IPv4',
      ...Array.from({ length: 1_001 }, (_, index) => `10.0.${index >> 8}.${index & 255}`),
    );
    assert.deepEqual(bench.create(type, many).problems, [
      'endpoints: Too many: 1001: must have at most 1000 items',
    ]);
  });

  it('shows three addresses and three ports in a table', () => {
    const bench = new Bench();
    const type = bench.type('EndpointSlice');
    const ports = [1, 2, 3, 4].map((port) => ({ port, name: `p${port}` }));
    const { object } = bench.create(type, {
      ...slice('IPv4', '10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'),
      ports,
    });
    assert.deepEqual(type.table.cells(object, now).slice(1, 4), [
      'IPv4',
      '1,2,3 + 1 more...',
      '10.0.0.1,10.0.0.2,10.0.0.3 + 1 more...',
    ]);
  });
});

describe('Endpoints', () => {
  it('are deprecated, get protocols, and keep to the same addresses', () => {
    const bench = new Bench();
    const type = bench.type('Endpoints');
    assert.match(String(type.deprecation), /v1 Endpoints is deprecated/);
    const good = bench.create(type, {
      subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }],
    });
    assert.deepEqual(good.problems, []);
    assert.deepEqual(at(good.object, 'subsets', 0, 'ports'), [{ port: 80, protocol: 'TCP' }]);
    assert.deepEqual(type.table.cells(good.object, now), ['thing', '10.0.0.1:80', '0s']);
    const bad = bench.create(type, { subsets: [{ addresses: [{ ip: '127.0.0.1' }] }] });
    assert.match(bad.problems.join(), /^subsets\[0\]\.addresses\[0\]\.ip: .*loopback/);
  });
});
