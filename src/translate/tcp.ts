import type { DecodedRoute } from '../api/decode.ts';
import { decodeIngressRouteTcp, type IngressRouteTcp } from '../api/decode-streams.ts';
import { quote } from '../api/field-path.ts';
import type { TcpRoute } from '../api/ingress-route-tcp.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { formatReference } from '../model/object-reference.ts';
import { byCodeUnit } from '../model/order.ts';
import type { PlanTcpRoute, TcpAction } from '../model/plan-tcp.ts';
import { parseTcpRule } from '../routing/rule/parse.ts';
import { isOurIngressRoute } from './class.ts';
import type { TranslateContext } from './context.ts';
import { entryPointsFor } from './entry-points.ts';
import type { Fragment } from './fragment.ts';
import { resolveMiddlewareTcp } from './middleware-tcp.ts';
import { targetsOf } from './stream-service.ts';
import { hostsOfTcp, tcpPriority, tcpRuleOf } from './tcp-match.ts';
import { tcpTargetOf } from './tcp-target.ts';
import { claimHosts, resolveTls } from './tls.ts';

/** Translates an IngressRouteTCP. Each of its routes stands or falls alone. */
export function translateIngressRouteTcp(object: KubeObject, context: TranslateContext): Fragment {
  const { fragment, options } = context;
  if (!isOurIngressRoute(object, options.ingressClass)) return fragment.notOurs();
  const { value, diagnostics } = decodeIngressRouteTcp(object);
  fragment.adopt(diagnostics);
  if (value === null) return fragment.build();
  const around = { entryPoints: tcpEntryPoints(value, context), ...tlsOf(value, context) };
  for (const route of value.routes) addRoute(route, around, context);
  return fragment.build();
}

/** What all routes of an object have in common. */
interface Around {
  /** Sorted. */
  readonly entryPoints: readonly string[];
  readonly tls: PlanTcpRoute['tls'];
  /** Why none of them can be served; null where all is well. */
  readonly failure: DiagnosticCode | null;
}

/**
 * Routes for clear text take every connection of their entry points that is not TLS, requests of HTTP too: nobody means that
 * where no entry point is named, and it would take what belongs to others.
 */
function tcpEntryPoints(
  { spec }: IngressRouteTcp,
  { fragment, options }: TranslateContext,
): readonly string[] {
  const asked = spec.entryPoints ?? [];
  if (spec.tls === undefined && asked.length === 0) {
    const message = 'names no entry point, and without tls these routes take all clear text, HTTP too';
    const hint = 'Name the entry points that are for them, or add tls.';
    fragment.report('spec.entryPoints', 'InvalidValue', message, hint);
    return [];
  }
  const used = entryPointsFor('tcp', fragment, options.entryPoints, asked);
  const open = spec.tls === undefined ? used.filter(({ tls }) => !tls) : used;
  for (const { name } of used.filter((one) => !open.includes(one))) {
    const message = `the entry point ${quote(name)} speaks TLS only, and without tls these routes take clear text`;
    const path = `spec.entryPoints[${asked.indexOf(name)}]`;
    fragment.report(path, 'InvalidValue', message, 'Add "tls: {}" to the spec, or name another entry point.');
  }
  return Object.freeze(open.map(({ name }) => name).toSorted(byCodeUnit));
}

/** What becomes of TLS, and what the object wants of handshakes for the hosts of its rules. */
function tlsOf(
  { spec: { tls }, routes }: IngressRouteTcp,
  context: TranslateContext,
): Pick<Around, 'tls' | 'failure'> {
  if (tls === undefined) return { tls: null, failure: null };
  const path = 'spec.tls';
  if (tls.passthrough === true) {
    for (const field of ['secretName', 'options'] as const) {
      if (tls[field] === undefined) continue;
      const message = 'has no effect: TLS passes through to the endpoints, which end it';
      context.fragment.report(`${path}.${field}`, 'FieldWithoutEffect', message, 'Leave it out.');
    }
    return { tls: { mode: 'passthrough' }, failure: null };
  }
  const resolved = resolveTls(context, tls, path);
  const hosts = routes.flatMap((route) => {
    const match = (route.value ?? route.refused)?.match;
    const parsed = match === undefined ? null : parseTcpRule(match);
    return parsed?.ok ? hostsOfTcp(parsed.rule) : [];
  });
  claimHosts(context, { hosts, tls: resolved, path });
  return { tls: { mode: 'terminate', options: resolved.options }, failure: resolved.failure };
}

function addRoute(route: DecodedRoute<TcpRoute>, around: Around, context: TranslateContext): void {
  const { fragment } = context;
  const { index, path, value } = route;
  const written = value ?? route.refused;
  if (written === null) return;
  const { entryPoints, tls, failure } = around;
  const rule = tcpRuleOf(fragment, written.match, `${path}.match`, tls !== null);
  const served =
    value === null ? refused(route.refused?.reason ?? 'InvalidValue') : serve(value, path, context);
  if (rule === null || entryPoints.length === 0) return;
  const { priority = 0 } = written;
  fragment.addTcpRoute({
    id: `${formatReference(fragment.object)}/${index}`,
    object: fragment.object,
    path,
    match: written.match,
    rule,
    priority: priority === 0 ? tcpPriority(written.match, rule) : priority,
    createdAt: fragment.createdAt,
    entryPoints,
    tls,
    ...(failure === null ? served : refused(failure)),
  });
}

type Served = Pick<PlanTcpRoute, 'middlewares' | 'action'>;

/** What becomes of the connections. Looks at every reference, so that all problems are told at once. */
function serve(route: TcpRoute, path: string, context: TranslateContext): Served {
  const middlewares = (route.middlewares ?? []).map((reference, index) =>
    resolveMiddlewareTcp(context, reference, `${path}.middlewares[${index}]`),
  );
  const found = (route.services ?? []).map((service, index) =>
    tcpTargetOf(service, `${path}.services[${index}]`, context),
  );
  const targets = targetsOf(found, path, context);
  const missing = middlewares.find((one) => typeof one === 'string');
  if (missing !== undefined) return refused(missing);
  if (typeof targets === 'string') return refused(targets);
  const action: TcpAction = { kind: 'forward', targets };
  return { middlewares: middlewares.filter((one) => typeof one !== 'string'), action };
}

function refused(reason: DiagnosticCode): Served {
  return { middlewares: [], action: { kind: 'fail', reason } };
}
