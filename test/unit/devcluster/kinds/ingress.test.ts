import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../../src/devcluster/json.ts';
import { at, Bench, now } from './support.ts';

const backend = { service: { name: 'web', port: { number: 80 } } };
const path = (more: JsonObject = {}) => ({ path: '/', pathType: 'Prefix', backend, ...more });
const rule = (more: JsonObject = {}, host?: string) => ({
  ...(host && { host }),
  http: { paths: [path(more)] },
});
const withSpec = (spec: JsonObject) => {
  const bench = new Bench();
  return bench.create(bench.type('Ingress'), { spec });
};

describe('an Ingress', () => {
  it('is accepted with rules or a default backend, and gets an empty status', () => {
    const { object, problems } = withSpec({ rules: [rule({}, '*.example.com')] });
    assert.deepEqual(problems, []);
    assert.deepEqual(object.status, { loadBalancer: {} });
    assert.equal(object.metadata.generation, 1);
    assert.deepEqual(
      withSpec({ defaultBackend: { service: { name: 'web', port: { name: 'http' } } } }).problems,
      [],
    );
    assert.deepEqual(withSpec({ defaultBackend: { resource: { kind: 'Bucket', name: 'b' } } }).problems, []);
  });

  const refused: [string, JsonObject, string][] = [
    ['no rules', {}, 'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified'],
    ['no paths', { rules: [{ http: { paths: [] } }] }, 'spec.rules[0].http.paths: Required value'],
    [
      'no path type',
      { rules: [{ http: { paths: [{ path: '/', backend }] } }] },
      'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
    ],
    [
      'an unknown path type',
      { rules: [rule({ pathType: 'Regex' })] },
      'spec.rules[0].http.paths[0].pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"',
    ],
    [
      'a path without a slash',
      { rules: [rule({ path: 'a' })] },
      'spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path',
    ],
    [
      'a path that climbs',
      { rules: [rule({ path: '/a/../b', pathType: 'Exact' })] },
      'spec.rules[0].http.paths[0].path: Invalid value: "/a/../b": must not contain \'/../\'',
    ],
    [
      'a path that ends in dots',
      { rules: [rule({ path: '/a/..' })] },
      'spec.rules[0].http.paths[0].path: Invalid value: "/a/..": cannot end with \'/..\'',
    ],
    [
      'no backend',
      { rules: [rule({ backend: {} })] },
      'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
    ],
    [
      'both kinds of backend',
      { defaultBackend: { ...backend, resource: { kind: 'K', name: 'n' } } },
      'spec.defaultBackend: Invalid value: "": cannot set both resource and service backends',
    ],
    [
      'no port',
      { defaultBackend: { service: { name: 'web' } } },
      'spec.defaultBackend: Required value: port name or number is required',
    ],
    [
      'a port too high',
      { defaultBackend: { service: { name: 'web', port: { number: 70_000 } } } },
      'spec.defaultBackend.service.port.number: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    [
      'an address as host',
      { rules: [rule({}, '10.0.0.1')] },
      'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ],
  ];
  for (const [what, spec, problem] of refused) {
    it(`is refused with ${what}`, () => {
      assert.deepEqual(withSpec(spec).problems, [problem]);
    });
  }

  it('is refused with hosts that are no names', () => {
    for (const host of ['A.example.com', 'a.example.com:80', 'a.*.example.com', '*', '*.*.com']) {
      assert.equal(withSpec({ rules: [rule({}, host)] }).problems.length, 1, host);
    }
    assert.equal(withSpec({ rules: [rule()], tls: [{ hosts: ['a b'] }] }).problems.length, 1);
  });

  it('accepts a free path of any form behind a slash', () => {
    const free = { path: '/a//(.*)', pathType: 'ImplementationSpecific' };
    assert.deepEqual(withSpec({ rules: [rule(free)] }).problems, []);
  });

  it('takes the newest default class unless it names one', () => {
    const bench = new Bench();
    const type = bench.type('Ingress');
    const classes = bench.type('IngressClass');
    const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
    for (const [name, creationTimestamp] of [
      ['old', '2001-01-01T00:00:00Z'],
      ['new', '2001-02-01T00:00:00Z'],
    ]) {
      bench.create(classes, {
        metadata: { name, annotations, creationTimestamp },
        spec: { controller: 'a.b/c' },
      });
    }
    bench.create(classes, { metadata: { name: 'other' }, spec: { controller: 'a.b/c' } });
    const spec = { rules: [rule()] };
    const created = bench.create(type, { spec });
    assert.equal(at(created.object, 'spec', 'ingressClassName'), 'new');
    const named = bench.create(type, { spec: { ...spec, ingressClassName: 'x' } });
    assert.equal(at(named.object, 'spec', 'ingressClassName'), 'x');
    const annotated = { metadata: { annotations: { 'kubernetes.io/ingress.class': 'y' } }, spec };
    const old = bench.create(type, annotated);
    assert.equal(at(old.object, 'spec', 'ingressClassName'), undefined);
    assert.match(old.warnings.join(), /"kubernetes.io\/ingress.class" is deprecated/);
    assert.equal(
      at(bench.update(type, created.object, { spec }).object, 'spec', 'ingressClassName'),
      undefined,
    );
  });

  it('has its status written through the subresource alone', () => {
    const bench = new Bench();
    const type = bench.type('Ingress');
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
    const { object } = bench.create(type, { spec: { rules: [rule()] }, status });
    assert.deepEqual(object.status, { loadBalancer: {} });
    const written = bench.update(
      type,
      object,
      { spec: {}, status, metadata: { labels: { a: 'b' } } },
      'status',
    ).object;
    assert.deepEqual(written.status, status);
    assert.deepEqual(written.spec, object.spec);
    assert.equal(written.metadata.labels, undefined);
    assert.equal(written.metadata.generation, 1);
    const updated = bench.update(type, written, { spec: { rules: [rule({}, 'b.example.com')] } }).object;
    assert.deepEqual(updated.status, status);
    assert.equal(updated.metadata.generation, 2);
    const labelled = bench.update(type, updated, { ...updated, metadata: { labels: { a: 'b' } } }).object;
    assert.equal(labelled.metadata.generation, 2);
  });

  it('is refused with a status that has no addresses in it', () => {
    const bench = new Bench();
    const type = bench.type('Ingress');
    const { object } = bench.create(type, { spec: { rules: [rule()] } });
    for (const address of [{ ip: '1.2.3' }, { hostname: '192.0.2.1' }, { hostname: 'not good' }]) {
      const status = { loadBalancer: { ingress: [address] } };
      assert.equal(
        bench.update(type, object, { status }, 'status').problems.length,
        1,
        JSON.stringify(address),
      );
    }
  });

  it('shows three hosts in a table, and the ports that it is reached on', () => {
    const bench = new Bench();
    const type = bench.type('Ingress');
    const hosts = ['a', 'b', 'c', 'd', 'e'].map((letter) => rule({}, `${letter}.example.com`));
    const many = bench.create(type, { spec: { ingressClassName: 'c', rules: hosts, tls: [{}] } }).object;
    assert.deepEqual(type.table.cells(many, now), [
      'thing',
      'c',
      'a.example.com,b.example.com,c.example.com + 2 more...',
      '',
      '80, 443',
      '0s',
    ]);
    const any = bench.create(type, { spec: { rules: [rule()] } }).object;
    assert.deepEqual(type.table.cells(any, now).slice(1, 5), ['<none>', '*', '', '80']);
  });
});
