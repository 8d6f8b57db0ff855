import type {
  MiddlewareId,
  Plan,
  PlanMiddleware,
  PlanRoute,
  PlanService,
  RouteId,
  ServiceKey,
} from './plan.ts';

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
}

export const emptyPlan: Plan = Object.freeze({
  routes: Object.freeze([]),
  services: Object.freeze([]),
  middlewares: Object.freeze([]),
});
