import type { PlanRoute } from '../model/plan.ts';
import type { RequestView } from '../model/request-view.ts';
import type { Rule } from '../model/rule.ts';
import { parseAddress, parseAddressRange, rangeIncludes } from './address-range.ts';
import { textOfBytes } from './byte-text.ts';
import { byPrecedence } from './precedence.ts';
import { parseQuery } from './query.ts';
import { compilePattern, type PatternResult } from './rule/compile-pattern.ts';

/** The specification of matching: of the routes that hold, the first in precedence. `Table.match` must say the same. */
export function matchLinear(routes: readonly PlanRoute[], view: RequestView): PlanRoute | undefined {
  const compiled: CompiledPatterns = new Map();
  return routes.filter((route) => accepts(route, view, compiled)).sort(byPrecedence)[0];
}

/** Patterns that were compiled for one question. */
type CompiledPatterns = Map<string, PatternResult>;

function accepts(route: PlanRoute, view: RequestView, compiled: CompiledPatterns): boolean {
  const transport = route.tls === null || route.tls === (view.tls === true);
  return transport && route.entryPoints.includes(view.entryPoint) && holds(route.rule, view, compiled);
}

/** Whether a rule holds of a request. */
export function holds(rule: Rule, view: RequestView, compiled: CompiledPatterns = new Map()): boolean {
  switch (rule.kind) {
    case 'and':
      return rule.rules.every((each) => holds(each, view, compiled));
    case 'or':
      return rule.rules.some((each) => holds(each, view, compiled));
    case 'not':
      return !holds(rule.rule, view, compiled);
    case 'host':
      return rule.host === '*' || rule.host === view.host || rule.host === `*${parentDomain(view.host)}`;
    case 'path':
      return view.path === rule.path;
    case 'pathPrefix':
      return rule.elements ? hasElements(view.path, rule.prefix) : view.path.startsWith(rule.prefix);
    case 'method':
      return view.method === rule.method;
    case 'header':
      return headerOf(rule.name, view).includes(rule.value);
    case 'query':
      return parseQuery(view.query).get(rule.key)?.includes(rule.value) ?? false;
    case 'clientIp':
      return isInRange(rule.range, view.clientIp);
    case 'hostRegexp':
      return finds(rule.pattern, compiled, [view.host]);
    case 'pathRegexp':
      return finds(rule.pattern, compiled, [view.path]);
    case 'headerRegexp':
      return finds(rule.pattern, compiled, headerOf(rule.name, view));
    case 'queryRegexp':
      return finds(rule.pattern, compiled, parseQuery(view.query).get(rule.key) ?? []);
  }
}

function headerOf(name: string, view: RequestView): readonly string[] {
  return view.header(name.toLowerCase()).map(textOfBytes);
}

function finds(pattern: string, compiled: CompiledPatterns, texts: readonly string[]): boolean {
  const result = compiled.get(pattern) ?? compilePattern(pattern);
  compiled.set(pattern, result);
  return result.ok && texts.some((text) => result.compiled.test(text));
}

function isInRange(text: string, clientIp: string): boolean {
  const range = parseAddressRange(text);
  const address = parseAddress(clientIp);
  return range !== null && address !== null && rangeIncludes(range, address);
}

/** What follows the first label, dot included; nothing that a pattern ends with where there is none. */
function parentDomain(host: string): string {
  const [, parent] = /^[^.]+(\..+)$/.exec(host) ?? [];
  return parent ?? '\n';
}

function hasElements(path: string, prefix: string): boolean {
  const elements = prefix.replace(/\/$/, '').split('/');
  return elements.every((element, index) => path.split('/')[index] === element);
}
