import type { Middleware } from './middleware.ts';
import type { ObjectReference } from './object-reference.ts';
import type { MiddlewareId, RouteId, ServiceKey } from './plan-keys.ts';
import type { PlanTcpRoute, PlanUdpRoute } from './plan-tcp.ts';
import type { PlanTlsHost, PlanTlsOptions, TlsOptionsId } from './plan-tls.ts';
import type { PlanTransport, TransportId } from './plan-transport.ts';
import type { RouteTimeouts } from './route-timeouts.ts';
import type { Rule } from './rule.ts';

/**
 * What is wanted, as plain JSON in canonical order: the golden file of a test, the message to a proxy thread, and what
 * `GET /api/plan` prints. Two replicas that see the same cluster make byte-identical plans.
 */
export interface Plan {
  /** By precedence: `routing/precedence.ts` holds the order. */
  readonly routes: readonly PlanRoute[];
  /** By key. */
  readonly services: readonly PlanService[];
  /** By id. */
  readonly middlewares: readonly PlanMiddleware[];
  /** By host. This list and those below are absent where they would be empty. */
  readonly tlsHosts?: readonly PlanTlsHost[];
  /** By id. */
  readonly tlsOptions?: readonly PlanTlsOptions[];
  /** By id. */
  readonly transports?: readonly PlanTransport[];
  /** By priority, then age, then id. */
  readonly tcpRoutes?: readonly PlanTcpRoute[];
  /** By age, then id. */
  readonly udpRoutes?: readonly PlanUdpRoute[];
}

export interface PlanRoute {
  readonly id: RouteId;
  readonly object: ObjectReference;
  /** JSON path of the route in its object. */
  readonly path: string;
  /** The rule as its author wrote it, or as a rule reads that says the same; for people only. */
  readonly match: string;
  readonly rule: Rule;
  /** Higher wins. From the object, else the length of the rule's text in bytes, as in Traefik v3. */
  readonly priority: number;
  /** Breaks a tie of priorities before the age does: `routing/precedence.ts` computes it from the rule. */
  readonly specificity: number;
  /** `metadata.creationTimestamp`; the older object wins a tie. Empty where the object has none. */
  readonly createdAt: string;
  /** The routes that must have taken a request before this one is tried, the outermost first. Absent where there are none. */
  readonly under?: readonly RouteRank[];
  /** Names of entry points, sorted. */
  readonly entryPoints: readonly string[];
  /** True where the route takes requests over TLS only, false where clear text only, null where both. */
  readonly tls: boolean | null;
  /** What a connection must have been made with; absent where the settings of the request's host are enough. */
  readonly tlsOptions?: TlsOptionsId;
  /** In the order in which they act. */
  readonly middlewares: readonly MiddlewareId[];
  readonly action: RouteAction;
}

/** What decides of a route whether it goes before another. */
export type RouteRank = Pick<PlanRoute, 'id' | 'object' | 'priority' | 'specificity' | 'createdAt'>;

export type RouteAction = ForwardAction | FailAction;

export interface ForwardAction {
  readonly kind: 'forward';
  /** At least one. A weight of 0 gets nothing. */
  readonly targets: readonly ForwardTarget[];
  /** Absent where the route has none for itself. */
  readonly timeouts?: RouteTimeouts;
}

export interface ForwardTarget {
  readonly service: ServiceKey;
  readonly weight: number;
  /** `h2c` is HTTP/2 in clear text; `https` speaks HTTP/2 where the upstream agrees to it (ALPN). */
  readonly scheme: 'http' | 'https' | 'h2c';
  /** How connections are made. Absent means as always. */
  readonly transport?: TransportId;
  /** False sends the endpoint's own address as Host. */
  readonly passHostHeader: boolean;
  /** Version of the PROXY header that connections to the endpoints begin with. Absent means none. */
  readonly proxyProtocol?: 1 | 2;
}

/** What fails closed: an unresolved reference makes its route answer with an error, never act as if nothing was asked. */
export interface FailAction {
  readonly kind: 'fail';
  /** 404 for a request that a parent takes and none of its children does. */
  readonly status: 500 | 404;
  /** A diagnostic code; `NoChildRoute` with 404. */
  readonly reason: string;
}

export interface PlanService {
  readonly key: ServiceKey;
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  /** Absent for TCP. */
  readonly protocol?: 'udp';
}

export interface PlanMiddleware {
  readonly id: MiddlewareId;
  readonly middleware: Middleware;
}
