import type { RequestView } from '../model/request-view.ts';
import type { Rule } from '../model/rule.ts';
import { holds } from './linear.ts';
import { formatRule } from './rule/format.ts';

/** One matcher of a rule, and what it found. */
export interface ExplainedTerm {
  /** As in a rule: ``Path(`/x`)`` or ``!Method(`GET`)``. */
  readonly text: string;
  readonly holds: boolean;
  /** What the request has in its place: `the path is "/y"`. */
  readonly request: string;
}

/** All matchers of a rule, in its order. */
export function termsOf(rule: Rule, view: RequestView): readonly ExplainedTerm[] {
  if (rule.kind === 'and' || rule.kind === 'or') return rule.rules.flatMap((each) => termsOf(each, view));
  return [{ text: formatTerm(rule), holds: holds(rule, view), request: describeRequest(rule, view) }];
}

/** A term that failed, and how far that puts the request off. */
export interface FailedTerm {
  readonly text: string;
  readonly request: string;
  readonly distance: number;
}

/**
 * The terms that would have to change for a rule to hold; empty where it holds. Of alternatives, those of the nearest one.
 */
export function failedTerms(rule: Rule, view: RequestView): readonly FailedTerm[] {
  switch (rule.kind) {
    case 'and':
      return rule.rules.flatMap((each) => failedTerms(each, view));
    case 'or':
      return nearest(rule, view);
    default:
      if (holds(rule, view)) return [];
      return [
        { text: formatTerm(rule), request: describeRequest(rule, view), distance: distanceOf(rule, view) },
      ];
  }
}

/** The sum of what failed terms put a request off. */
export function distanceSum(terms: readonly FailedTerm[]): number {
  return terms.reduce((sum, term) => sum + term.distance, 0);
}

function nearest(rule: Extract<Rule, { kind: 'or' }>, view: RequestView): readonly FailedTerm[] {
  let best: readonly FailedTerm[] | null = null;
  for (const branch of rule.rules) {
    const failed = failedTerms(branch, view);
    if (best === null || distanceSum(failed) < distanceSum(best)) best = failed;
    if (failed.length === 0) break;
  }
  return best ?? [{ text: formatRule(rule), request: 'nothing can fulfil it', distance: 1000 }];
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
      return view.host === '' ? 'the request has no host' : `the host is ${quoted(view.host)}`;
    case 'path':
    case 'pathPrefix':
      return `the path is ${quoted(view.path)}`;
    case 'method':
      return `the method is ${quoted(view.method)}`;
    case 'header': {
      const values = view.header(rule.name.toLowerCase());
      return values.length === 0
        ? `the request has no header ${rule.name}`
        : `header ${rule.name} is ${values.map(quoted).join(', ')}`;
    }
    case 'not':
      return describeRequest(rule.rule, view);
    case 'and':
    case 'or':
      return 'the request fulfils it';
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.length <= 100 ? text : `${text.slice(0, 100)}…`);
}

/** Another host is farther off than another path, and that than another method or header; the more in common, the nearer. */
function distanceOf(rule: Rule, view: RequestView): number {
  switch (rule.kind) {
    case 'host':
      return 100 - Math.min(50, commonEnd(rule.host, view.host));
    case 'path':
      return 30 - Math.min(20, commonStart(rule.path, view.path));
    case 'pathPrefix':
      return 30 - Math.min(20, commonStart(rule.prefix, view.path));
    case 'not':
      return rule.rule.kind === 'host' ? 100 : 10;
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
