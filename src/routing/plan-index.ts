import type { MiddlewareId, PlanMiddleware, PlanService, ServiceKey } from '../model/plan.ts';

/** The services and middlewares of one generation, to compile the actions of its routes with. */
export interface PlanIndex {
  service(key: ServiceKey): PlanService | undefined;
  middleware(id: MiddlewareId): PlanMiddleware | undefined;
}
