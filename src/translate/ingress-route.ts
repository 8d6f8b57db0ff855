import { type DecodedRoute, decodeIngressRoute, type IngressRoute } from '../api/decode.ts';
import type { IngressRouteRoute } from '../api/ingress-route.ts';
import type { LoadBalancer } from '../api/load-balancer.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { formatReference } from '../model/object-reference.ts';
import type { ForwardTarget, PlanRoute, RouteAction } from '../model/plan.ts';
import type { MiddlewareId } from '../model/plan-keys.ts';
import type { Rule } from '../model/rule.ts';
import { parseRule } from '../routing/rule/parse.ts';
import { failing, noChildRoute } from './action.ts';
import { isOurIngressRoute } from './class.ts';
import type { TranslateContext } from './context.ts';
import { type Fragment, FragmentBuilder } from './fragment.ts';
import { kindFor } from './kinds.ts';
import { resolveMiddleware } from './middleware.ts';
import {
  hasParents,
  leavesToChildren,
  matchBelow,
  type Place,
  placesOf,
  rankOf,
  ruleBelow,
  saysWhatIsOfParents,
} from './parents.ts';
import { resolveReference } from './reference.ts';
import type { ResolvedTransport } from './resolve-transport.ts';
import { timeoutsPart } from './route-timeouts.ts';
import { reportRule } from './rule-problem.ts';
import { schemeOf } from './scheme.ts';
import { isImpossible } from './seen-through.ts';
import { transportNamed, useTransport } from './servers-transport.ts';
import { type ResolvedService, resolveService } from './service.ts';
import { claimHosts, hostsOf, namesItsHosts, resolveTls } from './tls.ts';

/** Translates an IngressRoute. Each of its routes stands or falls alone. */
export function translateIngressRoute(object: KubeObject, context: TranslateContext): Fragment {
  const { fragment, options } = context;
  if (!isOurIngressRoute(object, options.ingressClass)) return fragment.notOurs();
  const decoded = decodeIngressRoute(object);
  fragment.adopt(decoded.diagnostics);
  if (decoded.value === null) return fragment.build();
  const ingressRoute = decoded.value;
  const places = placesOf(ingressRoute, context);
  if (ingressRoute.routes.length * places.length > mostRoutes) {
    const message = `the routes come to more than ${mostRoutes} below their parents`;
    fragment.report('spec.parentRefs', 'InvalidValue', message, 'Use fewer parents.');
    return fragment.build();
  }
  const isRefused = refuseAsChild(ingressRoute, context);
  for (const route of ingressRoute.routes) addRoute(route, { places, isRefused }, context);
  const [place] = places;
  if (place !== undefined && !hasParents(ingressRoute)) claimTls(ingressRoute, place, context);
  return fragment.build();
}

/** What the object wants of handshakes for the hosts of its rules, also of those that cannot be served. */
function claimTls({ spec, routes }: IngressRoute, place: Place, context: TranslateContext): void {
  const { tls } = spec;
  if (tls === undefined) return;
  const path = 'spec.tls';
  const resolved = resolveTls(context, tls, path, place.tlsOptions);
  const hosts = routes.flatMap((route) => {
    const match = (route.value ?? route.refused)?.match;
    const parsed = match === undefined ? null : parseRule(match);
    if (!parsed?.ok) return [];
    if (resolved.named !== null && !namesItsHosts(parsed.rule)) reportHostless(route.path, context);
    return hostsOf(parsed.rule);
  });
  claimHosts(context, { hosts, tls: resolved, path });
}

function reportHostless(path: string, { fragment }: TranslateContext): void {
  const message = 'the rule takes requests for hosts that it does not name, and TLS settings go by the host';
  const hint = 'Name the hosts with Host(…).';
  fragment.report(`${path}.match`, 'TlsOptionsWithoutHost', message, hint);
}

/** How many routes one IngressRoute may come to, each counted once for every route above it. */
const mostRoutes = 16_384;

/** What a child says beside its routes is said by its parents; a child that says it too is not served. */
function refuseAsChild(ingressRoute: IngressRoute, { fragment }: TranslateContext): boolean {
  if (!hasParents(ingressRoute) || !saysWhatIsOfParents(ingressRoute)) return false;
  const field = ingressRoute.spec.tls === undefined ? 'entryPoints' : 'tls';
  const message = 'belongs to the parents: an IngressRoute with parentRefs is served where they are';
  fragment.report(`spec.${field}`, 'InvalidValue', message, 'Leave it out.');
  return true;
}

interface Where {
  readonly places: readonly Place[];
  /** Whether the IngressRoute must not be served. */
  readonly isRefused: boolean;
}

function addRoute(route: DecodedRoute, { places, isRefused }: Where, context: TranslateContext): void {
  const written = route.value ?? route.refused;
  if (written === null) return;
  const rule = ruleOf(written.match, route.path, context);
  if (rule === null) return;
  const served = route.value === null ? null : serve(route.value, route.path, context);
  const reason = route.refused?.reason ?? 'InvalidValue';
  for (const place of places) {
    const does = isRefused ? refused('InvalidValue') : (served ?? refused(reason));
    addAt(place, { route, written, rule, does }, context);
  }
}

interface Translated {
  readonly route: DecodedRoute;
  readonly written: { readonly match: string; readonly priority?: number };
  readonly rule: Rule;
  readonly does: Served;
}

function addAt(place: Place, { route, written, rule, does }: Translated, context: TranslateContext): void {
  const { fragment } = context;
  const { names, tls } = place.entryPoints;
  if (names.length === 0) return;
  const below = ruleBelow(place, rule);
  if (place.rule !== null && isImpossible(below.rule))
    reportImpossible(`${route.path}.match`, place, context);
  if (!below.isExact) reportUnforeseen(`${route.path}.match`, place, context);
  const failure = below.isExact ? (place.tlsOptions?.failure ?? null) : 'NotSupported';
  const { middlewares, action } = failure === null ? does : refused(failure);
  const planned: PlanRoute = {
    id: `${formatReference(fragment.object)}/${route.index}${place.suffix}`,
    object: fragment.object,
    path: route.path,
    match: matchBelow(place, written.match),
    rule: below.rule,
    ...rankOf(written, rule),
    createdAt: fragment.createdAt,
    ...(place.under.length === 0 ? {} : { under: place.under }),
    entryPoints: names,
    tls,
    ...(place.tlsOptions === null ? {} : { tlsOptions: place.tlsOptions.id }),
    middlewares:
      action.kind === 'fail' ? middlewares : [...place.middlewares.map(({ id }) => id), ...middlewares],
    action,
  };
  if (action.kind === 'forward') for (const one of place.middlewares) fragment.useMiddleware(one);
  fragment.addRoute(planned);
}

function reportImpossible(path: string, { match }: Place, { fragment }: TranslateContext): void {
  const message = `no request that ${match} and the middlewares there leave to this route satisfies its rule`;
  fragment.report(path, 'UnreachableRoute', message, 'Correct the rule, or the parent.');
}

function reportUnforeseen(path: string, { under }: Place, { fragment }: TranslateContext): void {
  const above = under.at(-1)?.id ?? '';
  const message = `the rule looks at something that a middleware of ${above} or above writes, and what it writes cannot be told beforehand`;
  fragment.report(
    path,
    'NotSupported',
    message,
    'Match it in the parent, or with Path, PathPrefix or Header.',
  );
}

function ruleOf(match: string, path: string, context: TranslateContext): Rule | null {
  const parsed = parseRule(match);
  if (parsed.ok) return parsed.rule;
  reportRule(context.fragment, `${path}.match`, parsed);
  return null;
}

interface Served {
  readonly middlewares: readonly MiddlewareId[];
  readonly action: RouteAction;
}

/** What becomes of the requests. Looks at every reference, so that all problems are told at once. */
function serve(route: IngressRouteRoute, path: string, context: TranslateContext): Served {
  const { fragment } = context;
  const middlewares = (route.middlewares ?? []).map((reference, index) =>
    resolveMiddleware(context, reference, `${path}.middlewares[${index}]`),
  );
  const services = (route.services ?? []).map((service, index) =>
    targetOf(service, `${path}.services[${index}]`, context),
  );
  const failure =
    middlewares.find((one) => typeof one === 'string') ?? services.find((one) => typeof one === 'string');
  if (failure !== undefined) return refused(failure);
  const targets: ForwardTarget[] = [];
  for (const one of services) {
    if (one === null || typeof one === 'string') continue;
    fragment.useService(one.resolved.service);
    if (one.transport !== null) useTransport(fragment, one.transport);
    targets.push(one.target);
  }
  if (leavesToChildren(route)) return leave(path, context);
  if (targets.length === 0) return refused('ServiceNotFound');
  const used = middlewares.filter((one) => typeof one !== 'string');
  for (const one of used) fragment.useMiddleware(one);
  const action: RouteAction = { kind: 'forward', targets, ...timeoutsPart(route.timeouts) };
  return { middlewares: used.map((one) => one.id), action };
}

/** A route without services is there for its children; what none of them takes has no route. */
function leave(path: string, context: TranslateContext): Served {
  if (hasChildren(context)) return { middlewares: [], action: noChildRoute };
  const message = 'the route names no service to forward to';
  const hint = 'Name a service, or have an IngressRoute name this one in parentRefs.';
  context.fragment.report(`${path}.services`, 'InvalidValue', message, hint);
  return refused('InvalidValue');
}

/** Whether an IngressRoute of ours names this one as its parent, and may. */
function hasChildren({ fragment, lookup, options }: TranslateContext): boolean {
  const { namespace, name } = fragment.object;
  const kind = kindFor('IngressRoute', fragment.object);
  for (const child of lookup.childrenOf(kind, namespace, name)) {
    const object = lookup.get(kind, child.namespace, child.name);
    if (object === undefined || !isOurIngressRoute(object, options.ingressClass)) continue;
    const context = { fragment: new FragmentBuilder(object), lookup, options };
    if (typeof resolveReference(context, kind, { namespace, name }, '') !== 'string') return true;
  }
  return false;
}

function refused(reason: DiagnosticCode): Served {
  return { middlewares: [], action: failing(reason) };
}

interface Target {
  readonly target: ForwardTarget;
  readonly resolved: ResolvedService;
  readonly transport: ResolvedTransport | null;
}

/** Null for an entry that cannot be used but would get nothing anyway, as its weight is 0. */
function targetOf(
  service: LoadBalancer,
  path: string,
  context: TranslateContext,
): Target | DiagnosticCode | null {
  const resolved = resolveEntry(service, path, context);
  const transport = transportOf(service, path, context);
  if (typeof resolved === 'string') return service.weight === 0 ? null : resolved;
  if (typeof transport === 'string') return service.weight === 0 ? null : transport;
  const { weight, passHostHeader, proxyProtocol } = service;
  const target: ForwardTarget = {
    service: resolved.service.key,
    weight,
    scheme: schemeOf(resolved, service.scheme),
    ...(transport === null ? {} : { transport: transport.planned.id }),
    passHostHeader,
    ...(proxyProtocol === undefined ? {} : { proxyProtocol: proxyProtocol.version === 1 ? 1 : 2 }),
  };
  return { resolved, target, transport };
}

function transportOf(
  { serversTransport = '' }: LoadBalancer,
  path: string,
  context: TranslateContext,
): ResolvedTransport | DiagnosticCode | null {
  return serversTransport === ''
    ? null
    : transportNamed(context, serversTransport, `${path}.serversTransport`);
}

function resolveEntry(
  service: LoadBalancer,
  path: string,
  context: TranslateContext,
): ResolvedService | DiagnosticCode {
  const name = resolveReference(context, 'Service', service, path);
  if (typeof name === 'string') return name;
  return resolveService(context, {
    ...name,
    port: service.port ?? '',
    namePath: `${path}.name`,
    portPath: `${path}.port`,
  });
}
