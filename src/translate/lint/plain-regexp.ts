import type { PlanRoute } from '../../model/plan.ts';
import type { PatternRule } from '../../model/rule.ts';
import { type Lint, lint } from './lint-kinds.ts';
import { branchesOf, type Term } from './rule-cover.ts';

/** Routes with a regular expression that a plain matcher could stand for, one remark for each. */
export function plainRegexps(routes: readonly PlanRoute[]): readonly Lint[] {
  const found: Lint[] = [];
  for (const route of routes) {
    const said = new Set<string>();
    for (const term of (branchesOf(route.rule) ?? []).flat()) {
      const regexp = patternOf(term);
      const plain = regexp === null ? null : plainMatcher(regexp);
      if (regexp === null || plain === null || said.has(plain)) continue;
      said.add(plain);
      const place = { object: route.object, path: `${route.path}.match` };
      const message = `${names[regexp.kind]} with ${JSON.stringify(regexp.pattern)} says no more than ${plain}`;
      found.push(lint(place, 'PlainRegexp', message, `Write ${plain}.`));
    }
  }
  return found;
}

const names = {
  hostRegexp: 'HostRegexp',
  pathRegexp: 'PathRegexp',
  headerRegexp: 'HeaderRegexp',
  queryRegexp: 'QueryRegexp',
} as const satisfies Record<PatternRule['kind'], string>;

function patternOf(term: Term): PatternRule | null {
  if (term.kind === 'not') return isPattern(term.rule) ? term.rule : null;
  return isPattern(term) ? term : null;
}

function isPattern(rule: { readonly kind: string }): rule is PatternRule {
  return Object.hasOwn(names, rule.kind);
}

/**
 * The plain matcher that takes the same requests, as it is written in a rule; null where there is none. Only expressions of
 * literal text between `^` and `$`, a path without `$`, and `[^.]+` for the first label of a host are looked at.
 */
export function plainMatcher(rule: PatternRule): string | null {
  const { pattern } = rule;
  if (!pattern.startsWith('^')) return null;
  const isWhole = /(?:^|[^\\])(?:\\\\)*\$$/.test(pattern);
  const inside = pattern.slice(1, isWhole ? -1 : undefined);
  if (rule.kind === 'hostRegexp') return isWhole ? plainHost(inside) : null;
  const value = literalOf(inside);
  if (value === null) return null;
  switch (rule.kind) {
    case 'pathRegexp':
      if (!value.startsWith('/')) return null;
      return written(isWhole ? 'Path' : 'PathPrefix', [value]);
    case 'headerRegexp':
      return isWhole && value !== '' ? written('Header', [rule.name, value]) : null;
    case 'queryRegexp':
      return isWhole && value !== '' ? written('Query', [rule.key, value]) : null;
  }
}

const anyLabel = '[^.]+\\.';

function plainHost(inside: string): string | null {
  const isWildcard = inside.startsWith(anyLabel);
  const host = literalOf(isWildcard ? inside.slice(anyLabel.length) : inside);
  if (host === null || !/^[a-z0-9.-]+$/.test(host)) return null;
  return written('Host', [isWildcard ? `*.${host}` : host]);
}

/** The only text that an expression matches; null where it is more than literal characters. */
function literalOf(expression: string): string | null {
  let text = '';
  for (let index = 0; index < expression.length; index++) {
    const character = expression[index] ?? '';
    if (character === '\\') {
      index += 1;
      const escaped = expression[index] ?? '';
      if (!/^[^A-Za-z0-9\s]$/.test(escaped)) return null;
      text += escaped;
    } else if (/[.*+?^${}()|[\]]/.test(character)) return null;
    else text += character;
  }
  return text;
}

function written(matcher: string, values: readonly string[]): string | null {
  if (values.some((value) => /[`\p{Cc}]/u.test(value))) return null;
  return `${matcher}(${values.map((value) => `\`${value}\``).join(', ')})`;
}
