import type { z } from 'zod';
import { ingressRouteSpecSchema } from './ingress-route.ts';
import { ingressRouteTcpSpecSchema } from './ingress-route-tcp.ts';
import { ingressRouteUdpSpecSchema } from './ingress-route-udp.ts';
import { ownApiVersion } from './kubernetes.ts';
import { middlewareSpecSchema } from './middleware.ts';
import { middlewareTcpSpecSchema } from './middleware-tcp.ts';
import { serversTransportSpecSchema } from './servers-transport.ts';
import { serversTransportTcpSpecSchema } from './servers-transport-tcp.ts';
import { routeStatusSchema, statusSchema } from './status-schema.ts';
import { type StructuralSchema, structuralSchema, type ValidationRule } from './structural-schema.ts';
import { tlsOptionSpecSchema } from './tls-option.ts';
import { tlsStoreSpecSchema } from './tls-store.ts';

/** One kind of ours: what its CRD and its reference page are made of. */
export interface OwnKind {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** One or two sentences, for `kubectl explain` and the reference page. */
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: StructuralSchema;
  /** CEL rules on `spec`. */
  readonly validations: readonly ValidationRule[];
  readonly columns: readonly PrinterColumn[];
}

/** A column of `kubectl get` (Kubernetes CustomResourceColumnDefinition). */
interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly description: string;
  readonly jsonPath: string;
  /** 1 shows it with `-o wide` only. */
  readonly priority?: 1;
}

/** A CustomResourceDefinition, as it goes to the API server. */
interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

const age: PrinterColumn = Object.freeze({
  name: 'Age',
  type: 'date',
  description: 'Time since the object was created.',
  jsonPath: '.metadata.creationTimestamp',
});

/** The reason of the first condition that does not hold. A route can be broken while the rest of its object is served. */
const problem = '.status.conditions[?(@.status=="False")].reason';

const reason = column('Reason', 'What is wrong, where something is.', problem);
const hosts = column('Hosts', 'Hosts that the rules name, the first few of them.', '.status.hosts');
const served: readonly PrinterColumn[] = Object.freeze([
  column('Ready', 'Whether the routes are served.', condition('Programmed', 'status')),
  reason,
  age,
]);
const firstMatch: PrinterColumn = Object.freeze({
  ...column('Match', 'Rule of the first route.', '.spec.routes[0].match'),
  priority: 1,
});

/** Of kinds that serve nothing by themselves. */
const settings = Object.freeze({
  status: statusSchema,
  validations: [],
  columns: [
    column('Accepted', 'Whether the settings make sense.', condition('Accepted', 'status')),
    reason,
    age,
  ],
});

/** All kinds of ours, by name. */
export const ownKinds: readonly OwnKind[] = Object.freeze([
  {
    kind: 'IngressRoute',
    plural: 'ingressroutes',
    singular: 'ingressroute',
    shortNames: ['ir'],
    description: 'IngressRoute sends HTTP requests to Services by rules.',
    spec: ingressRouteSpecSchema,
    status: routeStatusSchema,
    validations: [],
    columns: [
      hosts,
      column('Entry Points', 'Entry points that take requests.', '.status.entryPoints'),
      ...served,
      firstMatch,
    ],
  },
  {
    kind: 'Middleware',
    plural: 'middlewares',
    singular: 'middleware',
    shortNames: ['mw'],
    description:
      'Middleware changes requests and responses of the routes that name it, or answers in their place.',
    spec: middlewareSpecSchema,
    ...settings,
    validations: [exactlyOne('Middleware', middlewareSpecSchema.shape)],
  },
  {
    kind: 'ServersTransport',
    plural: 'serverstransports',
    singular: 'serverstransport',
    shortNames: ['st'],
    description: 'ServersTransport says how the endpoints of the services that name it are connected to.',
    spec: serversTransportSpecSchema,
    ...settings,
  },
  {
    kind: 'IngressRouteTCP',
    plural: 'ingressroutetcps',
    singular: 'ingressroutetcp',
    shortNames: ['irt'],
    description:
      'IngressRouteTCP sends TCP connections to Services, by the host that their TLS handshake names or by their entry point.',
    spec: ingressRouteTcpSpecSchema,
    status: routeStatusSchema,
    validations: [],
    columns: [
      hosts,
      column('Entry Points', 'Entry points that take connections.', '.status.entryPoints'),
      ...served,
      firstMatch,
    ],
  },
  {
    kind: 'IngressRouteUDP',
    plural: 'ingressrouteudps',
    singular: 'ingressrouteudp',
    shortNames: ['iru'],
    description: 'IngressRouteUDP sends the datagrams of entry points to Services.',
    spec: ingressRouteUdpSpecSchema,
    status: routeStatusSchema,
    validations: [],
    columns: [
      column('Entry Points', 'Entry points whose datagrams are taken.', '.status.entryPoints'),
      ...served,
    ],
  },
  {
    kind: 'MiddlewareTCP',
    plural: 'middlewaretcps',
    singular: 'middlewaretcp',
    shortNames: ['mwt'],
    description:
      'MiddlewareTCP closes connections of the TCP routes that name it, unless they meet a condition.',
    spec: middlewareTcpSpecSchema,
    ...settings,
    validations: [exactlyOne('MiddlewareTCP', middlewareTcpSpecSchema.shape)],
  },
  {
    kind: 'ServersTransportTCP',
    plural: 'serverstransporttcps',
    singular: 'serverstransporttcp',
    shortNames: ['stt'],
    description:
      'ServersTransportTCP says how the endpoints of the services of TCP routes that name it are connected to.',
    spec: serversTransportTcpSpecSchema,
    ...settings,
  },
  {
    kind: 'TLSOption',
    plural: 'tlsoptions',
    singular: 'tlsoption',
    shortNames: ['tlso'],
    description:
      'TLSOption says how TLS with clients is spoken for the hosts of the routes that name it; one named default holds for its namespace.',
    spec: tlsOptionSpecSchema,
    ...settings,
  },
  {
    kind: 'TLSStore',
    plural: 'tlsstores',
    singular: 'tlsstore',
    shortNames: ['tlss'],
    description:
      'TLSStore, named default, holds the certificates of its namespace for hosts that no route names one for.',
    spec: tlsStoreSpecSchema,
    ...settings,
  },
]);

function column(name: string, description: string, jsonPath: string): PrinterColumn {
  return { name, type: 'string', description, jsonPath };
}

/** A rule that holds of a `spec` with one key. */
function exactlyOne(kind: string, shape: object): ValidationRule {
  const keys = Object.keys(shape).map((key) => `has(self.${key})`);
  return {
    rule: `[${keys.join(', ')}].exists_one(named, named)`,
    message: `a ${kind} does exactly one thing: it needs one key, and one only`,
  };
}

function condition(type: string, field: string): string {
  return `.status.conditions[?(@.type=="${type}")].${field}`;
}

/** The CRDs of all kinds of ours, by name: what `fairlead crds` prints and `dev` creates. */
export function customResourceDefinitions(): readonly CustomResourceDefinition[] {
  return ownKinds.map(customResourceDefinition);
}

function customResourceDefinition(kind: OwnKind): CustomResourceDefinition {
  const [group = '', version = ''] = ownApiVersion.split('/');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${group}` },
    spec: {
      group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
        categories: ['fairlead'],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          additionalPrinterColumns: kind.columns,
          subresources: { status: {} },
          schema: { openAPIV3Schema: objectSchema(kind) },
        },
      ],
    },
  };
}

function objectSchema(kind: OwnKind): StructuralSchema {
  const spec = structuralSchema(kind.spec);
  const rules = kind.validations.length === 0 ? {} : { 'x-kubernetes-validations': kind.validations };
  return {
    description: kind.description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { description: 'Group and version of the kind.', type: 'string' },
      kind: { description: `Always ${kind.kind}.`, type: 'string' },
      metadata: { type: 'object' },
      spec: { description: 'What is wanted.', ...spec, ...rules },
      status: kind.status,
    },
  };
}
