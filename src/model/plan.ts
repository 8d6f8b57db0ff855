import type { Middleware } from './middleware.ts';
import type { ObjectReference } from './object-reference.ts';
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
}

/**
 * `KIND/NAMESPACE/NAME/INDEX`, the metric label `route`; below parents `/under/NAMESPACE/NAME/INDEX` follows for each. KIND is
 * `IngressRoute.traefik.io` for one of Traefik's group.
 */
export type RouteId = string;

/** `NAMESPACE/NAME:PORT`, the metric label `service`; PORT is always the number. */
export type ServiceKey = string;

/** `NAMESPACE/NAME` of a Middleware, with `traefik.io/` before it for one of Traefik's group. */
export type MiddlewareId = string;

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
  readonly scheme: 'http';
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
}

export interface PlanMiddleware {
  readonly id: MiddlewareId;
  readonly middleware: Middleware;
}
