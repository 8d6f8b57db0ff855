import type { DecodedRoute } from '../api/decode.ts';
import { decodeIngressRouteUdp } from '../api/decode-streams.ts';
import type { UdpRoute, UdpService } from '../api/ingress-route-udp.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import { formatReference } from '../model/object-reference.ts';
import { byCodeUnit } from '../model/order.ts';
import type { UdpAction } from '../model/plan-tcp.ts';
import { isOurIngressRoute } from './class.ts';
import type { TranslateContext } from './context.ts';
import { entryPointsFor, hintOn } from './entry-points.ts';
import type { Fragment } from './fragment.ts';
import { resolveStreamService, targetsOf } from './stream-service.ts';

/** Translates an IngressRouteUDP. */
export function translateIngressRouteUdp(object: KubeObject, context: TranslateContext): Fragment {
  const { fragment, options } = context;
  if (!isOurIngressRoute(object, options.ingressClass)) return fragment.notOurs();
  const { value, diagnostics } = decodeIngressRouteUdp(object);
  fragment.adopt(diagnostics);
  if (value === null) return fragment.build();
  const asked = value.spec.entryPoints ?? [];
  const used = entryPointsFor('udp', fragment, options.entryPoints, asked);
  if (used.length === 0 && asked.length === 0) {
    fragment.report('spec', 'UnknownEntryPoint', 'there is no entry point of UDP', hintOn('udp', used));
  }
  const entryPoints = Object.freeze(used.map(({ name }) => name).toSorted(byCodeUnit));
  for (const route of value.routes) addRoute(route, entryPoints, context);
  return fragment.build();
}

function addRoute(
  route: DecodedRoute<UdpRoute>,
  entryPoints: readonly string[],
  context: TranslateContext,
): void {
  const { fragment } = context;
  const { index, path, value, refused } = route;
  const action = value === null ? failing(refused?.reason ?? 'InvalidValue') : actionOf(value, path, context);
  if (entryPoints.length === 0) return;
  fragment.addUdpRoute({
    id: `${formatReference(fragment.object)}/${index}`,
    object: fragment.object,
    path,
    createdAt: fragment.createdAt,
    entryPoints,
    action,
  });
}

function actionOf({ services = [] }: UdpRoute, path: string, context: TranslateContext): UdpAction {
  const found = services.map((service, index) => targetOf(service, `${path}.services[${index}]`, context));
  const targets = targetsOf(found, path, context);
  return typeof targets === 'string' ? failing(targets) : { kind: 'forward', targets };
}

type Target = Extract<UdpAction, { kind: 'forward' }>['targets'][number];

function targetOf(
  service: UdpService,
  path: string,
  context: TranslateContext,
): Target | DiagnosticCode | null {
  const resolved = resolveStreamService(context, service, path, 'UDP');
  if (typeof resolved === 'string') return service.weight === 0 ? null : resolved;
  context.fragment.useService(resolved);
  return { service: resolved.key, weight: service.weight };
}

function failing(reason: DiagnosticCode): UdpAction {
  return { kind: 'fail', reason };
}
