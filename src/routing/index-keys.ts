import type { HostRule, Rule } from '../model/rule.ts';
import { withoutTrailingSlash } from './rule/path-prefix.ts';
import { outlineOf } from './rule/pattern-outline.ts';
import { allOf, byCost, compileRule, type RuleTest, type RuleTools } from './test-rule.ts';

/** A path, or a prefix of plain characters, that a request must have for a rule to hold. */
export interface PathKey {
  readonly exact: boolean;
  readonly path: string;
}

/** What a request must have for a rule to hold: a host and a path that the index can find it by. */
export interface IndexKey {
  /** A host, `*.domain`, or `*` where the rule says nothing that an index can use. */
  readonly host: string;
  /** Null where the rule says nothing that an index can use. */
  readonly path: PathKey | null;
}

/** Beyond this many keys a rule is indexed by host alone. */
const maxKeys = 1000;

/** The keys of a rule: it holds of no request that has none of them. No key twice. */
export function indexKeysOf(rule: Rule): readonly IndexKey[] {
  if (rule.kind === 'or') {
    const byText = new Map<string, IndexKey>();
    for (const branch of rule.rules) {
      for (const key of indexKeysOf(branch)) byText.set(keyText(key), key);
    }
    return byText.size > maxKeys ? withoutPaths([...byText.values()]) : [...byText.values()];
  }
  const hosts = hostsOf(rule) ?? ['*'];
  const paths = pathsOf(rule) ?? [null];
  const usable = hosts.length * paths.length > maxKeys ? [null] : paths;
  return hosts.flatMap((host) => usable.map((path) => ({ host, path })));
}

function keyText(key: IndexKey): string {
  return key.path === null ? key.host : `${key.host}${key.path.exact ? '=' : '^'}${key.path.path}`;
}

function withoutPaths(keys: readonly IndexKey[]): readonly IndexKey[] {
  return [...new Set(keys.map((key) => key.host))].map((host) => ({ host, path: null }));
}

/** The hosts of which a request must have one; null where the rule does not say. */
function hostsOf(rule: Rule): readonly string[] | null {
  switch (rule.kind) {
    case 'host':
      return rule.host === '*' ? null : [rule.host];
    case 'hostRegexp': {
      const { literal } = outlineOf(rule.pattern);
      return literal?.begin && literal.end && !literal.text.includes('*') ? [literal.text] : null;
    }
    case 'and':
      return fewest(rule.rules.map(hostsOf));
    case 'or': {
      const branches = rule.rules.map(hostsOf);
      return branches.includes(null) ? null : [...new Set(branches.flatMap((hosts) => hosts ?? []))];
    }
    default:
      return null;
  }
}

/** The paths of which a request must have one; null where the rule does not say. */
function pathsOf(rule: Rule): readonly PathKey[] | null {
  switch (rule.kind) {
    case 'path':
    case 'pathPrefix': {
      const key = pathKeyOf(rule);
      return key === null ? null : [key];
    }
    case 'pathRegexp':
      return pathsOfPattern(rule.pattern);
    case 'and':
      return fewest(rule.rules.map(pathsOf));
    case 'or': {
      const branches = rule.rules.map(pathsOf);
      if (branches.includes(null)) return null;
      const byText = new Map<string, PathKey>();
      for (const key of branches.flatMap((paths) => paths ?? [])) {
        byText.set(keyText({ host: '', path: key }), key);
      }
      return [...byText.values()];
    }
    default:
      return null;
  }
}

/** What every match of a pattern begins with is as good as a prefix. */
function pathsOfPattern(pattern: string): readonly PathKey[] | null {
  const { prefix, literal } = outlineOf(pattern);
  if (literal?.begin && literal.end) return [{ exact: true, path: literal.text }];
  return prefix === '' ? null : [{ exact: false, path: prefix }];
}

type PathRule = Extract<Rule, { kind: 'path' | 'pathPrefix' }>;

/** Null for a prefix that every path has. */
function pathKeyOf(rule: PathRule): PathKey | null {
  if (rule.kind === 'path') return { exact: true, path: rule.path };
  const path = rule.elements ? withoutTrailingSlash(rule.prefix) || '/' : rule.prefix;
  return path === '' ? null : { exact: false, path };
}

function fewest<Key>(lists: readonly (readonly Key[] | null)[]): readonly Key[] | null {
  let best: readonly Key[] | null = null;
  for (const list of lists) {
    if (list !== null && (best === null || list.length < best.length)) best = list;
  }
  return best;
}

/** A rule cut into a path that is cheap to check and the rest. */
export interface SplitRule {
  /** Null where no term of the rule is that simple. */
  readonly path: PathKey | null;
  /** What must hold besides; null where nothing. Takes the host for granted that the rule is indexed by. */
  readonly rest: RuleTest | null;
}

/**
 * Cuts a rule that all terms of must hold, so that what its index key says is not checked again: its one host and its first
 * path. Any other rule is all rest.
 */
export function splitRule(rule: Rule, tools: RuleTools): SplitRule {
  const terms = rule.kind === 'and' ? rule.rules : [rule];
  if (terms.some((term) => term.kind === 'and' || term.kind === 'or')) {
    return { path: null, rest: compileRule(rule, tools) };
  }
  // A pattern may be what the rule is indexed by, and then says nothing of the other hosts.
  const host = terms.some((term) => term.kind === 'hostRegexp') ? undefined : terms.find(isHost);
  const pathTerm = terms.find(isPlainPath);
  const others = terms.filter((term) => term !== host && term !== pathTerm);
  return {
    path: pathTerm === undefined ? null : pathKeyOf(pathTerm),
    rest: others.length === 0 ? null : allOf(byCost(others).map((other) => compileRule(other, tools))),
  };
}

function isHost(rule: Rule): rule is HostRule {
  return rule.kind === 'host' && rule.host !== '*';
}

/** Elements are no plain characters: they need a check after the prefix, except where the prefix is empty. */
function isPlainPath(rule: Rule): rule is PathRule {
  if (rule.kind !== 'pathPrefix') return rule.kind === 'path';
  return !rule.elements || withoutTrailingSlash(rule.prefix) === '';
}
