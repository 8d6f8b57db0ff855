import type { PlanRoute, RouteRank } from '../model/plan.ts';
import type { RouteId } from '../model/plan-keys.ts';
import type { RequestView } from '../model/request-view.ts';
import type { Rule } from '../model/rule.ts';
import { isOffered } from './candidate.ts';
import {
  describeFailed,
  distanceSum,
  type ExplainedTerm,
  type FailedTerm,
  failedTerms,
  termsOf,
} from './explain-terms.ts';
import { byPrecedence } from './precedence.ts';
import { RuleTools } from './test-rule.ts';

/** Why a request takes the route it takes, and why no other. */
export interface Explanation {
  /** Null where no route takes the request. */
  readonly route: PlanRoute | null;
  /** The matchers of that route, in the order of its rule. */
  readonly terms: readonly ExplainedTerm[];
  /** How many routes match too and have lower precedence, also those that are not named. */
  readonly alsoMatching: number;
  /** First routes that match too, in the order in which they would be taken; then those that miss by least. */
  readonly rejected: readonly RejectedRoute[];
}

/** What orders two routes that both match: the first of these in which they differ. */
export type Criterion = 'priority' | 'specificity' | 'age' | 'name';

export interface RejectedRoute {
  readonly route: RouteId;
  /** What the route lost or failed by and what the request has instead, in one line. */
  readonly reason: string;
  /** True where the route would take the request if those before it were not there. */
  readonly matches: boolean;
  /** What it lost by; null where it does not match. */
  readonly lostBy: Criterion | null;
  /** The terms that failed; empty where it matches. */
  readonly failed: readonly FailedTerm[];
}

/** A route that does not match. Numbers only: words are made for the few that are named. */
interface Miss {
  readonly route: PlanRoute;
  readonly failed: readonly Rule[];
  /** Terms that failed; an entry point or a transport that does not fit counts as one each. */
  readonly count: number;
  readonly isOtherHost: boolean;
  readonly distance: number;
}

/**
 * Explains the choice among `routes`, in whatever order they come; it is the choice that `Table.match` makes. At most `limit`
 * routes that lost and `limit` that do not match are named. Takes time in proportion to the number of routes, and keeps no
 * more than it names.
 */
export function explainRequest(routes: readonly PlanRoute[], view: RequestView, limit = 5): Explanation {
  const tools = new RuleTools();
  const matching: PlanRoute[] = [];
  const misses: Miss[] = [];
  let matches = 0;
  for (const route of routes) {
    const failed = failedTerms(route.rule, view, tools);
    if (failed.length === 0 && isOffered(route, view)) {
      matches += 1;
      keepFirst(matching, route, byPrecedence, limit + 1);
    } else keepFirst(misses, missOf(route, failed, view), byNearness, limit);
  }
  const [winner = null, ...losers] = matching;
  const lost = losers.slice(0, limit).map((route) => loserOf(winner ?? route, route));
  return {
    route: winner,
    terms: winner === null ? [] : termsOf(winner.rule, view, tools),
    alsoMatching: Math.max(0, matches - 1),
    rejected: [...lost, ...misses.map((miss) => missInWords(miss, view))],
  };
}

/** Puts an entry into a short sorted list of the first `most`. */
function keepFirst<Entry>(
  list: Entry[],
  entry: Entry,
  compare: (left: Entry, right: Entry) => number,
  most: number,
): void {
  let place = list.length;
  while (place > 0 && compare(entry, list[place - 1] as Entry) < 0) place -= 1;
  if (place >= most) return;
  list.splice(place, 0, entry);
  if (list.length > most) list.pop();
}

function missOf(route: PlanRoute, failed: readonly Rule[], view: RequestView): Miss {
  const count = failed.length + Number(!isOnEntryPoint(route, view)) + Number(!isOfTransport(route, view));
  const isOtherHost = failed.some(({ kind }) => kind === 'host' || kind === 'hostRegexp');
  return { route, failed, count, isOtherHost, distance: distanceSum(failed, view) };
}

/** The fewest failed terms first, then the same host, then what has more in common. */
function byNearness(left: Miss, right: Miss): number {
  return (
    left.count - right.count ||
    Number(left.isOtherHost) - Number(right.isOtherHost) ||
    left.distance - right.distance ||
    byPrecedence(left.route, right.route)
  );
}

function isOnEntryPoint(route: PlanRoute, view: RequestView): boolean {
  return route.entryPoints.includes(view.entryPoint);
}

function isOfTransport(route: PlanRoute, view: RequestView): boolean {
  return route.tls === null || route.tls === (view.tls ?? false);
}

function missInWords({ route, failed: rules }: Miss, view: RequestView): RejectedRoute {
  const failed = rules.map((rule) => describeFailed(rule, view));
  const reasons = failed.map(({ wanted, request }) => `${wanted} does not hold: ${request}`);
  if (!isOnEntryPoint(route, view)) {
    reasons.push(`it is on entry point ${route.entryPoints.join(', ')}, not on ${view.entryPoint}`);
  }
  if (!isOfTransport(route, view)) {
    reasons.push(
      route.tls === true
        ? 'it takes requests over TLS only, this one came in clear text'
        : 'it takes requests in clear text only, this one came over TLS',
    );
  }
  return { route: route.id, reason: reasons.join('; '), matches: false, lostBy: null, failed };
}

function loserOf(winner: PlanRoute, route: PlanRoute): RejectedRoute {
  const [first, second] = ranksThatDiffer(winner, route);
  const same = `also matches with the same priority ${second.priority}`;
  const lostBy = criterionOf(first, second);
  const reasons: Record<Criterion, string> = {
    priority: `also matches, but priority ${second.priority} < ${first.priority}`,
    specificity: `${same}, but ${first.id} is more specific`,
    age: `${same}, but ${first.id} is older`,
    name: `${same}, but ${first.id} comes first by name`,
  };
  return { route: route.id, reason: reasons[lostBy], matches: true, lostBy, failed: [] };
}

function criterionOf(winner: RouteRank, route: RouteRank): Criterion {
  if (route.priority !== winner.priority) return 'priority';
  if (route.specificity !== winner.specificity) return 'specificity';
  return route.createdAt === winner.createdAt ? 'name' : 'age';
}

/** The routes themselves; of routes below parents, the outermost ones of their lines that are not the same. */
function ranksThatDiffer(winner: PlanRoute, route: PlanRoute): readonly [RouteRank, RouteRank] {
  const ofWinner: readonly RouteRank[] = [...(winner.under ?? []), winner];
  const ofRoute: readonly RouteRank[] = [...(route.under ?? []), route];
  for (const [depth, rank] of ofWinner.entries()) {
    const other = ofRoute[depth];
    if (other !== undefined && other.id !== rank.id) return [rank, other];
  }
  return [winner, route];
}
