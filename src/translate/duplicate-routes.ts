import { quote } from '../api/field-path.ts';
import { type Diagnostic, diagnostic } from '../model/diagnostic.ts';
import { formatReference, type ObjectReference } from '../model/object-reference.ts';
import type { PlanRoute } from '../model/plan.ts';
import type { RouteId } from '../model/plan-keys.ts';
import type { PlanTcpRoute, PlanUdpRoute } from '../model/plan-tcp.ts';
import { byPrecedence, byTcpPrecedence, byUdpPrecedence } from '../routing/precedence.ts';
import type { SharedEntries } from './shared-entries.ts';

/** A route of any protocol. */
interface AnyRoute {
  readonly id: RouteId;
  readonly object: ObjectReference;
  readonly path: string;
  readonly entryPoints: readonly string[];
}

/** When routes of one protocol are duplicates. */
export interface Duplication<Route> {
  /** Of several routes with the same key the first in `order` takes everything. */
  readonly keyOf: (route: Route) => string;
  readonly order: (left: Route, right: Route) => number;
  /** Whether a route is told of that is reached on some of its entry points. */
  readonly tellsPartly: boolean;
  /** What is wrong, after the name of the winner, and what to do. `lost` are the entry points where the route is never reached. */
  readonly message: (lost: readonly string[]) => string;
  readonly hint: string;
}

const sameRule = Object.freeze({
  tellsPartly: false,
  message: () => 'has the same rule and priority and goes first, so this route is never reached',
  hint: 'Remove one of the two, or give this one a higher priority.',
});

export const httpDuplication: Duplication<PlanRoute> = Object.freeze({
  keyOf: ({ priority, tls, rule }: PlanRoute) => `${priority} ${tls} ${JSON.stringify(rule)}`,
  order: byPrecedence,
  ...sameRule,
});

export const tcpDuplication: Duplication<PlanTcpRoute> = Object.freeze({
  keyOf: ({ priority, tls, rule }: PlanTcpRoute) => `${priority} ${tls !== null} ${JSON.stringify(rule)}`,
  order: byTcpPrecedence,
  ...sameRule,
});

/** Datagrams name nothing that a rule could look at. */
export const udpDuplication = Object.freeze<Duplication<PlanUdpRoute>>({
  keyOf: () => '',
  order: byUdpPrecedence,
  tellsPartly: true,
  message: (lost) =>
    `is the older one, or the first of its object, and takes all of ${lost.map(quote).join(', ')}`,
  hint: 'Remove one of the two, or name another entry point.',
});

/** Routes of the same key: at least two, or what two or more have come down to. */
interface Group<Route> {
  readonly routes: Map<RouteId, Route>;
  /** By entry point: the route that goes first there. */
  winners: ReadonlyMap<string, Route>;
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
export class DuplicateRoutes<Route extends AnyRoute> {
  readonly #duplication: Duplication<Route>;
  /** Nearly every group has one route only, and then it stands for itself. */
  readonly #groups = new Map<string, Route | Group<Route>>();
  readonly #found = new Map<RouteId, Diagnostic>();
  readonly #touchedGroups = new Set<Group<Route>>();
  readonly #touchedRoutes = new Set<RouteId>();

  constructor(duplication: Duplication<Route>) {
    this.#duplication = duplication;
  }

  add(route: Route): void {
    const key = this.#duplication.keyOf(route);
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

  remove(route: Route): void {
    const key = this.#duplication.keyOf(route);
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
  #judge(group: Group<Route>, now: Map<RouteId, Diagnostic>): void {
    const { routes } = group;
    const before = group.winners;
    const isNamed = routes.size <= mostNamed;
    const isAllAnew = isNamed || group.isNamed;
    group.winners = winnersOf(routes.values(), this.#duplication.order);
    group.isNamed = isNamed;
    if (isAllAnew) for (const id of routes.keys()) this.#touchedRoutes.add(id);
    for (const { id } of before.values()) this.#touchedRoutes.add(id);
    for (const { id } of group.winners.values()) this.#touchedRoutes.add(id);
    for (const id of isAllAnew ? routes.keys() : this.#touchedRoutes) {
      const route = routes.get(id);
      const verdict = route === undefined ? undefined : verdictOn(route, group, this.#duplication);
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

function groupOf<Route extends AnyRoute>(route: Route): Group<Route> {
  return { routes: new Map([[route.id, route]]), winners: new Map(), isNamed: true };
}

function winnersOf<Route extends AnyRoute>(
  routes: Iterable<Route>,
  order: Duplication<Route>['order'],
): ReadonlyMap<string, Route> {
  const winners = new Map<string, Route>();
  for (const route of routes) {
    for (const entryPoint of route.entryPoints) {
      const winner = winners.get(entryPoint);
      if (winner === undefined || order(route, winner) < 0) winners.set(entryPoint, route);
    }
  }
  return winners;
}

/** A diagnostic where the route goes first on none of its entry points, or on some only where that is told too. */
function verdictOn<Route extends AnyRoute>(
  route: Route,
  { winners, isNamed }: Group<Route>,
  { tellsPartly, message, hint }: Duplication<Route>,
): Diagnostic | undefined {
  const { entryPoints, object, path } = route;
  const lost = entryPoints.filter((entryPoint) => winners.get(entryPoint) !== route);
  const winner = winners.get(lost[0] ?? '');
  if (winner === undefined || (lost.length < entryPoints.length && !tellsPartly)) return undefined;
  const who = isNamed ? `${formatReference(winner.object)} ${winner.path}` : 'another route';
  return diagnostic(object, path, 'DuplicateRoute', `${who} ${message(lost)}`, hint);
}
