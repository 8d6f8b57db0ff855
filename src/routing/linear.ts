import type { PlanRoute } from '../model/plan.ts';
import type { RequestView } from '../model/request-view.ts';
import type { Rule } from '../model/rule.ts';
import { byPrecedence } from './precedence.ts';

/** The specification of matching: of the routes that hold, the first in precedence. `Table.match` must say the same. */
export function matchLinear(routes: readonly PlanRoute[], view: RequestView): PlanRoute | undefined {
  return routes.filter((route) => accepts(route, view)).sort(byPrecedence)[0];
}

function accepts(route: PlanRoute, view: RequestView): boolean {
  const transport = route.tls === null || route.tls === (view.tls === true);
  return transport && route.entryPoints.includes(view.entryPoint) && holds(route.rule, view);
}

/** Whether a rule holds of a request. */
export function holds(rule: Rule, view: RequestView): boolean {
  switch (rule.kind) {
    case 'and':
      return rule.rules.every((each) => holds(each, view));
    case 'or':
      return rule.rules.some((each) => holds(each, view));
    case 'not':
      return !holds(rule.rule, view);
    case 'host':
      return rule.host === '*' || rule.host === view.host || rule.host === `*${parentDomain(view.host)}`;
    case 'path':
      return view.path === rule.path;
    case 'pathPrefix':
      return rule.elements ? hasElements(view.path, rule.prefix) : view.path.startsWith(rule.prefix);
    case 'method':
      return view.method === rule.method;
    case 'header':
      return view.header(rule.name.toLowerCase()).includes(rule.value);
  }
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
