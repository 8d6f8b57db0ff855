import type { PlanRoute } from '../model/plan.ts';

/**
 * Whether a request on route `chosen` meets every policy that it would meet on route `other`: each middleware of `other` is
 * one of `chosen`, in whatever order, and `other` does not fail closed. A route that fails closed itself forwards nothing, so
 * it covers every other.
 */
export function coversPolicy(chosen: PlanRoute, other: PlanRoute): boolean {
  if (chosen === other || chosen.action.kind === 'fail') return true;
  if (other.action.kind === 'fail') return false;
  for (const id of other.middlewares) if (!chosen.middlewares.includes(id)) return false;
  return true;
}

/** Whether two routes cover each other. */
export function hasSamePolicy(left: PlanRoute, right: PlanRoute): boolean {
  return coversPolicy(left, right) && coversPolicy(right, left);
}
