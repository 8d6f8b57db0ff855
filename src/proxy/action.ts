import type { PlanRoute } from '../model/plan.ts';
import type { RouteId } from '../model/plan-keys.ts';
import type { PlanIndex } from '../routing/plan-index.ts';
import type { MiddlewareStep } from './exchange.ts';
import type { Limits } from './limits.ts';
import { compileMiddleware } from './middleware/compile.ts';
import { failures, type ProxyError } from './proxy-error.ts';
import { noTimeouts, type Timeouts, timeoutsOf } from './timeouts.ts';
import type { Services } from './upstream/services.ts';
import { WeightedTargets } from './upstream/weighted.ts';

/** What becomes of the requests of one route in one generation. Null targets: the route answers with `failure`. */
export interface Action {
  readonly route: RouteId;
  readonly steps: readonly MiddlewareStep[];
  readonly targets: WeightedTargets | null;
  readonly failure: ProxyError;
  readonly timeouts: Timeouts;
}

/** Makes the action of a route. A middleware that the plan does not have makes the route fail, never act without it. */
export function compileAction(route: PlanRoute, plan: PlanIndex, services: Services, limits: Limits): Action {
  const steps: MiddlewareStep[] = [];
  let isBroken = false;
  for (const id of route.middlewares) {
    const entry = plan.middleware(id);
    if (entry === undefined) isBroken = true;
    else steps.push(compileMiddleware(entry.middleware));
  }
  const { action } = route;
  if (isBroken || action.kind === 'fail') {
    const isNoRoute = action.kind === 'fail' && action.status === 404;
    const failure = isNoRoute ? failures.noRoute : failures.routeBroken;
    return { route: route.id, steps: [], targets: null, failure, timeouts: noTimeouts };
  }
  const targets = action.targets.map((target) => ({
    service: services.get(target.service, target.scheme, target.transport),
    weight: target.weight,
    passHostHeader: target.passHostHeader,
    ownTimeouts: action.timeouts,
    ...(target.proxyProtocol === undefined ? {} : { proxyProtocol: target.proxyProtocol }),
  }));
  const timeouts = timeoutsOf(action.timeouts, limits);
  const failure = failures.routeBroken;
  return { route: route.id, steps, targets: new WeightedTargets(targets), failure, timeouts };
}
