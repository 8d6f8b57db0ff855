import type { Diagnostic } from '../model/diagnostic.ts';
import type { RouteDetails, RouteProblem } from '../model/object-status.ts';
import type { PlanRoute } from '../model/plan.ts';
import type { PlanTcpRoute } from '../model/plan-tcp.ts';
import type { Rule } from '../model/rule.ts';
import type { TcpRule } from '../model/tcp-rule.ts';
import type { Fragment } from '../translate/fragment.ts';

/** `kubectl get` shows them in one column. */
const mostHosts = 3;
/** A status is for people, and every replica keeps it in memory: /api/diagnostics has all. */
const mostProblems = 16;
const longestText = 256;

/** What the status of an object with routes says beside its conditions. */
export function routeDetailsOf({ routes, tcpRoutes, udpRoutes, diagnostics }: Fragment): RouteDetails {
  const all = [...routes, ...tcpRoutes, ...udpRoutes];
  const entryPoints = new Set(all.flatMap((route) => route.entryPoints));
  return {
    hosts: hostsOf([...routes, ...tcpRoutes]),
    entryPoints: clipped([...entryPoints].join(',')),
    routes: problemsOf(diagnostics),
  };
}

/** In the order of the routes, each once. */
function hostsOf(routes: readonly RuledRoute[]): string {
  const hosts = new Set<string>();
  for (const { rule } of [...routes].sort((left, right) => indexOf(left.path) - indexOf(right.path))) {
    const named = namedHosts(rule);
    for (const host of named.length === 0 ? ['*'] : named) hosts.add(host);
  }
  const shown = [...hosts].slice(0, mostHosts).join(',');
  return clipped(hosts.size > mostHosts ? `${shown} + ${hosts.size - mostHosts} more` : shown);
}

type RuledRoute = Pick<PlanRoute | PlanTcpRoute, 'path' | 'rule'>;

function namedHosts(rule: Rule | TcpRule): readonly string[] {
  if (rule.kind === 'and' || rule.kind === 'or') return rule.rules.flatMap((one) => namedHosts(one));
  if (rule.kind === 'host' || rule.kind === 'hostSni') return [rule.host];
  return rule.kind === 'hostRegexp' || rule.kind === 'hostSniRegexp' ? [rule.pattern] : [];
}

function problemsOf(diagnostics: readonly Diagnostic[]): readonly RouteProblem[] {
  const problems = new Map<number, RouteProblem>();
  for (const one of diagnostics) {
    const index = indexOf(one.path);
    if (one.severity !== 'error' || index < 0 || problems.has(index)) continue;
    const message = clipped(describedDiagnostic(one), 4 * longestText);
    problems.set(index, { index, reason: one.code, message });
  }
  return [...problems.values()].sort((left, right) => left.index - right.index).slice(0, mostProblems);
}

/** A diagnostic in one line: the field, what is wrong with it, and what to do. */
export function describedDiagnostic({ path, message, hint }: Diagnostic): string {
  const where = path === '' ? '' : `${path}: `;
  return hint === undefined ? `${where}${message}` : `${where}${message}. ${hint}`;
}

/** The index of the route that a path lies in; -1 for none. */
function indexOf(path: string): number {
  const found = /^spec\.routes\[(\d{1,9})\]/.exec(path);
  return found === null ? -1 : Number(found[1]);
}

function clipped(text: string, longest = longestText): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
