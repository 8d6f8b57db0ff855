import type { RequestView } from '../model/request-view.ts';
import type { ClientIpRule, PatternRule, QueryRule, Rule } from '../model/rule.ts';
import { AddressMemo, parseAddressRange, rangeIncludes } from './address-range.ts';
import { textOfBytes } from './byte-text.ts';
import { QueryMemo } from './query.ts';
import { hasElements, withoutTrailingSlash } from './rule/path-prefix.ts';
import { SharedPatterns } from './text-pattern.ts';

export type RuleTest = (view: RequestView) => boolean;

/** What the rules of one table and its successors share, so that each thing is compiled and read once. */
export class RuleTools {
  readonly patterns = new SharedPatterns();
  readonly queries = new QueryMemo();
  readonly addresses = new AddressMemo();
}

/** Makes the function that says whether a rule holds of a request. It allocates nothing when called, but to read a query. */
export function compileRule(rule: Rule, tools: RuleTools): RuleTest {
  switch (rule.kind) {
    case 'and':
      return allOf(byCost(rule.rules).map((each) => compileRule(each, tools)));
    case 'or':
      return anyOf(byCost(rule.rules).map((each) => compileRule(each, tools)));
    case 'not': {
      const test = compileRule(rule.rule, tools);
      return (view) => !test(view);
    }
    case 'host':
      return compileHost(rule.host);
    case 'path': {
      const { path } = rule;
      return (view) => view.path === path;
    }
    case 'pathPrefix':
      return rule.elements ? compileElements(rule.prefix) : compilePrefix(rule.prefix);
    case 'method': {
      const { method } = rule;
      return (view) => view.method === method;
    }
    case 'header':
      return compileHeader(rule.name.toLowerCase(), rule.value);
    case 'query':
      return compileQuery(rule, tools);
    case 'clientIp':
      return compileClientIp(rule, tools);
    default:
      return compilePatternRule(rule, tools);
  }
}

/** The rules in the order in which to ask them: what costs less first. The answer does not depend on it. */
export function byCost(rules: readonly Rule[]): readonly Rule[] {
  return rules.toSorted((left, right) => costOf(left) - costOf(right));
}

function costOf(rule: Rule): number {
  switch (rule.kind) {
    case 'header':
    case 'clientIp':
      return 1;
    case 'query':
      return 2;
    case 'hostRegexp':
    case 'pathRegexp':
    case 'headerRegexp':
    case 'queryRegexp':
      return 3;
    case 'not':
      return costOf(rule.rule);
    case 'and':
    case 'or':
      return 4;
    default:
      return 0;
  }
}

/** Makes the function that says whether all of some tests hold. */
export function allOf(tests: readonly RuleTest[]): RuleTest {
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (tests.length === 2) return (view) => first(view) && second(view);
  return (view) => {
    for (const test of tests) if (!test(view)) return false;
    return true;
  };
}

function anyOf(tests: readonly RuleTest[]): RuleTest {
  return (view) => {
    for (const test of tests) if (test(view)) return true;
    return false;
  };
}

function compileHost(pattern: string): RuleTest {
  if (pattern === '*') return () => true;
  if (!pattern.startsWith('*.')) return (view) => view.host === pattern;
  const suffix = pattern.slice(1);
  return ({ host }) =>
    host.endsWith(suffix) && host.indexOf('.') === host.length - suffix.length && host[0] !== '.';
}

function compileHeader(name: string, value: string): RuleTest {
  if (isAscii(value)) return (view) => view.header(name).includes(value);
  return (view) => view.header(name).some((each) => textOfBytes(each) === value);
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function compileQuery({ key, value }: QueryRule, { queries }: RuleTools): RuleTest {
  return (view) => queries.get(view.query, key)?.includes(value) ?? false;
}

function compileClientIp(rule: ClientIpRule, { addresses }: RuleTools): RuleTest {
  const range = parseAddressRange(rule.range);
  if (range === null) return () => false;
  return (view) => {
    const address = addresses.get(view.clientIp);
    return address !== null && rangeIncludes(range, address);
  };
}

function compilePatternRule(rule: PatternRule, { patterns, queries }: RuleTools): RuleTest {
  const pattern = patterns.get(rule.pattern);
  switch (rule.kind) {
    case 'hostRegexp':
      return (view) => pattern.test(view.host);
    case 'pathRegexp':
      return (view) => pattern.test(view.path);
    case 'headerRegexp': {
      const name = rule.name.toLowerCase();
      return (view) => {
        for (const value of view.header(name)) if (pattern.test(textOfBytes(value))) return true;
        return false;
      };
    }
    case 'queryRegexp': {
      const { key } = rule;
      return (view) => {
        for (const value of queries.get(view.query, key) ?? []) if (pattern.test(value)) return true;
        return false;
      };
    }
  }
}

function compilePrefix(prefix: string): RuleTest {
  return (view) => view.path.startsWith(prefix);
}

function compileElements(prefix: string): RuleTest {
  const whole = withoutTrailingSlash(prefix);
  return (view) => hasElements(view.path, whole);
}
