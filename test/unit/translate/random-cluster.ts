import fc from 'fast-check';
import type { KubeObject } from '../../../src/model/cluster.ts';
import {
  ingress,
  ingressClass,
  ingressRoute,
  middleware,
  ownObject,
  referenceGrant,
  service,
} from './objects.ts';

/** Random clusters of few names, so that objects refer to each other, clash, come and go. */

/** What happens to one object. */
export type Edit =
  | { readonly kind: 'set'; readonly object: KubeObject }
  | { readonly kind: 'delete'; readonly object: KubeObject };

const name = fc.constantFrom('a', 'b', 'c');
const host = fc.constantFrom('', 'a.example.com', '*.example.com', 'not a host');
const path = fc.constantFrom('/', '/api', '/api/', 'relative');
const createdAt = fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', undefined);
const namespace = fc.constantFrom('default', 'other');
const port = fc.constantFrom(80, 81);

const metadata = fc.record({ namespace, createdAt }).map((fields) => ({
  namespace: fields.namespace,
  ...(fields.createdAt === undefined ? {} : { creationTimestamp: fields.createdAt }),
}));

const backend = fc.record({ name, port }).map((one) => ({
  service: { name: one.name, port: { number: one.port } },
}));

const anIngress = fc
  .record({
    name,
    metadata,
    className: fc.constantFrom('fairlead', 'nginx', undefined),
    rules: fc.array(fc.record({ host, path, backend, pathType: fc.constantFrom('Exact', 'Prefix') }), {
      maxLength: 3,
    }),
    defaultBackend: fc.option(backend, { nil: undefined }),
  })
  .map((one) =>
    ingress(
      one.name,
      {
        ingressClassName: one.className,
        defaultBackend: one.defaultBackend,
        rules: one.rules.map((rule) => ({
          host: rule.host,
          http: { paths: [{ path: rule.path, pathType: rule.pathType, backend: rule.backend }] },
        })),
      },
      one.metadata,
    ),
  );

const route = fc.record({
  match: fc.constantFrom(
    'Host(`a.example.com`)',
    'PathPrefix(`/api`)',
    'Host(`a.example.com`) && Path(`/`)',
    'Nope(`',
  ),
  priority: fc.constantFrom(0, 7),
  services: fc.array(fc.record({ name, port, weight: fc.constantFrom(0, 1) }), { maxLength: 2 }),
  middlewares: fc.array(fc.record({ name, namespace }), { maxLength: 2 }),
});

const anIngressRoute = fc
  .record({
    name,
    metadata,
    routes: fc.array(route, { maxLength: 3 }),
    entryPoints: fc.subarray(['web', 'internal', 'nowhere']),
    parentRefs: fc.oneof(fc.constant([]), fc.array(fc.record({ name, namespace }), { maxLength: 2 })),
  })
  .map(({ name, metadata, routes, entryPoints, parentRefs }) =>
    ingressRoute(name, parentRefs.length === 0 ? { routes, entryPoints } : { routes, parentRefs }, metadata),
  );

const grantedKind = fc.constantFrom(
  { group: '', kind: 'Service' },
  { group: 'fairlead.dev', kind: 'Middleware' },
  { group: 'fairlead.dev', kind: 'IngressRoute' },
  { group: 'fairlead.dev', kind: 'IngressRoute', name: 'a' },
);

const aGrant = fc
  .record({ name, metadata, from: fc.constantFrom('default', 'other'), to: fc.array(grantedKind) })
  .map((one) =>
    referenceGrant(
      one.name,
      { from: [{ group: 'fairlead.dev', kind: 'IngressRoute', namespace: one.from }], to: one.to },
      one.metadata,
    ),
  );

const aMiddleware = fc
  .record({ name, metadata, prefix: fc.constantFrom('/x', '/y', 'broken') })
  .map((one) => middleware(one.name, { addPrefix: { prefix: one.prefix } }, one.metadata));

const aService = fc
  .record({ name, metadata, port, protocol: fc.constantFrom('TCP', 'UDP') })
  .map(({ name, metadata, port, protocol }) =>
    service(name, [{ port }, ...(protocol === 'UDP' ? [{ port, protocol }] : [])], metadata),
  );

const streamServices = fc.array(fc.record({ name, port, weight: fc.constantFrom(0, 1) }), { maxLength: 2 });

const aTcpRoute = fc
  .record({
    name,
    metadata,
    tls: fc.constantFrom(undefined, {}, { passthrough: true }),
    routes: fc.array(
      fc.record({
        match: fc.constantFrom('HostSNI(`*`)', 'HostSNI(`a.example.com`)', 'ClientIP(`10.0.0.0/8`)', 'Nope'),
        services: streamServices,
        middlewares: fc.array(fc.record({ name, namespace }), { maxLength: 2 }),
      }),
      { maxLength: 3 },
    ),
    entryPoints: fc.subarray(['web', 'internal', 'nowhere', 'dns']),
  })
  .map(({ name, metadata, tls, ...spec }) =>
    ownObject('IngressRouteTCP', name, tls === undefined ? spec : { ...spec, tls }, metadata),
  );

const aUdpRoute = fc
  .record({
    name,
    metadata,
    routes: fc.array(fc.record({ services: streamServices }), { maxLength: 3 }),
    entryPoints: fc.subarray(['web', 'dns', 'syslog']),
  })
  .map(({ name, metadata, ...spec }) => ownObject('IngressRouteUDP', name, spec, metadata));

const aTcpMiddleware = fc
  .record({ name, metadata, amount: fc.constantFrom(0, 1, -1) })
  .map(({ name, metadata, amount }) =>
    ownObject('MiddlewareTCP', name, { inFlightConn: { amount } }, metadata),
  );

const aClass = fc
  .boolean()
  .map((isDefault) => ingressClass('fairlead', 'fairlead.dev/ingress-controller', isDefault));

export const anyObject: fc.Arbitrary<KubeObject> = fc.oneof(
  anIngress,
  anIngressRoute,
  aMiddleware,
  aService,
  aClass,
  aGrant,
  aTcpRoute,
  aUdpRoute,
  aTcpMiddleware,
);

export const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 3, arbitrary: anyObject.map((object): Edit => ({ kind: 'set', object })) },
  { weight: 1, arbitrary: anyObject.map((object): Edit => ({ kind: 'delete', object })) },
);
