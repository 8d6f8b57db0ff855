import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../../src/devcluster/json.ts';
import { at, Bench, now } from './support.ts';

const ports = [{ port: 80 }];

describe('a Service', () => {
  it('gets an address, a type and target ports', () => {
    const bench = new Bench();
    const { object, problems } = bench.create(bench.type('Service'), { spec: { ports } });
    const spec = object.spec as JsonObject;
    assert.deepEqual(problems, []);
    assert.match(String(spec.clusterIP), /^10\.\d+\.\d+\.\d+$/);
    assert.deepEqual(
      { ...spec, clusterIP: 'X', clusterIPs: ['X'] },
      {
        clusterIP: 'X',
        clusterIPs: ['X'],
        internalTrafficPolicy: 'Cluster',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        sessionAffinity: 'None',
        type: 'ClusterIP',
      },
    );
    assert.deepEqual(spec.clusterIPs, [spec.clusterIP]);
  });

  it('never has the address or the node port of another', () => {
    const bench = new Bench();
    const type = bench.type('Service');
    const made = Array.from({ length: 300 }, (_, index) =>
      bench.create(type, { metadata: { name: `s${index}` }, spec: { type: 'NodePort', ports } }),
    );
    const addresses = made.map(({ object }) => at(object, 'spec', 'clusterIP'));
    const nodePorts = made.map(({ object }) => at(object, 'spec', 'ports', 0, 'nodePort'));
    assert.equal(new Set(addresses).size, 300);
    assert.equal(new Set(nodePorts).size, 300);
    assert.ok(nodePorts.every((port) => Number(port) >= 30_000 && Number(port) <= 32_767));
    const wanted = { metadata: { name: 'x' }, spec: { clusterIP: String(addresses[7]), ports } };
    assert.match(bench.create(type, wanted).problems.join(), /provided IP is already allocated/);
    const taken = {
      metadata: { name: 'x' },
      spec: { type: 'NodePort', ports: [{ port: 80, nodePort: Number(nodePorts[7]) }] },
    };
    assert.match(bench.create(type, taken).problems.join(), /provided port is already allocated/);
  });

  it('can have the address of one that is gone, and keeps none from a dry run', () => {
    const bench = new Bench();
    const type = bench.type('Service');
    const { object } = bench.create(type, { spec: { ports } });
    const clusterIP = String(at(object, 'spec', 'clusterIP'));
    const wanted = { metadata: { name: 'x' }, spec: { clusterIP, ports } };
    bench.remove(type, object);
    assert.deepEqual(bench.create(type, wanted, true).problems, []);
    assert.deepEqual(bench.create(type, { ...wanted, metadata: { name: 'y' } }).problems, []);
  });

  it('without an address says None, and with an external name has none', () => {
    const bench = new Bench();
    const type = bench.type('Service');
    const headless = bench.create(type, { spec: { clusterIP: 'None' } });
    assert.deepEqual(headless.problems, []);
    assert.deepEqual(at(headless.object, 'spec', 'clusterIPs'), ['None']);
    assert.deepEqual(at(headless.object, 'spec', 'ipFamilies'), ['IPv4', 'IPv6']);
    const external = bench.create(type, { spec: { type: 'ExternalName', externalName: 'db.example.com' } });
    assert.deepEqual(external.object.spec, {
      type: 'ExternalName',
      externalName: 'db.example.com',
      sessionAffinity: 'None',
    });
  });

  it('keeps what it was given when an update leaves it out', () => {
    const bench = new Bench();
    const type = bench.type('Service');
    const { object } = bench.create(type, {
      spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports },
    });
    const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports, selector: { a: 'b' } };
    const { object: updated, problems } = bench.update(type, object, { spec });
    assert.deepEqual(problems, []);
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'healthCheckNodePort', 'ports']) {
      assert.deepEqual(at(updated, 'spec', field), at(object, 'spec', field), field);
    }
    const changed = bench.update(type, object, {
      spec: { ...spec, clusterIP: '10.96.0.77', clusterIPs: ['10.96.0.77'] },
    });
    assert.match(changed.problems.join(), /may not change once set/);
  });

  it('keeps its families of addresses when an update leaves them out', () => {
    const bench = new Bench();
    const type = bench.type('Service');
    const families = { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'PreferDualStack' };
    const { object } = bench.create(type, { spec: { ports, ...families } });
    const { object: updated } = bench.update(type, object, { spec: { ports } });
    assert.deepEqual(at(updated, 'spec', 'ipFamilies'), families.ipFamilies);
    assert.deepEqual(at(updated, 'spec', 'ipFamilyPolicy'), families.ipFamilyPolicy);
  });

  it('lets go of what its new type does not need', () => {
    const bench = new Bench();
    const type = bench.type('Service');
    const { object } = bench.create(type, { spec: { type: 'LoadBalancer', ports } });
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
    const balanced = bench.update(type, object, { status }, 'status').object;
    assert.deepEqual(at(balanced, 'status', 'loadBalancer', 'ingress'), [{ ip: '192.0.2.1', ipMode: 'VIP' }]);
    const spec = { ...structuredClone(balanced.spec as JsonObject), type: 'ClusterIP' };
    const { object: plain, problems } = bench.update(type, balanced, { spec });
    assert.deepEqual(problems, []);
    assert.equal(at(plain, 'spec', 'ports', 0, 'nodePort'), undefined);
    assert.equal(at(plain, 'spec', 'allocateLoadBalancerNodePorts'), undefined);
    assert.equal(at(plain, 'spec', 'externalTrafficPolicy'), undefined);
    assert.deepEqual(plain.status, { loadBalancer: {} });
  });

  const refused: [string, JsonObject, RegExp][] = [
    ['no ports', {}, /^spec\.ports: Required value$/],
    [
      'two ports without names',
      { ports: [{ port: 80 }, { port: 81 }] },
      /ports\[0\]\.name: Required.*ports\[1\]\.name/,
    ],
    [
      'a port twice',
      {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      },
      /^spec\.ports\[1\]: Duplicate value/,
    ],
    ['an unknown type', { ports, type: 'Magic' }, /^spec\.type: Unsupported value: "Magic"/],
    [
      'an unknown protocol',
      { ports: [{ port: 80, protocol: 'QUIC' }] },
      /protocol: Unsupported value: "QUIC"/,
    ],
    ['a node port without the type', { ports: [{ port: 80, nodePort: 30_080 }] }, /nodePort: Forbidden/],
    ['no external name', { type: 'ExternalName' }, /^spec\.externalName: Required value$/],
    ['a bad address', { ports, clusterIP: 'here' }, /clusterIPs\[0\]: Invalid value: "here"/],
    [
      'a headless node port',
      { ports, clusterIP: 'None', type: 'NodePort' },
      /may not be set to 'None' for NodePort/,
    ],
    ['an unknown affinity', { ports, sessionAffinity: 'Cookie' }, /sessionAffinity: Unsupported value/],
  ];
  for (const [what, spec, problem] of refused) {
    it(`is refused with ${what}`, () => {
      const bench = new Bench();
      assert.match(
        bench.create(bench.type('Service'), { spec }).problems.join('\n').replaceAll('\n', ' '),
        problem,
      );
    });
  }

  it('tells in a table how it is reached', () => {
    const bench = new Bench();
    const type = bench.type('Service');
    const spec = { type: 'NodePort', selector: { b: '2', a: '1' }, ports: [{ port: 80, nodePort: 30_080 }] };
    const cells = type.table.cells(bench.create(type, { spec }).object, now);
    assert.deepEqual(cells.slice(3), ['<none>', '80:30080/TCP', '0s', 'a=1,b=2']);
  });
});
