import type { Plan, PlanMiddleware, PlanRoute, PlanService } from './plan.ts';
import type { MiddlewareId, RouteId, ServiceKey } from './plan-keys.ts';
import type { PlanTcpRoute, PlanUdpRoute } from './plan-tcp.ts';
import type { PlanTlsHost, PlanTlsOptions, TlsOptionsId } from './plan-tls.ts';
import type { PlanTransport, TransportId } from './plan-transport.ts';

/** Which entries of one list of a plan changed. An entry that changed is in `set`, whole. */
export interface ListDelta<Entry, Key> {
  readonly set: readonly Entry[];
  readonly removed: readonly Key[];
}

/** What changed since the generation before. A proxy thread that starts gets everything since generation 0, the empty plan. */
export interface PlanDelta {
  /** The generation that this delta leads to: 1, 2, 3, … */
  readonly generation: number;
  /** The generation that it starts from. */
  readonly since: number;
  readonly routes: ListDelta<PlanRoute, RouteId>;
  readonly services: ListDelta<PlanService, ServiceKey>;
  readonly middlewares: ListDelta<PlanMiddleware, MiddlewareId>;
  /** By host. This list and those below are absent where nothing of them changed. */
  readonly tlsHosts?: ListDelta<PlanTlsHost, string>;
  readonly tlsOptions?: ListDelta<PlanTlsOptions, TlsOptionsId>;
  readonly transports?: ListDelta<PlanTransport, TransportId>;
  readonly tcpRoutes?: ListDelta<PlanTcpRoute, RouteId>;
  readonly udpRoutes?: ListDelta<PlanUdpRoute, RouteId>;
}

/** The lists of a plan that are absent where there is nothing in them. */
export interface SparseEntries {
  readonly transports: PlanTransport;
  readonly tlsOptions: PlanTlsOptions;
  readonly tlsHosts: PlanTlsHost;
  readonly tcpRoutes: PlanTcpRoute;
  readonly udpRoutes: PlanUdpRoute;
}

export type SparseList = keyof SparseEntries;

/** In the order in which they are built: what others name comes first. */
export const sparseLists: readonly SparseList[] = Object.freeze([
  'transports',
  'tlsOptions',
  'tlsHosts',
  'tcpRoutes',
  'udpRoutes',
]);

/** What names an entry of a sparse list. */
export const sparseKeys: { readonly [List in SparseList]: (entry: SparseEntries[List]) => string } =
  Object.freeze({
    transports: ({ id }) => id,
    tlsOptions: ({ id }) => id,
    tlsHosts: ({ host }) => host,
    tcpRoutes: ({ id }) => id,
    udpRoutes: ({ id }) => id,
  });

export const emptyPlan: Plan = Object.freeze({
  routes: Object.freeze([]),
  services: Object.freeze([]),
  middlewares: Object.freeze([]),
});
