import { endpoints, ingressRoute, service } from '../../support/objects.ts';
import type { RouteKind } from './options.ts';

const routesOfIngress = 5;
/** Routes that share a Service. */
const routesOfService = 100;

/** The host of a route after its `version`-th change; version 0 is how it begins. */
export function hostOf(route: number, version = 0): string {
  return version === 0 ? `host-${route}.example.com` : `host-${route}.v${version}.example.com`;
}

export function serviceCount(routes: number): number {
  return Math.ceil(routes / routesOfService);
}

/** The Services and EndpointSlices that so many routes lead to; all endpoints are the same one. */
export function* upstreamObjects(routes: number, port: number): Generator<object> {
  for (let index = 0; index < serviceCount(routes); index++) {
    yield service(`service-${index}`);
    yield* endpoints(`service-${index}`, [port]);
  }
}

/** An EndpointSlice of a Service after its `version`-th change: a second endpoint comes and goes. */
export function changedSlice(serviceIndex: number, port: number, version: number): object {
  const [slice = {}] = endpoints(`service-${serviceIndex}`, [port]);
  const addresses = version % 2 === 0 ? ['127.0.0.1'] : ['127.0.0.1', '127.0.0.2'];
  const all = addresses.map((address) => ({ addresses: [address], conditions: { ready: true } }));
  return { ...slice, endpoints: all };
}

/** The objects that hold routes 0 to `routes` - 1. */
export function* routeObjects(kind: RouteKind, routes: number): Generator<object> {
  const step = kind === 'ingress' ? routesOfIngress : 1;
  for (let first = 0; first < routes; first += step) yield routeObject(kind, first, routes, 0);
}

/** The object that holds a route, with all its routes after their `version`-th change. */
export function routeObject(kind: RouteKind, route: number, routes: number, version: number): object {
  return kind === 'ingress' ? ingress(route, routes, version) : single(route, version);
}

function single(route: number, version: number): object {
  const match = `Host(\`${hostOf(route, version)}\`) && PathPrefix(\`/\`)`;
  return ingressRoute(`route-${route}`, match, serviceOf(route));
}

function ingress(route: number, routes: number, version: number): object {
  const first = route - (route % routesOfIngress);
  const last = Math.min(first + routesOfIngress, routes);
  const rules = Array.from({ length: last - first }, (_, index) => ({
    host: hostOf(first + index, version),
    http: { paths: [{ path: '/', pathType: 'Prefix', backend: backendOf(first + index) }] },
  }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: `ingress-${first / routesOfIngress}`, namespace: 'default' },
    spec: { ingressClassName: 'fairlead', rules },
  };
}

function backendOf(route: number): object {
  return { service: { name: serviceOf(route), port: { number: 80 } } };
}

function serviceOf(route: number): string {
  return `service-${Math.floor(route / routesOfService)}`;
}
