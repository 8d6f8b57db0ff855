import type { RequestView } from '../model/request-view.ts';
import type { Rule } from '../model/rule.ts';
import { differenceOf } from './explain-difference.ts';
import { holds } from './linear.ts';
import { parseQuery } from './query.ts';
import { formatRule } from './rule/format.ts';
import { compileRule, type RuleTools } from './test-rule.ts';

/** One matcher of a rule, and what it found. */
export interface ExplainedTerm {
  /** As in a rule: ``Path(`/x`)`` or ``!Method(`GET`)``. */
  readonly text: string;
  readonly holds: boolean;
  /** What the request has in its place: `the path is "/y"`. */
  readonly request: string;
}

/** All matchers of a rule, in its order. */
export function termsOf(rule: Rule, view: RequestView, tools: RuleTools): readonly ExplainedTerm[] {
  if (rule.kind === 'and' || rule.kind === 'or') {
    return rule.rules.flatMap((each) => termsOf(each, view, tools));
  }
  const request = describeRequest(rule, view);
  return [{ text: formatTerm(rule), holds: termHolds(rule, view, tools), request }];
}

/** A term that failed: what was wanted, and what the request has instead. */
export interface FailedTerm {
  /** As in a rule. */
  readonly wanted: string;
  /** `the path is "/y"` */
  readonly request: string;
}

/**
 * The terms that would have to change for a rule to hold; empty where it holds. Of alternatives, those of the nearest one. An
 * alternative without any branch fails as a whole.
 */
export function failedTerms(rule: Rule, view: RequestView, tools: RuleTools): readonly Rule[] {
  switch (rule.kind) {
    case 'and': {
      let failed: readonly Rule[] = nothing;
      for (const each of rule.rules) {
        const more = failedTerms(each, view, tools);
        if (more.length > 0) failed = failed.length === 0 ? more : [...failed, ...more];
      }
      return failed;
    }
    case 'or':
      return nearest(rule, view, tools);
    default:
      return termHolds(rule, view, tools) ? nothing : [rule];
  }
}

const nothing: readonly Rule[] = Object.freeze([]);

/** How far failed terms put a request off, to order misses by: the less, the nearer. Not negative. */
export function distanceSum(terms: readonly Rule[], view: RequestView): number {
  return terms.reduce((sum, term) => sum + distanceOf(term, view), 0);
}

/** A failed term in words. */
export function describeFailed(rule: Rule, view: RequestView): FailedTerm {
  if (rule.kind === 'or') return { wanted: formatRule(rule), request: 'nothing can fulfil it' };
  const request = describeRequest(rule, view);
  const difference = differenceOf(rule, view);
  return {
    wanted: formatTerm(rule),
    request: difference === null ? request : `${request} (${difference})`,
  };
}

function nearest(rule: Extract<Rule, { kind: 'or' }>, view: RequestView, tools: RuleTools): readonly Rule[] {
  let best: readonly Rule[] | null = null;
  for (const branch of rule.rules) {
    const failed = failedTerms(branch, view, tools);
    if (failed.length === 0) return failed;
    if (best === null || distanceSum(failed, view) < distanceSum(best, view)) best = failed;
  }
  return best ?? [rule];
}

/** As `holds` says; patterns are compiled once for all rules that share `tools`, and most not at all. */
function termHolds(rule: Rule, view: RequestView, tools: RuleTools): boolean {
  const term = rule.kind === 'not' ? rule.rule : rule;
  return 'pattern' in term ? compileRule(rule, tools)(view) : holds(rule, view);
}

/** A rule that takes whole elements reads as a pair of parentheses would: with its kind named. */
function formatTerm(rule: Rule): string {
  return rule.kind === 'pathPrefix' && rule.elements
    ? `${formatRule(rule)} by whole elements`
    : formatRule(rule);
}

function describeRequest(rule: Rule, view: RequestView): string {
  switch (rule.kind) {
    case 'host':
    case 'hostRegexp':
      return view.host === '' ? 'the request has no host' : `the host is ${quoted(view.host)}`;
    case 'path':
    case 'pathPrefix':
    case 'pathRegexp':
      return `the path is ${quoted(view.path)}`;
    case 'method':
      return `the method is ${quoted(view.method)}`;
    case 'header':
    case 'headerRegexp': {
      const values = view.header(rule.name.toLowerCase());
      return values.length === 0
        ? `the request has no header ${rule.name}`
        : `header ${rule.name} is ${listed(values)}`;
    }
    case 'query':
    case 'queryRegexp': {
      const values = parseQuery(view.query).get(rule.key) ?? [];
      return values.length === 0
        ? `the query has no parameter ${quoted(rule.key)}`
        : `parameter ${quoted(rule.key)} is ${listed(values)}`;
    }
    case 'clientIp':
      return `the client address is ${quoted(view.clientIp)}`;
    case 'not':
      return describeRequest(rule.rule, view);
    case 'and':
    case 'or':
      return 'the request fulfils it';
  }
}

/** The first few. */
function listed(values: readonly string[]): string {
  const more = values.length > 10 ? ` and ${values.length - 10} more` : '';
  return `${values.slice(0, 10).map(quoted).join(', ')}${more}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length <= 100 ? text : `${text.slice(0, 100)}…`);
}

/** Another host is farther off than another path, and that than another method or header; the more in common, the nearer. */
function distanceOf(rule: Rule, view: RequestView): number {
  switch (rule.kind) {
    case 'host':
      return 100 - Math.min(50, commonEnd(rule.host, view.host));
    case 'hostRegexp':
      return 75;
    case 'pathRegexp':
      return 20;
    case 'path':
      return 30 - Math.min(20, commonStart(rule.path, view.path));
    case 'pathPrefix':
      return 30 - Math.min(20, commonStart(rule.prefix, view.path));
    case 'not':
      return rule.rule.kind === 'host' || rule.rule.kind === 'hostRegexp' ? 100 : 10;
    default:
      return 5;
  }
}

function commonStart(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return length;
}

function commonEnd(left: string, right: string): number {
  let length = 0;
  while (length < left.length && length < right.length && left.at(-1 - length) === right.at(-1 - length)) {
    length++;
  }
  return length;
}
