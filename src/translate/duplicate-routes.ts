import { type Diagnostic, diagnostic } from '../model/diagnostic.ts';
import { formatReference } from '../model/object-reference.ts';
import type { PlanRoute, RouteId } from '../model/plan.ts';
import { byPrecedence } from '../routing/precedence.ts';
import type { SharedEntries } from './shared-entries.ts';

/** Routes of the same rule and priority: at least two, or what two or more have come down to. */
interface Group {
  readonly routes: Map<RouteId, PlanRoute>;
  /** By entry point: the route that goes first there. */
  winners: ReadonlyMap<string, PlanRoute>;
  /** Whether the diagnostics of the group say which route wins. */
  isNamed: boolean;
}

/**
 * The largest group whose diagnostics name the winner. In a larger one a new winner would change the diagnostics of all the
 * others, so that somebody with very many equal routes could keep the control thread busy by touching one.
 */
const mostNamed = 50;

/**
 * Finds routes that are never reached because on all their entry points another one with the same rule and priority goes
 * first. A change costs the groups that it touches.
 */
export class DuplicateRoutes {
  /** Nearly every group has one route only, and then it stands for itself. */
  readonly #groups = new Map<string, PlanRoute | Group>();
  readonly #found = new Map<RouteId, Diagnostic>();
  readonly #touchedGroups = new Set<Group>();
  readonly #touchedRoutes = new Set<RouteId>();

  add(route: PlanRoute): void {
    const key = groupKey(route);
    const known = this.#groups.get(key);
    if (known === undefined || ('id' in known && known.id === route.id)) {
      this.#groups.set(key, route);
      return;
    }
    const group = 'id' in known ? groupOf(known) : known;
    this.#groups.set(key, group);
    group.routes.set(route.id, route);
    this.#touchedRoutes.add(route.id);
    this.#touchedGroups.add(group);
  }

  remove(route: PlanRoute): void {
    const key = groupKey(route);
    const known = this.#groups.get(key);
    this.#touchedRoutes.add(route.id);
    if (known === undefined) return;
    if ('id' in known) {
      if (known.id === route.id) this.#groups.delete(key);
      return;
    }
    known.routes.delete(route.id);
    this.#touchedGroups.add(known);
    if (known.routes.size === 0) this.#groups.delete(key);
  }

  /** Judges the groups that changed since the last call, and brings the diagnostics up to date with the result. */
  settle(diagnostics: SharedEntries<Diagnostic>): void {
    const now = new Map<RouteId, Diagnostic>();
    for (const group of this.#touchedGroups) this.#judge(group, now);
    for (const id of this.#touchedRoutes) this.#replace(id, now.get(id), diagnostics);
    this.#touchedGroups.clear();
    this.#touchedRoutes.clear();
  }

  /** Notes whose verdict may differ now, and the verdicts themselves. */
  #judge(group: Group, now: Map<RouteId, Diagnostic>): void {
    const { routes } = group;
    const before = group.winners;
    const isNamed = routes.size <= mostNamed;
    const isAllAnew = isNamed || group.isNamed;
    group.winners = winnersOf(routes.values());
    group.isNamed = isNamed;
    if (isAllAnew) for (const id of routes.keys()) this.#touchedRoutes.add(id);
    for (const { id } of before.values()) this.#touchedRoutes.add(id);
    for (const { id } of group.winners.values()) this.#touchedRoutes.add(id);
    for (const id of isAllAnew ? routes.keys() : this.#touchedRoutes) {
      const route = routes.get(id);
      const verdict = route === undefined ? undefined : verdictOn(route, group);
      if (verdict !== undefined) now.set(id, verdict);
    }
  }

  #replace(id: RouteId, now: Diagnostic | undefined, diagnostics: SharedEntries<Diagnostic>): void {
    const before = this.#found.get(id);
    if (before !== undefined) diagnostics.release(before);
    if (now !== undefined) {
      diagnostics.use(now);
      this.#found.set(id, now);
    } else this.#found.delete(id);
  }
}

function groupOf(route: PlanRoute): Group {
  return { routes: new Map([[route.id, route]]), winners: new Map(), isNamed: true };
}

function winnersOf(routes: Iterable<PlanRoute>): ReadonlyMap<string, PlanRoute> {
  const winners = new Map<string, PlanRoute>();
  for (const route of routes) {
    for (const entryPoint of route.entryPoints) {
      const winner = winners.get(entryPoint);
      if (winner === undefined || byPrecedence(route, winner) < 0) winners.set(entryPoint, route);
    }
  }
  return winners;
}

/** A diagnostic where the route goes first on none of its entry points. */
function verdictOn(route: PlanRoute, { winners, isNamed }: Group): Diagnostic | undefined {
  const ahead = route.entryPoints.map((entryPoint) => winners.get(entryPoint));
  const [winner] = ahead;
  if (winner === undefined || ahead.includes(route)) return undefined;
  const who = isNamed ? `${formatReference(winner.object)} ${winner.path}` : 'another route';
  return diagnostic(
    route.object,
    route.path,
    'DuplicateRoute',
    `${who} has the same rule and priority and goes first, so this route is never reached`,
    'Remove one of the two, or give this one a higher priority.',
  );
}

function groupKey(route: PlanRoute): string {
  return `${route.priority} ${route.tls} ${JSON.stringify(route.rule)}`;
}
