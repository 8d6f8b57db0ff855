import type { Endpoint } from '../model/endpoint.ts';
import type { Plan, PlanRoute } from '../model/plan.ts';
import type { ServiceKey } from '../model/plan-keys.ts';
import type { PlanTcpMiddleware, PlanTcpRoute, PlanUdpRoute } from '../model/plan-tcp.ts';

/** What the lines are made of. */
interface RouteSource {
  readonly plan: Plan;
  endpointsOf(service: ServiceKey): readonly Endpoint[];
}

/** What `GET /api/routes` says of each route: those of HTTP, then those of TCP and UDP, each in the order in which they are tried. */
export function routeLines(source: RouteSource): readonly object[] {
  const { plan } = source;
  const served = (targets: readonly Target[]) => ({
    services: targets.map(({ service, weight }) => {
      return {
        service,
        weight,
        readyEndpoints: source.endpointsOf(service).filter(({ ready }) => ready).length,
      };
    }),
  });
  return [
    ...plan.routes.map((route) => httpLine(route, served)),
    ...(plan.tcpRoutes ?? []).map((route) => tcpLine(route, served)),
    ...(plan.udpRoutes ?? []).map((route) => udpLine(route, served)),
  ];
}

type Target = { readonly service: ServiceKey; readonly weight: number };
type Served = (targets: readonly Target[]) => object;

function httpLine({ id, match, priority, entryPoints, middlewares, action }: PlanRoute, served: Served) {
  const base = { id, protocol: 'http', match, priority, entryPoints, middlewares };
  if (action.kind === 'fail') return { ...base, status: action.status, reason: action.reason };
  return { ...base, ...served(action.targets) };
}

/** `tls` is null, `terminate` or `passthrough`. */
function tcpLine({ id, match, priority, entryPoints, tls, ...rest }: PlanTcpRoute, served: Served) {
  const { middlewares, action } = rest;
  const base = { id, protocol: 'tcp', match, priority, entryPoints, tls: tls?.mode ?? null };
  const line = { ...base, middlewares: middlewares.map(middlewareName) };
  return action.kind === 'fail' ? { ...line, reason: action.reason } : { ...line, ...served(action.targets) };
}

function udpLine({ id, entryPoints, action }: PlanUdpRoute, served: Served) {
  const base = { id, protocol: 'udp', entryPoints };
  return action.kind === 'fail' ? { ...base, reason: action.reason } : { ...base, ...served(action.targets) };
}

/** The plan holds no name of those that count nothing. */
function middlewareName(middleware: PlanTcpMiddleware): string {
  return middleware.kind === 'inFlightConn' ? `inFlightConn ${middleware.id}` : middleware.kind;
}
