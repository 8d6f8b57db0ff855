import { z } from 'zod';
import { effectTables } from './effects.ts';
import { routeSchema } from './ingress-route.ts';
import { loadBalancerSchema } from './load-balancer.ts';
import { routeTimeoutsSchema } from './route-timeouts.ts';

/** The annotations of Fairlead, and those that Traefik reads of Ingresses and Services. */
export const annotationPrefixes = Object.freeze({
  fairlead: 'fairlead.dev/',
  traefik: 'traefik.ingress.kubernetes.io/',
} as const);

export type AnnotationDialect = keyof typeof annotationPrefixes;

/** How the text of an annotation is read. `references` is a list of names of Middlewares. */
type AnnotationForm = 'text' | 'word' | 'switch' | 'integer' | 'duration' | 'list' | 'references';

/** One setting that an annotation can say. */
export interface AnnotationEntry {
  /** The field of an IngressRoute that says the same, as its effect table names it; `pathMatcher` has none. */
  readonly field: string;
  /** Names behind the prefixes. N stands for a number. */
  readonly names: Readonly<Partial<Record<AnnotationDialect, string>>>;
  /** What it is read on. What `Service` says of a service, an Ingress can say for all its paths, in Fairlead's own names. */
  readonly on: 'Ingress' | 'Service';
  readonly form: AnnotationForm;
  /** What is expected, to go on from "must be". */
  readonly expected: string;
  /** Held against the value once its text is read. */
  readonly schema?: z.ZodType;
}

const route = routeSchema.shape;
const service = loadBalancerSchema.shape;

type Names = readonly [fairlead: string | null, traefik: string | null];

function entry(
  field: string,
  [fairlead, traefik]: Names,
  form: AnnotationForm,
  more: Partial<Pick<AnnotationEntry, 'expected' | 'schema' | 'on'>> = {},
): AnnotationEntry {
  const names = { ...(fairlead === null ? {} : { fairlead }), ...(traefik === null ? {} : { traefik }) };
  const on = field.startsWith('routes[].services[]') ? 'Service' : 'Ingress';
  return Object.freeze({
    field,
    names: Object.freeze(names),
    on,
    form,
    expected: expectations[form],
    ...more,
  });
}

const expectations: Readonly<Record<AnnotationForm, string>> = Object.freeze({
  text: 'a text',
  word: 'one of the known words',
  switch: '"true" or "false"',
  integer: 'a whole number',
  duration: 'a time from 1ms to 24h such as "500ms", "10s" or "1m30s"',
  list: 'a list of names with commas between',
  references: 'a list of NAME, NAMESPACE/NAME or NAMESPACE-NAME@kubernetescrd with commas between',
});

const timeouts = routeTimeoutsSchema.shape;
const timeoutOrNever = { expected: `${expectations.duration}, or 0 for never` };

const ofTheIngress: readonly AnnotationEntry[] = [
  entry('entryPoints', ['entry-points', 'router.entrypoints'], 'list'),
  entry('routes[].middlewares', ['middlewares', 'router.middlewares'], 'references'),
  entry('routes[].priority', ['priority', 'router.priority'], 'integer', {
    expected: 'a whole number, of which 0 stands for the usual priority',
    schema: route.priority,
  }),
  entry('pathMatcher', ['path-matcher', 'router.pathmatcher'], 'word', {
    expected: 'Path, PathPrefix or PathRegexp',
    schema: z.enum(['Path', 'PathPrefix', 'PathRegexp']),
  }),
  entry('routes[].syntax', [null, 'router.rulesyntax'], 'word', {
    expected: 'v2 or v3',
    schema: route.syntax,
  }),
  entry('routes[].timeouts.request', ['request-timeout', null], 'duration', {
    schema: timeouts.request,
    ...timeoutOrNever,
  }),
  entry('routes[].timeouts.backendRequest', ['backend-request-timeout', null], 'duration', {
    schema: timeouts.backendRequest,
    ...timeoutOrNever,
  }),
  entry('routes[].timeouts.connect', ['connect-timeout', null], 'duration', { schema: timeouts.connect }),
  entry('routes[].timeouts.firstByte', ['first-byte-timeout', null], 'duration', {
    schema: timeouts.firstByte,
    ...timeoutOrNever,
  }),
  entry('routes[].timeouts.idle', ['idle-timeout', null], 'duration', {
    schema: timeouts.idle,
    ...timeoutOrNever,
  }),
  entry('routes[].timeouts.tunnelIdle', ['tunnel-idle-timeout', null], 'duration', {
    schema: timeouts.tunnelIdle,
    ...timeoutOrNever,
  }),
  entry('tls', ['tls', 'router.tls'], 'switch'),
  entry('tls.options', ['tls-options', 'router.tls.options'], 'text', {
    expected: 'the name of a TLSOption',
  }),
  entry('tls.certResolver', ['tls-cert-resolver', 'router.tls.certresolver'], 'text', {
    expected: 'the name of a certificate resolver',
  }),
  entry('tls.domains[].main', [null, 'router.tls.domains.N.main'], 'text', { expected: 'a host name' }),
  entry('tls.domains[].sans', [null, 'router.tls.domains.N.sans'], 'list'),
  entry('routes[].observability.accessLogs', ['access-logs', 'router.observability.accesslogs'], 'switch'),
  entry('routes[].observability.metrics', ['metrics', 'router.observability.metrics'], 'switch'),
  entry('routes[].observability.tracing', ['tracing', 'router.observability.tracing'], 'switch'),
  entry(
    'routes[].observability.traceVerbosity',
    ['trace-verbosity', 'router.observability.traceverbosity'],
    'word',
    { expected: 'minimal or detailed', schema: route.observability.unwrap().shape.traceVerbosity },
  ),
];

const sticky = 'routes[].services[].sticky';
const cookie = service.sticky.unwrap().shape.cookie.unwrap().shape;

const ofTheService: readonly AnnotationEntry[] = [
  entry('routes[].services[].scheme', ['scheme', 'service.serversscheme'], 'word', {
    expected: 'http, https or h2c',
    schema: service.scheme,
  }),
  entry('routes[].services[].passHostHeader', ['pass-host-header', 'service.passhostheader'], 'switch'),
  entry('routes[].services[].serversTransport', ['servers-transport', 'service.serverstransport'], 'text', {
    expected: 'the name of a ServersTransport',
  }),
  entry('routes[].services[].middlewares', ['service-middlewares', 'service.middlewares'], 'references'),
  entry('routes[].services[].strategy', ['strategy', 'service.strategy'], 'word', {
    expected: 'wrr, p2c, hrw or leasttime',
    schema: service.strategy,
  }),
  entry('routes[].services[].nativeLB', ['native-lb', 'service.nativelb'], 'switch'),
  entry('routes[].services[].nodePortLB', ['node-port-lb', 'service.nodeportlb'], 'switch'),
  entry(sticky, ['sticky', 'service.sticky.cookie'], 'switch'),
  entry(`${sticky}.cookie.name`, ['sticky-cookie-name', 'service.sticky.cookie.name'], 'text', {
    expected: 'the name of a cookie',
    schema: cookie.name,
  }),
  entry(`${sticky}.cookie.secure`, ['sticky-cookie-secure', 'service.sticky.cookie.secure'], 'switch'),
  entry(`${sticky}.cookie.httpOnly`, ['sticky-cookie-http-only', 'service.sticky.cookie.httponly'], 'switch'),
  entry(`${sticky}.cookie.sameSite`, ['sticky-cookie-same-site', 'service.sticky.cookie.samesite'], 'word', {
    expected: 'none, lax or strict',
    schema: cookie.sameSite,
  }),
  entry(`${sticky}.cookie.maxAge`, ['sticky-cookie-max-age', 'service.sticky.cookie.maxage'], 'integer', {
    schema: cookie.maxAge,
  }),
  entry(`${sticky}.cookie.path`, ['sticky-cookie-path', 'service.sticky.cookie.path'], 'text', {
    expected: 'a path',
    schema: cookie.path,
  }),
  entry(`${sticky}.cookie.domain`, ['sticky-cookie-domain', 'service.sticky.cookie.domain'], 'text', {
    expected: 'a domain',
    schema: cookie.domain,
  }),
];

/**
 * Every annotation that Fairlead reads of an Ingress or of a Service that an Ingress leads to. What a setting does follows
 * from its field in the effect table of the IngressRoute, so that an annotation and the field that it stands for can never
 * come to different ends.
 */
export const annotationEntries: readonly AnnotationEntry[] = Object.freeze([
  ...ofTheIngress,
  ...ofTheService,
]);

/** The entry of a name behind its prefix; undefined where there is none. Traefik's names do not mind case. */
export function annotationNamed(dialect: AnnotationDialect, name: string): AnnotationEntry | undefined {
  const plain = dialect === 'traefik' ? name.toLowerCase().replace(/(?:\.\d+|\[\d+\])(?=\.)/, '.N') : name;
  return annotationEntries.find((one) => one.names[dialect] === plain);
}

/** All names of a dialect, for "did you mean". */
export function annotationNames(dialect: AnnotationDialect): readonly string[] {
  return annotationEntries.flatMap(({ names }) => names[dialect] ?? []);
}

/** The field that decides what a setting does: the first one on the way to it that does not work for now, else itself. */
export function decidingField({ field }: AnnotationEntry): string {
  const table = effectTables.IngressRoute;
  const steps = field.split('.');
  // Entries of lists stand under the list.
  const above = steps.map((_, index) =>
    steps
      .slice(0, index + 1)
      .join('.')
      .replace(/\[\]$/, ''),
  );
  return above.find((one) => Object.hasOwn(table, one) && table[one]?.kind !== 'now') ?? field;
}
