import { byCodeUnit } from '../model/order.ts';
import type { PlanRoute, RouteRank } from '../model/plan.ts';
import type { PlanTcpRoute } from '../model/plan-tcp.ts';
import type { Rule } from '../model/rule.ts';
import { formatRule } from './rule/format.ts';

/** The priority of an Ingress default backend: below whatever else there is (Traefik: the least 32-bit integer). */
export const defaultBackendPriority = -(2 ** 31);

/** The priority of a rule whose author set none: the bytes of its text in UTF-8, as in Traefik v3. */
export function defaultPriority(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/**
 * The priority of the rule of one Ingress path: the bytes of its text, as for an IngressRoute, where an Exact path counts as
 * if it were a prefix and a prefix counts without its trailing slash. So of two paths that match, the longer wins, and of an
 * Exact path and a Prefix of the same length, the Exact one does by its specificity (Kubernetes Ingress, "Multiple
 * matches").
 *
 * Unless the host is one name, the path counts as `/`, so that no path lifts a wildcard over a name that it stands for, or a
 * rule without host over one with: a name is at least as long as the wildcard, and where it is as long, the specificity lets
 * the name win. The specificity also orders the paths of such a host among each other. A host without paths counts as if it
 * had the path `/`.
 */
export function ingressPriority(rule: Rule): number {
  const whole: Rule = rule.kind === 'host' ? { kind: 'and', rules: [rule, rootPath] } : rule;
  const hasName = specificity(rule).host === 2;
  return defaultPriority(formatRule(hasName ? measured(whole) : replacePaths(whole, () => rootPath)));
}

const rootPath: Rule = Object.freeze({ kind: 'pathPrefix', prefix: '/', elements: false });

/** `specificityOf` for the rule of an Ingress path: a pattern counts as a prefix that is as long, so that it can win over `/`. */
export function ingressSpecificity(rule: Rule): number {
  const asPrefix = (term: Rule): Rule =>
    term.kind === 'pathRegexp' ? { kind: 'pathPrefix', prefix: term.pattern, elements: false } : term;
  return specificityOf(replacePaths(rule, asPrefix));
}

function replacePaths(rule: Rule, replace: (term: Rule) => Rule): Rule {
  switch (rule.kind) {
    case 'and':
    case 'or':
      return { kind: rule.kind, rules: rule.rules.map((each) => replacePaths(each, replace)) };
    case 'path':
    case 'pathPrefix':
    case 'pathRegexp':
      return replace(rule);
    default:
      return rule;
  }
}

function measured(rule: Rule): Rule {
  switch (rule.kind) {
    case 'and':
    case 'or':
      return { kind: rule.kind, rules: rule.rules.map(measured) };
    case 'not':
      return { kind: 'not', rule: measured(rule.rule) };
    case 'path':
      return { kind: 'pathPrefix', prefix: rule.path, elements: false };
    case 'pathPrefix':
      return rule.elements && rule.prefix.length > 1 && rule.prefix.endsWith('/')
        ? { ...rule, prefix: rule.prefix.slice(0, -1), elements: false }
        : { ...rule, elements: false };
    default:
      return rule;
  }
}

interface Specificity {
  /** 2 for one host, 1 for `*.domain`, one half for a pattern, 0 for any. */
  readonly host: number;
  /** 2 for one path, 1 for a prefix, 0 for a pattern and for any. */
  readonly path: number;
  /** Of a pattern too, so that it is narrower than any path. */
  readonly pathLength: number;
  readonly terms: number;
}

const nothing: Specificity = { host: 0, path: 0, pathLength: 0, terms: 0 };

/**
 * How narrow a rule is, as one integer that orders rules of the same priority: an exact host before `*.domain` before a
 * pattern before any host; then an exact path before a prefix before a pattern; then the longer path; then the number of
 * terms. Of alternatives the broadest counts. Between 0 and 2 to the 34th.
 */
export function specificityOf(rule: Rule): number {
  return encode(specificity(rule));
}

const patternHost = 0.5;

function encode(parts: Specificity): number {
  const terms = Math.min(parts.terms, 2 ** 10 - 1);
  if (parts.host === patternHost) {
    // Between any host with any path and the broadest rule of a wildcard host.
    const length = Math.min(parts.pathLength, 2 ** 18 - 1);
    return (3 * 2 ** 20 + parts.path * 2 ** 18 + length) * 2 ** 10 + terms;
  }
  const pathLength = Math.min(parts.pathLength, 2 ** 20 - 1);
  return ((parts.host * 4 + parts.path) * 2 ** 20 + pathLength) * 2 ** 10 + terms;
}

function specificity(rule: Rule): Specificity {
  switch (rule.kind) {
    case 'and':
      return rule.rules.map(specificity).reduce(narrowed, nothing);
    case 'or':
      return rule.rules.map(specificity).reduce(broader, rule.rules.length === 0 ? nothing : widest);
    case 'host':
      return { ...nothing, host: hostRank(rule.host), terms: 1 };
    case 'path':
      return { ...nothing, path: 2, pathLength: rule.path.length, terms: 1 };
    case 'pathPrefix':
      return { ...nothing, path: 1, pathLength: rule.prefix.length, terms: 1 };
    case 'hostRegexp':
      return { ...nothing, host: patternHost, terms: 1 };
    case 'pathRegexp':
      return { ...nothing, pathLength: rule.pattern.length, terms: 1 };
    case 'not':
    case 'method':
    case 'header':
    case 'headerRegexp':
    case 'query':
    case 'queryRegexp':
    case 'clientIp':
      return { ...nothing, terms: 1 };
  }
}

/** What every alternative is broader than. */
const widest: Specificity = { host: 3, path: 3, pathLength: 0, terms: 0 };

function hostRank(host: string): number {
  if (host === '*') return 0;
  return host.startsWith('*.') ? 1 : 2;
}

function narrowed(left: Specificity, right: Specificity): Specificity {
  const path =
    left.path * 2 ** 32 + left.pathLength >= right.path * 2 ** 32 + right.pathLength ? left : right;
  return {
    host: Math.max(left.host, right.host),
    path: path.path,
    pathLength: path.pathLength,
    terms: left.terms + right.terms,
  };
}

function broader(left: Specificity, right: Specificity): Specificity {
  return encode(left) <= encode(right) ? left : right;
}

/**
 * The order in which routes are tried; the first that matches takes the request. Total: higher priority, then higher
 * specificity, then the older object (one without age is the youngest), then namespace, name, kind, apiVersion and index. Of
 * routes below parents the outermost parents compete first; below the same one its children do, and then it comes itself.
 */
export function byPrecedence(left: PlanRoute, right: PlanRoute): number {
  return left.under === undefined && right.under === undefined ? byRank(left, right) : byLineage(left, right);
}

function byLineage(left: PlanRoute, right: PlanRoute): number {
  const ofLeft: readonly RouteRank[] = [...(left.under ?? []), left];
  const ofRight: readonly RouteRank[] = [...(right.under ?? []), right];
  for (const [depth, rank] of ofLeft.entries()) {
    const other = ofRight[depth];
    if (other === undefined) return -1;
    if (rank.id !== other.id) return byRank(rank, other);
  }
  return ofLeft.length < ofRight.length ? 1 : 0;
}

function byRank(left: RouteRank, right: RouteRank): number {
  if (left.priority !== right.priority) return left.priority > right.priority ? -1 : 1;
  if (left.specificity !== right.specificity) return left.specificity > right.specificity ? -1 : 1;
  return byAge(left.createdAt, right.createdAt) || byOrigin(left, right);
}

/** The order in which routes of IngressRouteTCP are tried: higher priority, then the older object, then as above. Total. */
export function byTcpPrecedence(left: PlanTcpRoute, right: PlanTcpRoute): number {
  if (left.priority !== right.priority) return left.priority > right.priority ? -1 : 1;
  return byUdpPrecedence(left, right);
}

/** Of the routes of IngressRouteUDP on an entry point the first one gets all datagrams. Total. */
export function byUdpPrecedence(left: Aged, right: Aged): number {
  return byAge(left.createdAt, right.createdAt) || byOrigin(left, right);
}

type Origin = Pick<RouteRank, 'id' | 'object'>;
type Aged = Origin & Pick<RouteRank, 'createdAt'>;

function byAge(left: string, right: string): number {
  if (left === right) return 0;
  if (left === '') return 1;
  if (right === '') return -1;
  return byCodeUnit(left, right);
}

function byOrigin(left: Origin, right: Origin): number {
  return (
    byCodeUnit(left.object.namespace, right.object.namespace) ||
    byCodeUnit(left.object.name, right.object.name) ||
    byCodeUnit(left.object.kind, right.object.kind) ||
    byCodeUnit(left.object.apiVersion, right.object.apiVersion) ||
    // Ids of one object differ in their index only: the shorter number is the lower.
    left.id.length - right.id.length ||
    byCodeUnit(left.id, right.id)
  );
}
