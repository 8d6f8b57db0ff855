import type { PlanMiddleware, PlanService } from '../model/plan.ts';
import type { MiddlewareId, ServiceKey } from '../model/plan-keys.ts';

/** The services and middlewares of one generation, to compile the actions of its routes with. */
export interface PlanIndex {
  service(key: ServiceKey): PlanService | undefined;
  middleware(id: MiddlewareId): PlanMiddleware | undefined;
}
