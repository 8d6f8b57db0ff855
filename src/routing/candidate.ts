import type { PlanRoute } from '../model/plan.ts';
import type { RequestView } from '../model/request-view.ts';
import { foldRoute } from './fold.ts';
import { splitRule } from './index-keys.ts';
import { byPrecedence } from './precedence.ts';
import type { RuleTest, RuleTools } from './test-rule.ts';

/** A route as the index holds it. What is to be done with a request stands elsewhere, so that it can change alone. */
export class Candidate {
  readonly route: PlanRoute;
  /** The same where paths are compared without regard to case; itself where that makes no difference. */
  readonly folded: Candidate;
  readonly #path: string | null;
  readonly #exact: boolean;
  readonly #rest: RuleTest | null;

  constructor(route: PlanRoute, tools: RuleTools, isFolded = false) {
    this.route = route;
    const folded = isFolded ? route : foldRoute(route);
    this.folded = folded === route ? this : new Candidate(folded, tools, true);
    const { path, rest } = splitRule(route.rule, tools);
    this.#path = path === null ? null : path.path;
    this.#exact = path?.exact ?? false;
    this.#rest = rest;
  }

  /** Whether the route takes a request; takes the host for granted that the route is indexed by. */
  takes(view: RequestView): boolean {
    const path = this.#path;
    if (path !== null && !(this.#exact ? view.path === path : view.path.startsWith(path))) return false;
    if (this.#rest !== null && !this.#rest(view)) return false;
    return isOffered(this.route, view);
  }
}

/** Whether a route is on the request's entry point, and takes requests over TLS or in clear text as this one came. */
export function isOffered(route: PlanRoute, view: RequestView): boolean {
  return (
    (route.tls === null || route.tls === (view.tls ?? false)) && route.entryPoints.includes(view.entryPoint)
  );
}

/** The order in which candidates are tried. */
export function byCandidatePrecedence(left: Candidate, right: Candidate): number {
  return byPrecedence(left.route, right.route);
}
