import type { PlanRoute, RouteId } from '../model/plan.ts';
import type { RequestView } from '../model/request-view.ts';
import { distanceSum, type ExplainedTerm, failedTerms, termsOf } from './explain-terms.ts';
import { byPrecedence } from './precedence.ts';

/** Why a request takes the route it takes, and why no other. */
export interface Explanation {
  /** Null where no route takes the request. */
  readonly route: PlanRoute | null;
  /** The matchers of that route, in the order of its rule. */
  readonly terms: readonly ExplainedTerm[];
  /** Nearest first: routes that match too and have lower precedence, then those that miss by least. */
  readonly rejected: readonly RejectedRoute[];
}

export interface RejectedRoute {
  readonly route: RouteId;
  /** What the route failed by and what the request has instead, in one line. */
  readonly reason: string;
}

interface Judged {
  readonly route: PlanRoute;
  /** 0 where the route matches. */
  readonly distance: number;
  readonly reason: string;
}

/**
 * Explains the choice among `routes`, in whatever order they come; it is the choice that `Table.match` makes. At most `limit`
 * rejected routes are named. Takes time in proportion to the number of routes.
 */
export function explainRequest(routes: readonly PlanRoute[], view: RequestView, limit = 20): Explanation {
  const judged = routes.map((route) => judge(route, view)).sort(byNearness);
  const first = judged[0];
  const winner = first?.distance === 0 ? first.route : null;
  const rejected = judged
    .slice(winner === null ? 0 : 1)
    .slice(0, limit)
    .map(({ route, distance, reason }) => ({
      route: route.id,
      reason: winner !== null && distance === 0 ? lostTo(winner, route) : reason,
    }));
  return { route: winner, terms: winner === null ? [] : termsOf(winner.rule, view), rejected };
}

function byNearness(left: Judged, right: Judged): number {
  return left.distance - right.distance || byPrecedence(left.route, right.route);
}

function judge(route: PlanRoute, view: RequestView): Judged {
  const failed = failedTerms(route.rule, view);
  const reasons = failed.map((term) => `${term.text} does not hold: ${term.request}`);
  let distance = distanceSum(failed);
  if (!route.entryPoints.includes(view.entryPoint)) {
    distance += 20;
    reasons.push(`it is on entry point ${route.entryPoints.join(', ')}, not on ${view.entryPoint}`);
  }
  if (route.tls !== null && route.tls !== (view.tls ?? false)) {
    distance += 20;
    reasons.push(
      route.tls
        ? 'it takes requests over TLS only, this one came in clear text'
        : 'it takes requests in clear text only, this one came over TLS',
    );
  }
  return { route, distance, reason: reasons.join('; ') };
}

function lostTo(winner: PlanRoute, route: PlanRoute): string {
  if (route.priority !== winner.priority) {
    return `also matches, but priority ${route.priority} < ${winner.priority}`;
  }
  const same = `also matches with the same priority ${route.priority}`;
  if (route.specificity !== winner.specificity) {
    return `${same}, but ${winner.id} is more specific`;
  }
  if (route.createdAt !== winner.createdAt) return `${same}, but ${winner.id} is older`;
  return `${same}, but ${winner.id} comes first by name`;
}
