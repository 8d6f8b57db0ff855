import { type DecodedRoute, decodeIngressRoute, type IngressRoute } from '../api/decode.ts';
import type { IngressRouteRoute } from '../api/ingress-route.ts';
import type { LoadBalancer } from '../api/load-balancer.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { formatReference } from '../model/object-reference.ts';
import type { ForwardTarget, MiddlewareId, PlanRoute, RouteAction } from '../model/plan.ts';
import type { Rule } from '../model/rule.ts';
import { defaultPriority, specificityOf } from '../routing/precedence.ts';
import { parseRule } from '../routing/rule/parse.ts';
import { failing } from './action.ts';
import { isOurIngressRoute } from './class.ts';
import type { TranslateContext } from './context.ts';
import { type RouteEntryPoints, routeEntryPoints } from './entry-points.ts';
import type { Fragment } from './fragment.ts';
import { resolveMiddleware } from './middleware.ts';
import { resolveReference } from './reference.ts';
import { timeoutsPart } from './route-timeouts.ts';
import { speaksPlainHttp } from './scheme.ts';
import { type ResolvedService, resolveService } from './service.ts';

/** Translates an IngressRoute. Each of its routes stands or falls alone. */
export function translateIngressRoute(object: KubeObject, context: TranslateContext): Fragment {
  const { fragment, options } = context;
  if (!isOurIngressRoute(object, options.ingressClass)) return fragment.notOurs();
  const decoded = decodeIngressRoute(object);
  fragment.adopt(decoded.diagnostics);
  if (decoded.value === null) return fragment.build();
  const entryPoints = entryPointsOf(decoded.value, context);
  for (const route of decoded.value.routes) addRoute(route, entryPoints, context);
  return fragment.build();
}

function entryPointsOf({ spec }: IngressRoute, context: TranslateContext): RouteEntryPoints {
  const { fragment, options } = context;
  return routeEntryPoints(fragment, options.entryPoints, spec.entryPoints ?? [], spec.tls !== undefined);
}

function addRoute(
  route: DecodedRoute,
  { names, tls, areClosed }: RouteEntryPoints,
  context: TranslateContext,
): void {
  const { fragment } = context;
  const written = route.value ?? route.refused;
  if (written === null) return;
  const rule = ruleOf(written.match, route.path, context);
  if (rule === null) return;
  const served = route.value === null ? null : serve(route.value, route.path, context);
  if (names.length === 0) return;
  const { priority = 0 } = written;
  const planned: PlanRoute = {
    id: `${formatReference(fragment.object)}/${route.index}`,
    object: fragment.object,
    path: route.path,
    match: written.match,
    rule,
    priority: priority === 0 ? defaultPriority(written.match) : priority,
    specificity: specificityOf(rule),
    createdAt: fragment.createdAt,
    entryPoints: names,
    tls,
    ...(areClosed ? refused('NotSupported') : (served ?? refused(route.refused?.reason ?? 'InvalidValue'))),
  };
  fragment.addRoute(planned);
}

function ruleOf(match: string, path: string, context: TranslateContext): Rule | null {
  const parsed = parseRule(match);
  if (parsed.ok) return parsed.rule;
  const message = `at character ${parsed.position + 1}: ${parsed.message}`;
  context.fragment.report(`${path}.match`, 'InvalidRule', message, asSentence(parsed.hint));
  return null;
}

function asSentence(hint: string | undefined): string | undefined {
  if (hint === undefined) return undefined;
  const stop = /[.?!`]$/.test(hint) ? '' : '.';
  return `${hint.slice(0, 1).toUpperCase()}${hint.slice(1)}${stop}`;
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
    targets.push(one.target);
  }
  if (targets.length === 0) return refused('ServiceNotFound');
  const used = middlewares.filter((one) => typeof one !== 'string');
  for (const one of used) fragment.useMiddleware(one);
  const action: RouteAction = { kind: 'forward', targets, ...timeoutsPart(route.timeouts) };
  return { middlewares: used.map((one) => one.id), action };
}

function refused(reason: DiagnosticCode): Served {
  return { middlewares: [], action: failing(reason) };
}

interface Target {
  readonly target: ForwardTarget;
  readonly resolved: ResolvedService;
}

/** Null for an entry that cannot be used but would get nothing anyway, as its weight is 0. */
function targetOf(
  service: LoadBalancer,
  path: string,
  context: TranslateContext,
): Target | DiagnosticCode | null {
  const resolved = resolveEntry(service, path, context);
  if (typeof resolved === 'string') return service.weight === 0 ? null : resolved;
  const { weight, passHostHeader, proxyProtocol } = service;
  const target: ForwardTarget = { service: resolved.service.key, weight, scheme: 'http', passHostHeader };
  if (proxyProtocol === undefined) return { resolved, target };
  return { resolved, target: { ...target, proxyProtocol: proxyProtocol.version === 1 ? 1 : 2 } };
}

function resolveEntry(
  service: LoadBalancer,
  path: string,
  context: TranslateContext,
): ResolvedService | DiagnosticCode {
  const { fragment, options } = context;
  const name = resolveReference(fragment, service, path, options.allowCrossNamespace);
  if (typeof name === 'string') return name;
  const resolved = resolveService(context, {
    ...name,
    port: service.port ?? '',
    namePath: `${path}.name`,
    portPath: `${path}.port`,
  });
  if (typeof resolved === 'string') return resolved;
  return speaksPlainHttp(context, resolved, service.scheme, `${path}.port`) ? resolved : 'NotSupported';
}
