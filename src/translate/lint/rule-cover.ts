import type { Rule } from '../../model/rule.ts';
import { hasElements, type PathPrefixRule, plainPrefix } from '../../routing/rule/path-prefix.ts';

/** A rule without `and` and `or`. One under `not` is taken whole. */
export type Term = Exclude<Rule, { kind: 'and' } | { kind: 'or' }>;

/** Terms that must all hold. */
export type Branch = readonly Term[];

/** Beyond this many alternatives a rule is not judged: those of an `and` of `or`s multiply. */
const mostBranches = 64;

/** The alternatives of a rule, each a list of terms that must hold together; null where there are too many. */
export function branchesOf(rule: Rule): readonly Branch[] | null {
  if (rule.kind === 'or') {
    const all: Branch[] = [];
    for (const each of rule.rules) {
      const branches = branchesOf(each);
      if (branches === null || all.length + branches.length > mostBranches) return null;
      all.push(...branches);
    }
    return all;
  }
  if (rule.kind !== 'and') return [[rule]];
  let product: readonly Branch[] = [[]];
  for (const each of rule.rules) {
    const branches = branchesOf(each);
    if (branches === null || product.length * branches.length > mostBranches) return null;
    product = product.flatMap((left) => branches.map((right) => [...left, ...right]));
  }
  return product;
}

/**
 * Whether every request of which `narrow` holds is one of which `broad` holds. Sound, not complete: true is a proof, false
 * may be ignorance.
 */
export function covers(broad: readonly Branch[], narrow: readonly Branch[]): boolean {
  return narrow.length > 0 && narrow.every((given) => broad.some((wanted) => branchImplies(given, wanted)));
}

function branchImplies(given: Branch, wanted: Branch): boolean {
  return wanted.every((term) => isAnyHost(term) || given.some((fact) => implies(fact, term)));
}

function isAnyHost(term: Term): boolean {
  return term.kind === 'host' && term.host === '*';
}

function implies(fact: Term, wanted: Term): boolean {
  if (wanted.kind === 'host' && fact.kind === 'host') return hostImplies(fact.host, wanted.host);
  if (wanted.kind === 'pathPrefix') {
    if (fact.kind === 'path') return hasPrefix(fact.path, wanted);
    if (fact.kind === 'pathPrefix') return prefixImplies(fact, wanted);
  }
  return JSON.stringify(fact) === JSON.stringify(wanted);
}

function hostImplies(fact: string, wanted: string): boolean {
  if (fact === wanted) return true;
  return wanted.startsWith('*.') && !fact.startsWith('*') && wanted === wildcardOf(fact);
}

/** `*.example.com` for `a.example.com`: the wildcard of one label more that has the host. */
export function wildcardOf(host: string): string {
  const dot = host.indexOf('.');
  return dot <= 0 ? '' : `*${host.slice(dot)}`;
}

function hasPrefix(path: string, wanted: PathPrefixRule): boolean {
  const prefix = plainPrefix(wanted);
  return wanted.elements ? hasElements(path, prefix) : path.startsWith(prefix);
}

function prefixImplies(fact: PathPrefixRule, wanted: PathPrefixRule): boolean {
  const has = plainPrefix(fact);
  // Plain characters may go on within an element; whole elements end where they end.
  if (wanted.elements && !fact.elements && has === plainPrefix(wanted)) return false;
  return hasPrefix(has, wanted);
}
