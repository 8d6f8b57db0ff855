import type { PlanRoute } from '../model/plan.ts';
import type { RequestView } from '../model/request-view.ts';
import { foldPath, foldRoute } from './fold.ts';
import { matchLinear } from './linear.ts';
import { coversPolicy } from './policy.ts';
import { pathKindOf, readingsOf } from './readings.ts';

/** Why a request is refused whose path an upstream may read otherwise than its route was chosen by. */
export interface Ambiguity {
  /** The other reading; null where there are too many to judge them. */
  readonly reading: string | null;
  /** The route that it leads to, which has a policy that the chosen route lacks; null where `reading` is. */
  readonly route: PlanRoute | null;
}

/** Finds the routes of other readings of a path: what a table, or a list of routes, has to offer for it. */
export interface ReadingLookup {
  /** What takes the request with another path. */
  find(view: RequestView): { readonly route: PlanRoute } | undefined;
  /** The same among folded routes, with a folded path. */
  findFolded(view: RequestView): { readonly route: PlanRoute } | undefined;
  /** False where no route of the host is changed by folding, so that a path in lower case has no folded reading. */
  hasFolded(host: string): boolean;
}

/**
 * The first reading of the path, also without regard to case, that leads to a route with a policy that `chosen` lacks; null
 * where there is none and the request may pass. A reading that leads to no route bypasses nothing.
 */
export function findAmbiguity(view: RequestView, chosen: PlanRoute, lookup: ReadingLookup): Ambiguity | null {
  const { path } = view;
  const kind = pathKindOf(path);
  if (kind === 'plain' && !lookup.hasFolded(view.host)) return null;
  if (kind !== 'odd') return foldedAmbiguity(view, path, chosen, lookup);
  const readings = readingsOf(path);
  if (readings === null) return { reading: null, route: null };
  for (const reading of readings) {
    const route = lookup.find(new OtherPath(view, reading))?.route;
    if (route !== undefined && !coversPolicy(chosen, route)) return { reading, route };
    const folded = foldedAmbiguity(view, reading, chosen, lookup);
    if (folded !== null) return folded;
  }
  return null;
}

function foldedAmbiguity(
  view: RequestView,
  reading: string,
  chosen: PlanRoute,
  lookup: ReadingLookup,
): Ambiguity | null {
  const folded = foldPath(reading);
  if (folded === reading && !lookup.hasFolded(view.host)) return null;
  const route = lookup.findFolded(folded === view.path ? view : new OtherPath(view, folded))?.route;
  return route === undefined || coversPolicy(chosen, route) ? null : { reading: folded, route };
}

/** The same among a list of routes, for people who ask why; takes time in proportion to the routes. */
export function ambiguityAmong(
  routes: readonly PlanRoute[],
  view: RequestView,
  chosen: PlanRoute,
): Ambiguity | null {
  if (routes.every((route) => coversPolicy(chosen, route))) return null;
  const folded = routes.map(foldRoute);
  const first = (list: readonly PlanRoute[], other: RequestView) => {
    const route = matchLinear(list, other);
    return route === undefined ? undefined : { route };
  };
  return findAmbiguity(view, chosen, {
    find: (other) => first(routes, other),
    findFolded: (other) => first(folded, other),
    hasFolded: () => true,
  });
}

/** A request with another path. */
class OtherPath implements RequestView {
  readonly path: string;
  readonly #view: RequestView;

  constructor(view: RequestView, path: string) {
    this.#view = view;
    this.path = path;
  }

  get entryPoint(): string {
    return this.#view.entryPoint;
  }

  get host(): string {
    return this.#view.host;
  }

  get query(): string {
    return this.#view.query;
  }

  get method(): string {
    return this.#view.method;
  }

  get tls(): boolean {
    return this.#view.tls === true;
  }

  get clientIp(): string {
    return this.#view.clientIp;
  }

  header(name: string): readonly string[] {
    return this.#view.header(name);
  }
}
