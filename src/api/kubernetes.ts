import type { KubeObject, WatchedKind } from '../model/cluster.ts';

/** `networking.k8s.io/v1 Ingress`, the fields that are read. */
export interface Ingress extends KubeObject {
  readonly spec?: {
    readonly ingressClassName?: string;
    readonly defaultBackend?: IngressBackend;
    readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
    readonly rules?: readonly IngressRule[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerAddress[] } };
}

export interface IngressRule {
  readonly host?: string;
  readonly http?: { readonly paths?: readonly IngressPath[] };
}

export interface IngressPath {
  readonly path?: string;
  readonly pathType?: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  readonly backend: IngressBackend;
}

export interface IngressBackend {
  readonly service?: {
    readonly name: string;
    readonly port?: { readonly name?: string; readonly number?: number };
  };
  readonly resource?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
}

/** One entry of `status.loadBalancer.ingress`. */
export interface LoadBalancerAddress {
  readonly ip?: string;
  readonly hostname?: string;
}

/** `networking.k8s.io/v1 IngressClass`, the fields that are read. */
export interface IngressClass extends KubeObject {
  readonly spec?: { readonly controller?: string };
}

/** `v1 Service`, the fields that are read. */
export interface Service extends KubeObject {
  readonly spec?: {
    readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
    readonly clusterIP?: string;
    readonly externalName?: string;
    readonly externalIPs?: readonly string[];
    readonly ports?: readonly ServicePort[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerAddress[] } };
}

export interface ServicePort {
  /** Absent or empty where the Service has one port only. */
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly protocol?: string;
  readonly appProtocol?: string;
}

/** `discovery.k8s.io/v1 EndpointSlice`, the fields that are read. */
export interface EndpointSlice extends KubeObject {
  readonly addressType?: 'IPv4' | 'IPv6' | 'FQDN';
  readonly endpoints?: readonly {
    readonly addresses?: readonly string[];
    readonly conditions?: {
      readonly ready?: boolean;
      readonly serving?: boolean;
      readonly terminating?: boolean;
    };
  }[];
  readonly ports?: readonly { readonly name?: string; readonly port?: number; readonly protocol?: string }[];
}

/** The controller name that an IngressClass of ours carries in `spec.controller`. */
export const controllerName = 'fairlead.dev/ingress-controller';

/** The group and version of our own kinds. */
export const ownApiVersion = 'fairlead.dev/v1alpha1';

/** The group and version of the same kinds of Traefik, which are read where they are installed. */
export const traefikApiVersion = 'traefik.io/v1alpha1';

/** The label by which an EndpointSlice names its Service (Kubernetes well-known label). */
export const serviceNameLabel = 'kubernetes.io/service-name';

/** Where the Gateway API keeps what one namespace lets others refer to. */
export const referenceGrantKind = 'ReferenceGrant';

/** The kinds of TCP and UDP, with their resources. */
const streamKinds: readonly (readonly [kind: string, resource: string])[] = Object.freeze([
  ['IngressRouteTCP', 'ingressroutetcps'],
  ['IngressRouteUDP', 'ingressrouteudps'],
  ['MiddlewareTCP', 'middlewaretcps'],
  ['ServersTransportTCP', 'serverstransporttcps'],
]);

function optionalKind(kind: string, apiVersion: string, resource: string): WatchedKind {
  return { kind, apiVersion, resource, namespaced: true, required: false };
}

/** All kinds that the controller watches. Those of our own are not required: who has Ingresses only needs no CRDs. */
export const watchedKinds: readonly WatchedKind[] = Object.freeze([
  {
    kind: 'Ingress',
    apiVersion: 'networking.k8s.io/v1',
    resource: 'ingresses',
    namespaced: true,
    required: true,
  },
  {
    kind: 'IngressClass',
    apiVersion: 'networking.k8s.io/v1',
    resource: 'ingressclasses',
    namespaced: false,
    required: false,
  },
  { kind: 'Service', apiVersion: 'v1', resource: 'services', namespaced: true, required: true },
  {
    kind: 'EndpointSlice',
    apiVersion: 'discovery.k8s.io/v1',
    resource: 'endpointslices',
    namespaced: true,
    required: true,
  },
  // Who may read them all may read every password of the cluster, so that is asked for and not relied on.
  {
    kind: 'Secret',
    apiVersion: 'v1',
    resource: 'secrets',
    namespaced: true,
    required: false,
    byReference: 'fallback',
  },
  {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    resource: 'configmaps',
    namespaced: true,
    required: false,
    byReference: 'referred',
  },
  {
    kind: 'IngressRoute',
    apiVersion: ownApiVersion,
    resource: 'ingressroutes',
    namespaced: true,
    required: false,
  },
  {
    kind: 'Middleware',
    apiVersion: ownApiVersion,
    resource: 'middlewares',
    namespaced: true,
    required: false,
  },
  {
    kind: 'ServersTransport',
    apiVersion: ownApiVersion,
    resource: 'serverstransports',
    namespaced: true,
    required: false,
  },
  ...streamKinds.map(([kind, resource]) => optionalKind(kind, ownApiVersion, resource)),
  optionalKind('TLSOption', ownApiVersion, 'tlsoptions'),
  optionalKind('TLSStore', ownApiVersion, 'tlsstores'),
  // Named as kubectl names them beside kinds of the same name, so that nothing that goes by the kind mixes them up.
  {
    kind: 'IngressRoute.traefik.io',
    apiVersion: traefikApiVersion,
    resource: 'ingressroutes',
    namespaced: true,
    required: false,
  },
  {
    kind: 'Middleware.traefik.io',
    apiVersion: traefikApiVersion,
    resource: 'middlewares',
    namespaced: true,
    required: false,
  },
  {
    kind: 'ServersTransport.traefik.io',
    apiVersion: traefikApiVersion,
    resource: 'serverstransports',
    namespaced: true,
    required: false,
  },
  ...streamKinds.map(([kind, resource]) => optionalKind(`${kind}.traefik.io`, traefikApiVersion, resource)),
  optionalKind('TLSOption.traefik.io', traefikApiVersion, 'tlsoptions'),
  optionalKind('TLSStore.traefik.io', traefikApiVersion, 'tlsstores'),
  // Served as v1beta1 by every release of the Gateway API that has the kind, and the same object as in v1.
  {
    kind: referenceGrantKind,
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    resource: 'referencegrants',
    namespaced: true,
    required: false,
  },
]);

/** The kinds whose status is written. */
export const statusKinds: readonly WatchedKind[] = Object.freeze(
  watchedKinds.filter(({ kind, apiVersion }) => kind === 'Ingress' || apiVersion === ownApiVersion),
);

/** The watched kind that an object is of, also where its manifest is of a version or a name that is watched under another. */
export function watchedKindOf(apiVersion: string, kind: string): WatchedKind | undefined {
  const watched = apiVersion === 'gateway.networking.k8s.io/v1' ? `${apiVersion}beta1` : apiVersion;
  const name = apiVersion === traefikApiVersion ? `${kind}.traefik.io` : kind;
  return watchedKinds.find((one) => one.kind === name && one.apiVersion === watched);
}
