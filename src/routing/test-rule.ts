import type { RequestView } from '../model/request-view.ts';
import type { Rule } from '../model/rule.ts';

export type RuleTest = (view: RequestView) => boolean;

/** Makes the function that says whether a rule holds of a request. It allocates nothing when called. */
export function compileRule(rule: Rule): RuleTest {
  switch (rule.kind) {
    case 'and':
      return allOf(rule.rules.map(compileRule));
    case 'or':
      return anyOf(rule.rules.map(compileRule));
    case 'not': {
      const test = compileRule(rule.rule);
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
    case 'header': {
      const { value } = rule;
      const name = rule.name.toLowerCase();
      return (view) => view.header(name).includes(value);
    }
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

function compilePrefix(prefix: string): RuleTest {
  return (view) => view.path.startsWith(prefix);
}

function compileElements(prefix: string): RuleTest {
  const whole = withoutTrailingSlash(prefix);
  return ({ path }) => path.startsWith(whole) && (path.length === whole.length || path[whole.length] === '/');
}

/** The prefix whose elements are compared: a trailing slash makes no difference (Kubernetes Ingress, `pathType: Prefix`). */
export function withoutTrailingSlash(prefix: string): string {
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}
