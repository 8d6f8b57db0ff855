import { formatReference } from '../../model/object-reference.ts';
import type { PlanRoute } from '../../model/plan.ts';
import { plainPrefix } from '../../routing/rule/path-prefix.ts';
import { type Lint, lint } from './lint-kinds.ts';
import { type Branch, branchesOf, covers, wildcardOf } from './rule-cover.ts';

interface Judged {
  readonly route: PlanRoute;
  readonly branches: readonly Branch[];
}

/** Routes by path within one host. */
interface PathBucket {
  readonly byPath: Map<string, Judged[]>;
  /** Lengths of the prefixes, so that only those are tried. */
  readonly lengths: Set<number>;
}

/** Of routes with the same host and path only so many are looked at, so that a million of them cost no more than that each. */
const mostCompared = 64;

/**
 * Routes that are never reached because another one, which goes first, covers their rule, their entry points and their
 * transport. `routes` must be in the order of precedence. Those of the same rule and priority are left to `DuplicateRoute`.
 * Costs each route its hosts and the prefixes of its paths, not the other routes.
 */
export function shadowedRoutes(routes: readonly PlanRoute[]): readonly Lint[] {
  const index = new Map<string, PathBucket>();
  const found: Lint[] = [];
  for (const route of routes) {
    const branches = branchesOf(route.rule);
    if (branches === null) continue;
    const judged = { route, branches };
    const winner = candidates(index, branches[0] ?? []).find((other) => shadows(other, judged));
    if (winner !== undefined) found.push(remark(route, winner.route));
    for (const branch of branches) insert(index, branch, judged);
  }
  return found;
}

function shadows(winner: Judged, loser: Judged): boolean {
  const { route } = winner;
  if (route.tls !== null && route.tls !== loser.route.tls) return false;
  if (!loser.route.entryPoints.every((name) => route.entryPoints.includes(name))) return false;
  if (isDuplicate(route, loser.route)) return false;
  return covers(winner.branches, loser.branches);
}

function isDuplicate(left: PlanRoute, right: PlanRoute): boolean {
  return (
    left.priority === right.priority &&
    left.tls === right.tls &&
    JSON.stringify(left.rule) === JSON.stringify(right.rule)
  );
}

function remark(route: PlanRoute, winner: PlanRoute): Lint {
  const who = `${formatReference(winner.object)} ${winner.path}`;
  const how =
    winner.priority === route.priority
      ? `goes first with the same priority ${route.priority}`
      : `goes first (priority ${winner.priority} > ${route.priority})`;
  const message = `never reached: ${who} ${how}, and its rule ${winner.match} takes every request that this one could take`;
  return lint(route, 'ShadowedRoute', message, 'Give this route a higher priority, or remove it.');
}

function insert(index: Map<string, PathBucket>, branch: Branch, judged: Judged): void {
  const host = branch.find((term) => term.kind === 'host' && term.host !== '*');
  const hostKey = host?.kind === 'host' ? host.host : '*';
  const bucket = index.get(hostKey) ?? { byPath: new Map<string, Judged[]>(), lengths: new Set<number>() };
  index.set(hostKey, bucket);
  const pathKey = pathKeyOf(branch, bucket.lengths);
  const list = bucket.byPath.get(pathKey);
  if (list === undefined) bucket.byPath.set(pathKey, [judged]);
  else if (list.length < mostCompared && list.at(-1) !== judged) list.push(judged);
}

function pathKeyOf(branch: Branch, lengths: Set<number>): string {
  for (const term of branch) {
    if (term.kind === 'path') return `=${term.path}`;
    if (term.kind !== 'pathPrefix') continue;
    const prefix = plainPrefix(term);
    lengths.add(prefix.length);
    return `^${prefix}`;
  }
  return '';
}

/** What may cover a branch, in the order of precedence within each place of the index. */
function candidates(index: Map<string, PathBucket>, branch: Branch): readonly Judged[] {
  const found: Judged[] = [];
  const hosts = new Set(['*']);
  const paths = branch.flatMap(pathOf);
  for (const term of branch) {
    if (term.kind === 'host') hosts.add(term.host).add(wildcardOf(term.host));
  }
  for (const host of hosts) {
    const bucket = index.get(host);
    if (bucket === undefined) continue;
    found.push(...(bucket.byPath.get('') ?? []));
    for (const { key, text } of paths) {
      if (key !== null) found.push(...(bucket.byPath.get(key) ?? []));
      for (const length of bucket.lengths) {
        if (length <= text.length) found.push(...(bucket.byPath.get(`^${text.slice(0, length)}`) ?? []));
      }
    }
  }
  return found;
}

function pathOf(term: Branch[number]): readonly { readonly key: string | null; readonly text: string }[] {
  if (term.kind === 'path') return [{ key: `=${term.path}`, text: term.path }];
  if (term.kind !== 'pathPrefix') return [];
  return [{ key: null, text: plainPrefix(term) }];
}
