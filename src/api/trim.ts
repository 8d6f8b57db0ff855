import type { KubeObject, ObjectMeta, WatchedKind } from '../model/cluster.ts';
import { fieldManagersOf } from './field-managers.ts';
import type {
  EndpointSlice,
  Ingress,
  IngressBackend,
  IngressClass,
  IngressPath,
  IngressRule,
  LoadBalancerAddress,
  Service,
  ServicePort,
} from './kubernetes.ts';
import { serviceNameLabel } from './kubernetes.ts';
import { configMapData, type Secret, secretData } from './secret.ts';
import type { JsonRecord } from './trim-shape.ts';
import {
  compact,
  freezeDeep,
  isRecord,
  Misfit,
  nonEmptyText,
  number,
  optional,
  optionalBoolean,
  optionalEntries,
  optionalNumber,
  optionalText,
  optionalWord,
  record,
  text,
  textMap,
  texts,
} from './trim-shape.ts';

/** What is kept of an object: the part that decides, and the part that only the status writer looks at. */
export interface TrimmedObject {
  readonly kind: 'trimmed';
  /** Frozen through and through. Has no resourceVersion: it would be stale where an object keeps its identity. */
  readonly object: KubeObject;
  /** `status` as sent, frozen; null where there is none. A change of it alone is no change of the object. */
  readonly status: unknown;
  /** `metadata.resourceVersion`; empty where there is none. */
  readonly resourceVersion: string;
  /** Field managers of ours that have applied fields of the status: see `field-managers.ts`. */
  readonly managers: string;
  /** `metadata.generation`; 0 where there is none. Not all kinds keep it in `object`. */
  readonly generation: number;
  /** JSON paths of list entries that did not have the shape of their kind and were left out. */
  readonly dropped: readonly string[];
}

/** An object that cannot be kept at all. */
export interface UnfitObject {
  readonly kind: 'unfit';
  /** Empty where the object does not even have these. */
  readonly namespace: string;
  readonly name: string;
  /** The JSON path of what does not fit. */
  readonly path: string;
}

/**
 * Trims a decoded JSON object to the fields that are read, checks their shape, and freezes them. A list entry that does
 * not fit is left out whole, so that a route can lose itself but never one of its conditions; anything else that does not
 * fit makes the object unfit. Kinds of our own keep their fields as sent, for their decoders to judge. Never throws.
 */
export function trimObject(kind: WatchedKind, raw: unknown): TrimmedObject | UnfitObject {
  const dropped: string[] = [];
  try {
    const source = record(raw, '');
    const parts = (trimmers[kind.kind] ?? trimOther)({ kind, source, dropped });
    const object = freezeDeep({ apiVersion: kind.apiVersion, kind: kind.kind, ...parts }, 0) as KubeObject;
    const status = freezeDeep(source.status ?? null, 0);
    const metadata = record(source.metadata, 'metadata');
    const resourceVersion = optionalText(metadata.resourceVersion, '') ?? '';
    const generation = typeof metadata.generation === 'number' ? metadata.generation : 0;
    const managers = fieldManagersOf(metadata);
    return { kind: 'trimmed', object, status, resourceVersion, managers, generation, dropped };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return { kind: 'unfit', ...identityOf(raw), path: error.path };
  }
}

/** Namespace and name of a decoded JSON object, empty where it has none. Never throws. */
export function identityOf(raw: unknown): { readonly namespace: string; readonly name: string } {
  const metadata = isRecord(raw) ? raw.metadata : null;
  if (!isRecord(metadata)) return { namespace: '', name: '' };
  const { namespace, name } = metadata;
  return {
    namespace: typeof namespace === 'string' ? namespace : '',
    name: typeof name === 'string' ? name : '',
  };
}

interface Source {
  readonly kind: WatchedKind;
  readonly source: JsonRecord;
  readonly dropped: string[];
}

type Trimmer = (source: Source) => Omit<KubeObject, 'apiVersion' | 'kind'>;

const trimmers: Readonly<Record<string, Trimmer>> = {
  Ingress: trimIngress,
  IngressClass: trimIngressClass,
  Service: trimService,
  EndpointSlice: trimEndpointSlice,
  Secret: trimSecret,
  ConfigMap: trimConfigMap,
};

function trimIngress({ kind, source, dropped }: Source): Omit<Ingress, 'apiVersion' | 'kind'> {
  const spec = record(source.spec ?? {}, 'spec');
  return {
    metadata: trimMetadata(kind, source, { generation: true }),
    spec: compact<NonNullable<Ingress['spec']>>({
      ingressClassName: optionalText(spec.ingressClassName, 'spec.ingressClassName'),
      defaultBackend: optional(spec.defaultBackend, 'spec.defaultBackend', trimBackend),
      tls: optionalEntries(spec.tls, 'spec.tls', dropped, trimIngressTls),
      rules: optionalEntries(spec.rules, 'spec.rules', dropped, (rule, path) =>
        trimIngressRule(rule, path, dropped),
      ),
    }),
  };
}

type IngressTls = NonNullable<NonNullable<Ingress['spec']>['tls']>[number];

function trimIngressTls(raw: unknown, path: string): IngressTls {
  const tls = record(raw, path);
  return compact<IngressTls>({
    hosts: optional(tls.hosts, `${path}.hosts`, texts),
    secretName: optionalText(tls.secretName, `${path}.secretName`),
  });
}

function trimIngressRule(raw: unknown, path: string, dropped: string[]): IngressRule {
  const rule = record(raw, path);
  const http = optional(rule.http, `${path}.http`, record);
  const paths = optionalEntries(http?.paths, `${path}.http.paths`, dropped, trimIngressPath);
  return compact<IngressRule>({
    host: optionalText(rule.host, `${path}.host`),
    http: http === undefined ? undefined : compact<NonNullable<IngressRule['http']>>({ paths }),
  });
}

const pathTypes = ['Exact', 'Prefix', 'ImplementationSpecific'] as const;

function trimIngressPath(raw: unknown, path: string): IngressPath {
  const source = record(raw, path);
  return compact<IngressPath>({
    path: optionalText(source.path, `${path}.path`),
    pathType: optionalWord(source.pathType, `${path}.pathType`, pathTypes),
    backend: trimBackend(source.backend, `${path}.backend`),
  });
}

type BackendService = NonNullable<IngressBackend['service']>;
type BackendPort = NonNullable<BackendService['port']>;
type BackendResource = NonNullable<IngressBackend['resource']>;

function trimBackend(raw: unknown, path: string): IngressBackend {
  const backend = record(raw, path);
  const service = optional(backend.service, `${path}.service`, record);
  const port = optional(service?.port, `${path}.service.port`, record);
  const resource = optional(backend.resource, `${path}.resource`, record);
  return compact<IngressBackend>({
    service:
      service === undefined
        ? undefined
        : compact<BackendService>({
            name: text(service.name, `${path}.service.name`),
            port:
              port === undefined
                ? undefined
                : compact<BackendPort>({
                    name: optionalText(port.name, `${path}.service.port.name`),
                    number: optionalNumber(port.number, `${path}.service.port.number`),
                  }),
          }),
    resource:
      resource === undefined
        ? undefined
        : compact<BackendResource>({
            apiGroup: optionalText(resource.apiGroup, `${path}.resource.apiGroup`),
            kind: text(resource.kind, `${path}.resource.kind`),
            name: text(resource.name, `${path}.resource.name`),
          }),
  });
}

function trimIngressClass({ kind, source }: Source): Omit<IngressClass, 'apiVersion' | 'kind'> {
  const spec = record(source.spec ?? {}, 'spec');
  return {
    metadata: trimMetadata(kind, source),
    spec: compact<NonNullable<IngressClass['spec']>>({
      controller: optionalText(spec.controller, 'spec.controller'),
    }),
  };
}

const serviceTypes = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const;

/** Keeps `status.loadBalancer`: it is what `--publish-service` publishes, so a change of it is one of the object. */
function trimService({ kind, source, dropped }: Source): Omit<Service, 'apiVersion' | 'kind'> {
  const spec = record(source.spec ?? {}, 'spec');
  const status = optional(source.status, 'status', record);
  const balancer = optional(status?.loadBalancer, 'status.loadBalancer', record);
  const ingress = optionalEntries(
    balancer?.ingress,
    'status.loadBalancer.ingress',
    dropped,
    trimLoadBalancerAddress,
  );
  return {
    metadata: trimMetadata(kind, source),
    spec: compact<NonNullable<Service['spec']>>({
      type: optionalWord(spec.type, 'spec.type', serviceTypes),
      clusterIP: optionalText(spec.clusterIP, 'spec.clusterIP'),
      externalName: optionalText(spec.externalName, 'spec.externalName'),
      externalIPs: optional(spec.externalIPs, 'spec.externalIPs', texts),
      ports: optionalEntries(spec.ports, 'spec.ports', dropped, trimServicePort),
    }),
    ...(ingress === undefined || ingress.length === 0 ? {} : { status: { loadBalancer: { ingress } } }),
  };
}

function trimLoadBalancerAddress(raw: unknown, path: string): LoadBalancerAddress {
  const address = record(raw, path);
  return compact<LoadBalancerAddress>({
    ip: optionalText(address.ip, `${path}.ip`),
    hostname: optionalText(address.hostname, `${path}.hostname`),
  });
}

function trimServicePort(raw: unknown, path: string): ServicePort {
  const port = record(raw, path);
  const target = port.targetPort ?? undefined;
  if (target !== undefined && typeof target !== 'string' && typeof target !== 'number') {
    throw new Misfit(`${path}.targetPort`);
  }
  return compact<ServicePort>({
    name: optionalText(port.name, `${path}.name`),
    port: number(port.port, `${path}.port`),
    targetPort: target,
    protocol: optionalText(port.protocol, `${path}.protocol`),
    appProtocol: optionalText(port.appProtocol, `${path}.appProtocol`),
  });
}

const addressTypes = ['IPv4', 'IPv6', 'FQDN'] as const;
type SliceEndpoint = NonNullable<EndpointSlice['endpoints']>[number];
type SliceConditions = NonNullable<SliceEndpoint['conditions']>;
type SlicePort = NonNullable<EndpointSlice['ports']>[number];

/** Of labels only the Service's name: the rest, and the annotations, tell times and controllers that change without need. */
function trimEndpointSlice({ kind, source, dropped }: Source): Omit<EndpointSlice, 'apiVersion' | 'kind'> {
  return compact<Omit<EndpointSlice, 'apiVersion' | 'kind'>>({
    metadata: trimMetadata(kind, source, { labels: [serviceNameLabel], annotations: false }),
    addressType: optionalWord(source.addressType, 'addressType', addressTypes),
    endpoints: optionalEntries(source.endpoints, 'endpoints', dropped, trimEndpoint),
    ports: optionalEntries(source.ports, 'ports', dropped, trimSlicePort),
  });
}

function trimEndpoint(raw: unknown, path: string): SliceEndpoint {
  const endpoint = record(raw, path);
  const conditions = optional(endpoint.conditions, `${path}.conditions`, record);
  return compact<SliceEndpoint>({
    addresses: optional(endpoint.addresses, `${path}.addresses`, texts),
    conditions:
      conditions === undefined
        ? undefined
        : compact<SliceConditions>({
            ready: optionalBoolean(conditions.ready, `${path}.conditions.ready`),
            serving: optionalBoolean(conditions.serving, `${path}.conditions.serving`),
            terminating: optionalBoolean(conditions.terminating, `${path}.conditions.terminating`),
          }),
  });
}

function trimSlicePort(raw: unknown, path: string): SlicePort {
  const port = record(raw, path);
  return compact<SlicePort>({
    name: optionalText(port.name, `${path}.name`),
    port: optionalNumber(port.port, `${path}.port`),
    protocol: optionalText(port.protocol, `${path}.protocol`),
  });
}

/** Labels and annotations tell of who made it, and hold copies of the data where kubectl did. */
const bare: MetadataChoice = Object.freeze({ labels: Object.freeze([]), annotations: false });

function trimSecret({ kind, source }: Source): Omit<Secret, 'apiVersion' | 'kind'> {
  return compact<Omit<Secret, 'apiVersion' | 'kind'>>({
    metadata: trimMetadata(kind, source, bare),
    type: optionalText(source.type, 'type'),
    tls: secretData(source),
  });
}

function trimConfigMap({ kind, source }: Source): Omit<KubeObject, 'apiVersion' | 'kind'> {
  const fields = { metadata: trimMetadata(kind, source, bare), tls: configMapData(source) };
  return fields;
}

/** Kinds of our own: everything as sent but `metadata`, which is trimmed, and `status`, which is kept apart. */
function trimOther({ kind, source }: Source): Omit<KubeObject, 'apiVersion' | 'kind'> {
  const fields = Object.entries(source).filter(([field]) => !setApart.has(field));
  return { ...Object.fromEntries(fields), metadata: trimMetadata(kind, source, { generation: true }) };
}

const setApart: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

interface MetadataChoice {
  /** Only for kinds whose generation moves with their spec alone and whose status names it. */
  readonly generation?: boolean;
  /** All where absent. */
  readonly labels?: readonly string[];
  readonly annotations?: boolean;
}

/** kubectl's copy of the manifest: as large as the object itself, and of no use here. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function trimMetadata(kind: WatchedKind, source: JsonRecord, choice: MetadataChoice = {}): ObjectMeta {
  const metadata = record(source.metadata, 'metadata');
  const labels = optional(metadata.labels, 'metadata.labels', textMap);
  const annotations = optional(metadata.annotations, 'metadata.annotations', textMap);
  const { labels: wanted } = choice;
  return compact<ObjectMeta>({
    name: nonEmptyText(metadata.name, 'metadata.name'),
    namespace: kind.namespaced ? nonEmptyText(metadata.namespace, 'metadata.namespace') : undefined,
    uid: optionalText(metadata.uid, 'metadata.uid'),
    generation: choice.generation ? optionalNumber(metadata.generation, 'metadata.generation') : undefined,
    creationTimestamp: optionalText(metadata.creationTimestamp, 'metadata.creationTimestamp'),
    deletionTimestamp: optionalText(metadata.deletionTimestamp, 'metadata.deletionTimestamp'),
    labels: pick(labels, (label) => wanted === undefined || wanted.includes(label)),
    annotations:
      choice.annotations === false
        ? undefined
        : pick(annotations, (annotation) => annotation !== lastApplied),
  });
}

function pick(
  map: Readonly<Record<string, string>> | undefined,
  keep: (key: string) => boolean,
): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(map ?? {}).filter(([key]) => keep(key));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
