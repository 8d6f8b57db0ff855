import { formatReference } from '../../model/object-reference.ts';
import type { PlanRoute } from '../../model/plan.ts';
import { plainPrefix } from '../../routing/rule/path-prefix.ts';
import { type Lint, lint } from './lint-kinds.ts';
import { type Branch, branchesOf, covers, type Term } from './rule-cover.ts';

interface Place {
  readonly route: PlanRoute;
  readonly branch: Branch;
}

/** Of routes at one place only so many are compared. */
const mostCompared = 32;

/**
 * Pairs of routes that some request fits both of, and of which neither priority nor specificity says which goes first: only
 * the age or the name of their objects does. `routes` must be in the order of precedence; each is named once at most, with
 * the first that it loses to. Rules of equal specificity overlap only where their host and path are the same, so routes are
 * compared by those. Terms of one kind that differ, such as two regular expressions, are taken not to overlap.
 */
export function overlappingRoutes(routes: readonly PlanRoute[]): readonly Lint[] {
  const places = new Map<string, Place[]>();
  const found: Lint[] = [];
  for (const route of routes) {
    // Below parents the parents' ranks decide first.
    if (route.under !== undefined) continue;
    let winner: PlanRoute | undefined;
    for (const branch of branchesOf(route.rule) ?? []) {
      const key = placeKey(route, branch);
      const list = places.get(key) ?? [];
      winner ??= list.find((other) => overlaps(other, { route, branch }))?.route;
      if (list.length < mostCompared) list.push({ route, branch });
      places.set(key, list);
    }
    if (winner !== undefined) found.push(remark(route, winner));
  }
  return found;
}

function placeKey({ priority, specificity }: PlanRoute, branch: Branch): string {
  const host = branch.find((term) => term.kind === 'host');
  const path = branch.find((term) => term.kind === 'path' || term.kind === 'pathPrefix');
  return JSON.stringify([priority, specificity, host?.kind === 'host' ? host.host : '*', pathText(path)]);
}

function pathText(term: Term | undefined): string {
  if (term?.kind === 'path') return `=${term.path}`;
  if (term?.kind === 'pathPrefix') return `^${plainPrefix(term)}`;
  return '';
}

function overlaps(winner: Place, loser: Place): boolean {
  const [left, right] = [winner.route, loser.route];
  if (left === right || (left.tls !== null && right.tls !== null && left.tls !== right.tls)) return false;
  if (!left.entryPoints.some((name) => right.entryPoints.includes(name))) return false;
  // What is never reached has a remark of its own.
  if (covers([winner.branch], [loser.branch])) return false;
  return !winner.branch.some((term) => loser.branch.some((other) => excludes(term, other)));
}

/** Whether two terms hardly ever hold together, as two methods, or two values of one header. */
function excludes(left: Term, right: Term): boolean {
  if (left.kind === 'not') return JSON.stringify(left.rule) === JSON.stringify(right);
  if (right.kind === 'not') return JSON.stringify(right.rule) === JSON.stringify(left);
  if (left.kind !== right.kind || left.kind === 'host' || left.kind === 'path' || left.kind === 'pathPrefix')
    return false;
  if ('name' in left && 'name' in right && left.name !== right.name) return false;
  return JSON.stringify(left) !== JSON.stringify(right);
}

function remark(route: PlanRoute, winner: PlanRoute): Lint {
  const who = `${formatReference(winner.object)} ${winner.path}`;
  const message = `overlaps ${who}, whose rule ${winner.match} is as specific and has the same priority ${route.priority}: a request that fits both goes to the older object, or the first by name`;
  return lint(route, 'OverlappingRoutes', message, 'Give one of the two a priority of its own.');
}
