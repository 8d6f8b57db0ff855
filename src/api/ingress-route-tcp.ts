import { z } from 'zod';
import { type EffectTable, now, without } from './effect-entry.ts';
import { flag, notes, reference, requiredText } from './field.ts';
import { routeTlsSchema } from './ingress-route.ts';
import { maxServices, proxyProtocolSchema } from './load-balancer.ts';
import { entryPointNames, ingressClassName, routeList, ruleEffects, ruleShape } from './route-spec.ts';
import { streamServiceEffects, streamServiceShape } from './stream-service.ts';

const tcpServiceSchema = z.strictObject({
  ...streamServiceShape,
  tls: flag('Speaks TLS to the endpoints.'),
  serversTransport: requiredText(253)
    .exactOptional()
    .meta(notes('Name of a ServersTransportTCP of the same namespace as the route.')),
  proxyProtocol: proxyProtocolSchema
    .exactOptional()
    .meta(
      notes(
        'Begins each connection to an endpoint with a PROXY header that tells the address of the client. Deprecated; use a ServersTransportTCP.',
        'off',
      ),
    ),
  terminationDelay: z
    .int()
    .max(86_400_000)
    .exactOptional()
    .meta(
      notes(
        'How long one side may go on after the other has ended, in milliseconds; negative is for ever. Deprecated; use a ServersTransportTCP.',
        '100',
      ),
    ),
});

/** One route: a rule, and what becomes of the connections that it takes. */
export const tcpRouteSchema = z.strictObject({
  match: requiredText().meta(
    notes(
      'The rule that a connection must satisfy, for example HostSNI(`example.com`). Matchers are HostSNI, HostSNIRegexp, ClientIP and ALPN, joined with &&, || and !. Without tls a connection names no host: only HostSNI(`*`) and ClientIP can be used.',
    ),
  ),
  ...ruleShape("0: the length of the rule's text; -1 for HostSNI(`*`) alone"),
  services: z
    .array(tcpServiceSchema)
    .max(maxServices)
    .exactOptional()
    .meta(notes('Where connections go: at least one entry. Several share the connections by weight.')),
  middlewares: z
    .array(reference('MiddlewareTCP'))
    .max(64)
    .exactOptional()
    .meta(notes('MiddlewareTCPs, in the order in which they act.')),
});

const tls = routeTlsSchema.extend({
  passthrough: flag('Passes the TLS of the client on to the endpoints as it comes, and uses no certificate.'),
});

const frameShape = {
  ingressClassName,
  entryPoints: entryPointNames(
    'Names of the entry points that take connections for these routes. Required without tls.',
    'with tls, all entry points of TCP',
  ),
  tls: tls
    .exactOptional()
    .meta(
      notes('Presence alone, also of an empty object, makes the routes take TLS connections.', 'clear text'),
    ),
};

/** `spec` of an IngressRouteTCP. */
export const ingressRouteTcpSpecSchema = z.strictObject({
  ...frameShape,
  routes: routeList(tcpRouteSchema),
});

/** `spec` of an IngressRouteTCP with its routes left as they came, to be decoded one by one. */
export const ingressRouteTcpFrameSchema = z.strictObject({
  ...frameShape,
  routes: routeList(z.unknown()),
});

/** One entry of `routes[].services`, with defaults filled in. */
export type TcpService = z.infer<typeof tcpServiceSchema>;

/** One route, with defaults filled in. */
export type TcpRoute = z.infer<typeof tcpRouteSchema>;

/** `spec` of an IngressRouteTCP without its routes. */
export type IngressRouteTcpFrame = Omit<z.infer<typeof ingressRouteTcpFrameSchema>, 'routes'>;

/** What the fields of `spec` do, but for its routes. */
export const ingressRouteTcpFrameEffects: EffectTable = Object.freeze({
  ingressClassName: now,
  entryPoints: now,
  tls: now,
  'tls.passthrough': now,
  'tls.secretName': now,
  'tls.options': now,
  'tls.options.name': now,
  'tls.options.namespace': now,
  'tls.store': without('certificates come from secretName, or else from the TLSStore "default"'),
  'tls.certResolver': without('this version obtains no certificates', {
    hint: 'Name a Secret in secretName.',
  }),
  'tls.domains': without('this version obtains no certificates'),
});

/** What the fields of a route do. */
export const tcpRouteEffects: EffectTable = Object.freeze({
  ...ruleEffects,
  'routes[].services': now,
  ...streamServiceEffects,
  'routes[].services[].tls': now,
  'routes[].services[].serversTransport': now,
  'routes[].services[].proxyProtocol': now,
  'routes[].services[].proxyProtocol.version': now,
  'routes[].services[].terminationDelay': now,
});

/** What the fields of `spec` of an IngressRouteTCP do. */
export const ingressRouteTcpEffects: EffectTable = Object.freeze({
  ...ingressRouteTcpFrameEffects,
  routes: now,
  ...tcpRouteEffects,
});
