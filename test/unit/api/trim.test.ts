import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { EndpointSlice, Ingress, Service } from '../../../src/api/kubernetes.ts';
import { watchedKinds } from '../../../src/api/kubernetes.ts';
import { identityOf, type TrimmedObject, trimObject } from '../../../src/api/trim.ts';
import type { WatchedKind } from '../../../src/model/cluster.ts';

function kindOf(name: string): WatchedKind {
  const kind = watchedKinds.find(({ kind }) => kind === name);
  assert.ok(kind);
  return kind;
}

function trimmed(kind: string, raw: unknown): TrimmedObject {
  const result = trimObject(kindOf(kind), raw);
  assert.equal(result.kind, 'trimmed', JSON.stringify(result));
  return result;
}

const metadata = { name: 'n', namespace: 'ns' };

describe('trimObject', () => {
  it('keeps of metadata what is read, and nothing that changes without need', () => {
    const { object, resourceVersion } = trimmed('IngressRoute', {
      metadata: {
        ...metadata,
        uid: 'u',
        resourceVersion: '7',
        generation: 3,
        creationTimestamp: '2026-01-01T00:00:00Z',
        managedFields: [{ manager: 'kubectl' }],
        labels: { team: 'a' },
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', own: 'x' },
      },
      spec: { routes: 'nonsense' },
      status: { conditions: [] },
    });
    assert.equal(resourceVersion, '7');
    assert.deepEqual(object, {
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'IngressRoute',
      metadata: {
        ...metadata,
        uid: 'u',
        generation: 3,
        creationTimestamp: '2026-01-01T00:00:00Z',
        labels: { team: 'a' },
        annotations: { own: 'x' },
      },
      spec: { routes: 'nonsense' },
    });
  });

  it('keeps an Ingress whole and its status apart', () => {
    const spec = {
      ingressClassName: 'fairlead',
      defaultBackend: { resource: { apiGroup: 'g', kind: 'Bucket', name: 'b' } },
      tls: [{ hosts: ['a.test'], secretName: 's' }],
      rules: [
        {
          host: 'a.test',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'w', port: { number: 80 } } } },
            ],
          },
        },
      ],
    };
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
    const result = trimmed('Ingress', { metadata, spec, status });
    assert.deepEqual((result.object as Ingress).spec, spec);
    assert.equal('status' in result.object, false);
    assert.deepEqual(result.status, status);
    assert.deepEqual(result.dropped, []);
  });

  it('leaves a rule out whole when a part of it does not fit, so that it never matches more than was asked', () => {
    const backend = { service: { name: 'w', port: { number: 80 } } };
    const result = trimmed('Ingress', {
      metadata,
      spec: {
        rules: [
          { host: 7, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } },
          null,
          {
            host: 'b.test',
            http: {
              paths: [
                { path: 1, backend },
                { path: '/x', pathType: 'Sideways', backend },
              ],
            },
          },
          { host: 'c.test', http: { paths: [{ path: '/', pathType: 'Exact', backend }, { backend: 'w' }] } },
        ],
      },
    });
    assert.deepEqual((result.object as Ingress).spec?.rules, [
      { host: 'b.test', http: { paths: [] } },
      { host: 'c.test', http: { paths: [{ path: '/', pathType: 'Exact', backend }] } },
    ]);
    assert.deepEqual(result.dropped, [
      'spec.rules[0].host',
      'spec.rules[1]',
      'spec.rules[2].http.paths[0].path',
      'spec.rules[2].http.paths[1].pathType',
      'spec.rules[3].http.paths[1].backend',
    ]);
  });

  it('counts the load balancer of a Service among its fields, but not its conditions', () => {
    const spec = { type: 'LoadBalancer', ports: [{ port: 80, targetPort: 'http', nodePort: 30000 }] };
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'VIP' }] }, conditions: [{}] };
    const object = trimmed('Service', { metadata, spec, status }).object as Service;
    assert.deepEqual(object.spec?.ports, [{ port: 80, targetPort: 'http' }]);
    assert.deepEqual(object.status, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } });
  });

  it('keeps of an EndpointSlice what leads to its addresses', () => {
    const result = trimmed('EndpointSlice', {
      metadata: {
        ...metadata,
        generation: 9,
        labels: { 'kubernetes.io/service-name': 'w', other: 'x' },
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': 'now' },
      },
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['10.0.0.1'], conditions: { ready: true, serving: null }, nodeName: 'n', targetRef: {} },
        { addresses: [7] },
        { addresses: ['10.0.0.2'], conditions: { ready: 'yes' } },
      ],
      ports: [
        { name: '', port: 8080, protocol: 'TCP' },
        { name: 'all', port: null },
      ],
    });
    const object = result.object as EndpointSlice;
    assert.deepEqual(object.metadata, { ...metadata, labels: { 'kubernetes.io/service-name': 'w' } });
    assert.deepEqual(object.endpoints, [{ addresses: ['10.0.0.1'], conditions: { ready: true } }]);
    assert.deepEqual(object.ports, [{ name: '', port: 8080, protocol: 'TCP' }, { name: 'all' }]);
    assert.deepEqual(result.dropped, ['endpoints[1].addresses[0]', 'endpoints[2].conditions.ready']);
  });

  it('takes null for an absent field', () => {
    const result = trimmed('Ingress', {
      metadata: { ...metadata, labels: null },
      spec: { rules: null, tls: null },
    });
    assert.deepEqual((result.object as Ingress).spec, {});
    assert.deepEqual(
      (trimmed('EndpointSlice', { metadata, endpoints: null }).object as EndpointSlice).endpoints,
      undefined,
    );
  });

  it('says where an object does not fit', () => {
    const cases: readonly (readonly [string, unknown, string])[] = [
      ['Service', 7, ''],
      ['Service', { metadata: { namespace: 'ns' } }, 'metadata.name'],
      ['Service', { metadata: { name: 'n' } }, 'metadata.namespace'],
      ['Service', { metadata, spec: 'x' }, 'spec'],
      ['Service', { metadata, spec: { type: 'Odd' } }, 'spec.type'],
      ['Ingress', { metadata, spec: { rules: {} } }, 'spec.rules'],
      ['Ingress', { metadata, spec: { ingressClassName: 7 } }, 'spec.ingressClassName'],
      ['Ingress', { metadata: { ...metadata, annotations: { a: 7 } } }, 'metadata.annotations.a'],
    ];
    for (const [kind, raw, path] of cases) {
      const result = trimObject(kindOf(kind), raw);
      assert.deepEqual(result, { kind: 'unfit', ...identityOf(raw), path });
    }
  });

  it('does not follow nesting that was made to overflow a stack', () => {
    const depth = 50_000;
    const raw: unknown = JSON.parse(
      `{"metadata":{"name":"n","namespace":"ns"},"spec":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    );
    assert.equal(trimObject(kindOf('IngressRoute'), raw).kind, 'unfit');
  });

  it('takes a field __proto__ for a field and nothing else', () => {
    const raw: unknown = JSON.parse(
      '{"metadata":{"name":"n","namespace":"ns","labels":{"__proto__":"x"}},"__proto__":{"spec":1}}',
    );
    const { object } = trimmed('Middleware', raw);
    assert.equal(Object.getPrototypeOf(object), Object.prototype);
    assert.deepEqual(Object.keys(object.metadata.labels ?? {}), ['__proto__']);
  });

  it('never throws, and what it keeps is frozen and plain JSON', () => {
    const word = fc.constantFrom(
      'metadata',
      'name',
      'namespace',
      'spec',
      'rules',
      'http',
      'paths',
      'ports',
      'endpoints',
      'backend',
      'host',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom(null, 'x', '', 7, true),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(word, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    const raws = fc.record(
      {
        metadata: fc.oneof(fc.constant(metadata), tree),
        spec: tree,
        status: tree,
        endpoints: tree,
        ports: tree,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.constantFrom(...watchedKinds), fc.oneof(raws, tree), (kind, made) => {
        const raw: unknown = JSON.parse(JSON.stringify(made));
        const result = trimObject(kind, raw);
        if (result.kind === 'unfit') return;
        assert.deepEqual(JSON.parse(JSON.stringify(result.object)), result.object);
        assertFrozen(result.object);
        assertFrozen(result.status);
      }),
      { numRuns: 2_000 },
    );
  });
});

function assertFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  assert.ok(Object.isFrozen(value));
  for (const child of Object.values(value)) assertFrozen(child);
}
