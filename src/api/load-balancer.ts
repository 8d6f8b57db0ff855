import { z } from 'zod';
import {
  duration,
  flag,
  namespaceName,
  notes,
  portReference,
  reference,
  requiredText,
  text,
  textMap,
} from './field.ts';

/** How many services one list may name. */
export const maxServices = 64;

const cookie = z.strictObject({
  name: text(256).exactOptional().meta(notes('Name of the cookie.', 'derived from the service')),
  secure: flag('Sends the cookie over TLS only.'),
  httpOnly: flag('Hides the cookie from scripts.'),
  sameSite: z
    .enum(['none', 'lax', 'strict', 'None', 'Lax', 'Strict'])
    .exactOptional()
    .meta(notes('SameSite attribute of the cookie.', 'not sent')),
  maxAge: z.int().exactOptional().meta(notes('Life of the cookie in seconds; 0 is a session cookie.', '0')),
  path: text(1024).exactOptional().meta(notes('Path attribute of the cookie.', '/')),
  domain: text(253).exactOptional().meta(notes('Domain attribute of the cookie.')),
});

/** Sticky sessions. */
const stickySchema = z.strictObject({
  cookie: cookie.exactOptional().meta(notes('Keeps a client on one endpoint by a cookie.')),
});

const healthCheck = z.strictObject({
  scheme: text(16).exactOptional().meta(notes('Scheme of the probe.', 'that of the service')),
  mode: z.enum(['http', 'grpc']).exactOptional().meta(notes('Protocol of the probe.', 'http')),
  path: text(4096).exactOptional().meta(notes('Path of the probe.')),
  method: text(64).exactOptional().meta(notes('Method of the probe.', 'GET')),
  status: z
    .int()
    .min(0)
    .max(599)
    .exactOptional()
    .meta(notes('Status that counts as healthy; 0 is any 2xx or 3xx.', '0')),
  port: z.int().min(1).max(65_535).exactOptional().meta(notes('Port of the probe.', 'that of the endpoint')),
  interval: duration().exactOptional().meta(notes('Time between probes of healthy endpoints.', '30s')),
  unhealthyInterval: duration()
    .exactOptional()
    .meta(notes('Time between probes of unhealthy endpoints.', 'same as interval')),
  timeout: duration().exactOptional().meta(notes('Longest wait for an answer.', '5s')),
  hostname: text(253).exactOptional().meta(notes('Host header of the probe.')),
  followRedirects: z.boolean().exactOptional().meta(notes('Follows redirects of the probe.', 'true')),
  headers: textMap().exactOptional().meta(notes('Headers of the probe.')),
});

const passiveHealthCheck = z.strictObject({
  failureWindow: duration().exactOptional().meta(notes('Time in which failures are counted.', '10s')),
  maxFailedAttempts: z
    .int()
    .min(1)
    .exactOptional()
    .meta(notes('Failures in the window after which an endpoint gets no requests.', '1')),
});

const responseForwarding = z.strictObject({
  flushInterval: text(64)
    .exactOptional()
    .meta(notes('Time between flushes of a response body; negative flushes each write.', '100ms')),
});

/** A PROXY header that connections to endpoints begin with. */
export const proxyProtocolSchema = z.strictObject({
  version: z.int().min(1).max(2).default(2).meta(notes('Version of the header: 1 is text, 2 is binary.')),
});

/** The fields that name a Service and give it its share, as all kinds of routes have them. `port` is not among them. */
export const serviceShape = Object.freeze({
  name: requiredText(253).meta(notes('Name of the Service.')),
  namespace: namespaceName()
    .exactOptional()
    .meta(
      notes(
        "Namespace of the Service; another one than the object's own must be allowed by a ReferenceGrant there or with --allow-cross-namespace.",
        'namespace of the object',
      ),
    ),
  weight: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1)
    .meta(notes('Share of this entry among the entries of its list; 0 gets nothing.')),
});

/** One entry of a list of services: where requests go and how they are spread over it. */
export const loadBalancerSchema = z
  .strictObject({
    name: serviceShape.name,
    kind: z
      .enum(['Service', 'RouteService', 'TraefikService'])
      .default('Service')
      .meta(notes('Kind of the object that is named.')),
    namespace: serviceShape.namespace,
    port: portReference()
      .exactOptional()
      .meta(notes('Port of the Service, by number or by name. Required for the kind Service.')),
    scheme: z
      .enum(['http', 'https', 'h2c'])
      .exactOptional()
      .meta(
        notes(
          'Protocol spoken to the endpoints.',
          'https for port 443 and port names that start with https, else http',
        ),
      ),
    strategy: z
      .enum(['wrr', 'p2c', 'hrw', 'leasttime', 'RoundRobin'])
      .default('wrr')
      .meta(
        notes(
          'How an endpoint is chosen: wrr (in turn), p2c (the less busy of two), hrw (by a hash of the client address), leasttime (the fastest). RoundRobin is an old name of wrr.',
        ),
      ),
    weight: serviceShape.weight,
    passHostHeader: z
      .boolean()
      .default(true)
      .meta(notes("Keeps the client's Host header; false sends the endpoint's own address.")),
    middlewares: z
      .array(reference('Middleware'))
      .max(64)
      .exactOptional()
      .meta(notes('Middlewares for this service, after those of the route.')),
    sticky: stickySchema.exactOptional().meta(notes('Keeps a client on one endpoint.', 'off')),
    responseForwarding: responseForwarding.exactOptional().meta(notes('How responses are passed on.')),
    serversTransport: text(253).exactOptional().meta(notes('Name of a ServersTransport.')),
    proxyProtocol: proxyProtocolSchema
      .exactOptional()
      .meta(
        notes(
          'Begins each connection to an endpoint with a PROXY header that tells the address of the client. Such a connection carries one request only.',
          'off',
        ),
      ),
    nativeLB: flag('Sends requests to the cluster IP of the Service instead of its endpoints.'),
    nodePortLB: flag('Sends requests to the node port of the Service on every node.'),
    healthCheck: healthCheck.exactOptional().meta(notes('Active probes of the endpoints.', 'off')),
    passiveHealthCheck: passiveHealthCheck
      .exactOptional()
      .meta(notes('Leaves out endpoints that fail requests.', 'off')),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "has(self.port) || (has(self.kind) && self.kind != 'Service')",
        message: 'a port is required for the kind Service',
      },
    ],
  });

/** One entry of `routes[].services`, with defaults filled in. */
export type LoadBalancer = z.infer<typeof loadBalancerSchema>;
