import type { KubeObject } from '../../model/cluster.ts';
import type { Plan } from '../../model/plan.ts';
import type { Lint } from './lint-kinds.ts';
import { overlappingRoutes } from './overlapping-routes.ts';
import { plainRegexps } from './plain-regexp.ts';
import { shadowedRoutes } from './shadowed-routes.ts';
import { tlsSecrets } from './tls-secrets.ts';
import { unusedMiddlewares } from './unused-middlewares.ts';

/** What `lintPlan` looks at. */
export interface LintInput {
  readonly plan: Plan;
  /** All objects there are, each with its namespace; shapes need not be right. */
  readonly objects: readonly KubeObject[];
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Looks at all objects together for what is valid and yet hardly meant. In no order. Costs about the objects there are. */
export function lintPlan({ plan, objects, nowMs }: LintInput): readonly Lint[] {
  return [
    ...shadowedRoutes(plan.routes),
    ...overlappingRoutes(plan.routes),
    ...plainRegexps(plan.routes),
    ...unusedMiddlewares(objects),
    ...tlsSecrets({ objects, routes: plan.routes, nowMs }),
  ];
}
