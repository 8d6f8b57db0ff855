import type { PlanRoute } from '../model/plan.ts';
import type { Rule } from '../model/rule.ts';

/**
 * The route as an upstream reads it that does not tell upper from lower case in paths: it takes the paths of `foldPath`. The
 * route itself where that changes nothing.
 */
export function foldRoute(route: PlanRoute): PlanRoute {
  const rule = foldRule(route.rule);
  return rule === route.rule ? route : { ...route, rule };
}

/** The path for folded routes. The path itself where it is in lower case already. */
export function foldPath(path: string): string {
  return path.toLowerCase();
}

function foldRule(rule: Rule): Rule {
  switch (rule.kind) {
    case 'and':
    case 'or': {
      const rules = rule.rules.map(foldRule);
      return rules.every((each, index) => each === rule.rules[index]) ? rule : { ...rule, rules };
    }
    case 'not': {
      const inner = foldRule(rule.rule);
      return inner === rule.rule ? rule : { kind: 'not', rule: inner };
    }
    case 'path': {
      const path = foldPath(rule.path);
      return path === rule.path ? rule : { ...rule, path };
    }
    case 'pathPrefix': {
      const prefix = foldPath(rule.prefix);
      return prefix === rule.prefix ? rule : { ...rule, prefix };
    }
    case 'pathRegexp':
      return /[A-Z\P{ASCII}]/u.test(rule.pattern) ? { ...rule, pattern: `(?i)${rule.pattern}` } : rule;
    default:
      return rule;
  }
}
