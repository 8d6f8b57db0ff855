import { z } from 'zod';
import { notes, reference, requiredText, text } from './field.ts';
import { loadBalancerSchema, maxServices } from './load-balancer.ts';
import { entryPointNames, ingressClassName, routeList, ruleShape } from './route-spec.ts';
import { routeTimeoutsSchema } from './route-timeouts.ts';

const observability = z.strictObject({
  accessLogs: z.boolean().exactOptional().meta(notes('Writes access log lines.', 'as the entry point does')),
  metrics: z.boolean().exactOptional().meta(notes('Counts requests.', 'as the entry point does')),
  tracing: z.boolean().exactOptional().meta(notes('Records traces.', 'as the entry point does')),
  traceVerbosity: z
    .enum(['minimal', 'detailed'])
    .exactOptional()
    .meta(notes('How many spans a trace gets.', 'minimal')),
});

/** One route: a rule, and what becomes of the requests that it takes. */
export const routeSchema = z.strictObject({
  match: requiredText().meta(
    notes(
      'The rule that a request must satisfy, for example Host(`example.com`) && PathPrefix(`/api`). Matchers are joined with &&, || and !.',
    ),
  ),
  kind: z.enum(['Rule']).default('Rule').meta(notes('Always Rule.')),
  ...ruleShape("0: the length of the rule's text"),
  services: z
    .array(loadBalancerSchema)
    .max(maxServices)
    .exactOptional()
    .meta(notes('Where requests go: at least one entry. Several share the requests by weight.')),
  middlewares: z
    .array(reference('Middleware'))
    .max(64)
    .exactOptional()
    .meta(notes('Middlewares, in the order in which they act.')),
  timeouts: routeTimeoutsSchema
    .exactOptional()
    .meta(notes('How long requests on this route may take.', 'the limits of the settings')),
  observability: observability.exactOptional().meta(notes('What is recorded of requests on this route.')),
});

const tlsDomain = z.strictObject({
  main: text(253).exactOptional().meta(notes('Main name of the certificate.')),
  sans: z.array(text(253)).max(256).exactOptional().meta(notes('Further names of the certificate.')),
});

/** `tls` of an object with routes. */
export const routeTlsSchema = z.strictObject({
  secretName: text(253)
    .exactOptional()
    .meta(notes('Name of a Secret of type kubernetes.io/tls in the same namespace.')),
  options: reference('TLSOption').exactOptional().meta(notes('TLS settings.', 'the TLSOption "default"')),
  store: reference('TLSStore')
    .exactOptional()
    .meta(notes('Where certificates come from.', 'the TLSStore "default"')),
  certResolver: text(253).exactOptional().meta(notes('Name of what obtains certificates.')),
  domains: z
    .array(tlsDomain)
    .max(256)
    .exactOptional()
    .meta(notes('Names to obtain certificates for.', 'those that the rules name')),
});

const parentReference = reference('IngressRoute');

const specShape = {
  ingressClassName,
  entryPoints: entryPointNames(
    'Names of the entry points that take requests for these routes.',
    'all default entry points',
  ),
  parentRefs: z
    .array(parentReference)
    .max(64)
    .exactOptional()
    .meta(notes('IngressRoutes whose routes must have taken a request before these are tried.')),
  tls: routeTlsSchema
    .exactOptional()
    .meta(
      notes(
        'Presence alone, also of an empty object, makes the routes take requests over TLS only.',
        'clear text',
      ),
    ),
};

/** `spec` of an IngressRoute. */
export const ingressRouteSpecSchema = z.strictObject({
  ...specShape,
  routes: routeList(routeSchema),
});

/** `spec` of an IngressRoute with its routes left as they came, to be decoded one by one. */
export const ingressRouteFrameSchema = z.strictObject({
  ...specShape,
  routes: routeList(z.unknown()),
});

/** One route, with defaults filled in. */
export type IngressRouteRoute = z.infer<typeof routeSchema>;

/** `spec` of an IngressRoute without its routes. */
export type IngressRouteFrame = Omit<z.infer<typeof ingressRouteFrameSchema>, 'routes'>;
