import { ownApiVersion, serviceNameLabel } from '../../../src/api/kubernetes.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import type { ObjectReference } from '../../../src/model/object-reference.ts';
import type { TranslateOptions } from '../../../src/translate/options.ts';

/** Builders of objects for tests, and the options that they are translated with. */

export const options: TranslateOptions = {
  entryPoints: [
    { name: 'web', host: '', port: 8080, tls: false },
    { name: 'internal', host: '', port: 8081, tls: false },
  ],
  ingressClass: 'fairlead',
  allowCrossNamespace: false,
  allowExternalNames: false,
};

const createdAt = '2026-01-01T00:00:00Z';

export function ingress(name: string, spec: unknown, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { namespace: 'default', name, generation: 1, creationTimestamp: createdAt, ...metadata },
    spec,
  } as KubeObject;
}

/** An Ingress of our class with one path that leads to port 80 of a Service. */
export function simpleIngress(name: string, host: string, path: string, service: string): KubeObject {
  const backend = { service: { name: service, port: { number: 80 } } };
  return ingress(name, {
    ingressClassName: 'fairlead',
    rules: [{ host, http: { paths: [{ path, pathType: 'Prefix', backend }] } }],
  });
}

export function ingressRoute(name: string, spec: unknown, metadata: object = {}): KubeObject {
  return {
    apiVersion: ownApiVersion,
    kind: 'IngressRoute',
    metadata: { namespace: 'default', name, generation: 1, creationTimestamp: createdAt, ...metadata },
    spec,
  } as KubeObject;
}

/** Any other kind of ours. */
export function ownObject(kind: string, name: string, spec: unknown, metadata: object = {}): KubeObject {
  return {
    apiVersion: ownApiVersion,
    kind,
    metadata: { namespace: 'default', name, generation: 1, creationTimestamp: createdAt, ...metadata },
    spec,
  } as KubeObject;
}

export function middleware(name: string, spec: unknown, metadata: object = {}): KubeObject {
  return {
    apiVersion: ownApiVersion,
    kind: 'Middleware',
    metadata: { namespace: 'default', name, generation: 1, ...metadata },
    spec,
  } as KubeObject;
}

export function referenceGrant(name: string, spec: unknown, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { namespace: 'default', name, ...metadata },
    spec,
  } as KubeObject;
}

export function service(name: string, ports: unknown = [{ port: 80 }], metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name, ...metadata },
    spec: { ports },
  } as KubeObject;
}

export function ingressClass(name: string, controller: string, isDefault = false): KubeObject {
  const annotations = isDefault ? { 'ingressclass.kubernetes.io/is-default-class': 'true' } : {};
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name, annotations },
    spec: { controller },
  } as KubeObject;
}

export function slice(name: string, ofService: string, fields: object): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', name, labels: { [serviceNameLabel]: ofService } },
    addressType: 'IPv4',
    ...fields,
  } as KubeObject;
}

export function referenceTo({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  return { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name };
}
