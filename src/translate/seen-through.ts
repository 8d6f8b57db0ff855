import type { HeaderEdit, Middleware } from '../model/middleware.ts';
import type { Rule } from '../model/rule.ts';

/** A rule on what a client sends, that says the same as one on what middlewares made of it. */
export interface SeenRule {
  readonly rule: Rule;
  /**
   * False where a matcher looks at something that a middleware writes in a way that cannot be told beforehand. The rule then
   * holds of more requests than are meant, never of fewer.
   */
  readonly isExact: boolean;
}

const always: Rule = Object.freeze({ kind: 'and', rules: Object.freeze([]) });
const never: Rule = Object.freeze({ kind: 'or', rules: Object.freeze([]) });

/**
 * Puts a rule that is to be held against a request after `middlewares`, in the order in which they act, into terms of the
 * request before them: a header that one of them sets is known, and a prefix that one removes stands before the path. So a
 * route below a parent can be found without running the middlewares of the parent first.
 */
export function seenThrough(rule: Rule, middlewares: readonly Middleware[]): SeenRule {
  const view: View = { isExact: true, isNegated: false };
  const seen = middlewares.reduceRight((later, middleware) => rewrite(later, middleware, view), rule);
  return { rule: seen, isExact: view.isExact };
}

interface View {
  isExact: boolean;
  /** Within an odd number of negations, where "for all I know" is said by a matcher that never holds. */
  isNegated: boolean;
}

function rewrite(rule: Rule, middleware: Middleware, view: View): Rule {
  switch (rule.kind) {
    case 'and':
      return all(rule.rules.map((one) => rewrite(one, middleware, view)));
    case 'or':
      return any(rule.rules.map((one) => rewrite(one, middleware, view)));
    case 'not': {
      view.isNegated = !view.isNegated;
      const inner = rewrite(rule.rule, middleware, view);
      view.isNegated = !view.isNegated;
      return negation(inner);
    }
    default:
      return rewriteMatcher(rule, middleware, view);
  }
}

type Matcher = Exclude<Rule, { kind: 'and' | 'or' | 'not' }>;

function rewriteMatcher(rule: Matcher, middleware: Middleware, view: View): Rule {
  switch (middleware.kind) {
    case 'headers':
      return throughHeaders(rule, middleware.request, view);
    case 'addPrefix':
      return throughPath(rule, (path) => throughAddPrefix(path, middleware.prefix), view);
    case 'stripPrefix':
      if (writesHeader(rule, 'X-Forwarded-Prefix')) return unknown(view);
      return throughPath(rule, (path) => throughStripPrefix(path, middleware.prefixes), view);
  }
}

function throughPath(rule: Matcher, rewritten: (rule: PathMatcher) => Rule, view: View): Rule {
  if (!rule.kind.startsWith('path')) return rule;
  const isPlain = rule.kind === 'path' || (rule.kind === 'pathPrefix' && !rule.elements);
  return isPlain ? rewritten(rule) : unknown(view);
}

/** What may be true and may be not: true where that takes in more requests. */
function unknown(view: View): Rule {
  view.isExact = false;
  return view.isNegated ? never : always;
}

function throughHeaders(rule: Matcher, edits: readonly HeaderEdit[], view: View): Rule {
  const last = edits.findLast(({ name }) => writesHeader(rule, name));
  if (last === undefined) return rule;
  if (rule.kind !== 'header' || rule.name.toLowerCase() !== last.name.toLowerCase()) return unknown(view);
  return last.value === rule.value ? always : never;
}

/** Whether a matcher looks at a header that is written under `name`, in any spelling that upstreams take for the same. */
function writesHeader(rule: Matcher, name: string): boolean {
  if (rule.kind === 'host' || rule.kind.startsWith('host')) return folded(name) === 'host';
  return rule.kind.startsWith('header') && 'name' in rule && folded(rule.name) === folded(name);
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-');
}

type PathMatcher = Extract<Rule, { kind: 'path' | 'pathPrefix' }>;

function throughAddPrefix(rule: PathMatcher, written: string): Rule {
  const prefix = written.startsWith('/') ? written : `/${written}`;
  const path = textOf(rule);
  if (path.startsWith(prefix)) {
    const rest = path.slice(prefix.length);
    if (rest === '' && rule.kind === 'pathPrefix') return always;
    return rest.startsWith('/') ? withText(rule, rest) : never;
  }
  return rule.kind === 'pathPrefix' && prefix.startsWith(path) ? always : never;
}

/** The first prefix that a path begins with is removed; a path that begins with none stays. */
function throughStripPrefix(rule: PathMatcher, written: readonly string[]): Rule {
  const prefixes = written.filter((prefix) => prefix !== '');
  const branches = prefixes.map((prefix, index) =>
    all([...prefixes.slice(0, index).map(doesNotBegin), stripped(rule, prefix)]),
  );
  return any([...branches, all([...prefixes.map(doesNotBegin), rule])]);
}

function stripped(rule: PathMatcher, prefix: string): Rule {
  const path = textOf(rule);
  if (path === '/') {
    if (rule.kind === 'pathPrefix') return { kind: 'pathPrefix', prefix, elements: false };
    return any([withText(rule, prefix), withText(rule, `${prefix}/`)]);
  }
  const whole = withText(rule, prefix + path);
  // What is left gets a slash where it has none.
  return path.startsWith('//') ? whole : any([whole, withText(rule, prefix + path.slice(1))]);
}

function doesNotBegin(prefix: string): Rule {
  return { kind: 'not', rule: { kind: 'pathPrefix', prefix, elements: false } };
}

function textOf(rule: PathMatcher): string {
  return rule.kind === 'path' ? rule.path : rule.prefix;
}

function withText(rule: PathMatcher, text: string): Rule {
  return rule.kind === 'path'
    ? { kind: 'path', path: text }
    : { kind: 'pathPrefix', prefix: text, elements: false };
}

/** Holds where all of some rules do. Takes apart what is such a rule itself. */
export function all(rules: readonly Rule[]): Rule {
  const flat = rules.flatMap((rule) => (rule.kind === 'and' ? rule.rules : [rule]));
  if (flat.some(isNever)) return never;
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { kind: 'and', rules: flat };
}

function any(rules: readonly Rule[]): Rule {
  const flat = rules.flatMap((rule) => (rule.kind === 'or' ? rule.rules : [rule]));
  if (flat.some((rule) => rule.kind === 'and' && rule.rules.length === 0)) return always;
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { kind: 'or', rules: flat };
}

function negation(rule: Rule): Rule {
  if (isNever(rule)) return always;
  return rule.kind === 'and' && rule.rules.length === 0 ? never : { kind: 'not', rule };
}

/** True where it can be told from a rule alone that it holds of no request, as of one that asks for two hosts. */
export function isImpossible(rule: Rule): boolean {
  if (isNever(rule)) return true;
  if (rule.kind !== 'and') return false;
  const wanted = new Map<string, string>();
  return rule.rules.some((one) => {
    const value = onlyValueOf(one);
    if (value === null) return false;
    const other = wanted.get(one.kind);
    wanted.set(one.kind, value);
    return other !== undefined && other !== value;
  });
}

/** The one host, path or method that a rule takes. */
function onlyValueOf(rule: Rule): string | null {
  if (rule.kind === 'host') return rule.host.startsWith('*') ? null : rule.host;
  if (rule.kind === 'path') return rule.path;
  return rule.kind === 'method' ? rule.method : null;
}

function isNever(rule: Rule): boolean {
  return rule.kind === 'or' && rule.rules.length === 0;
}
