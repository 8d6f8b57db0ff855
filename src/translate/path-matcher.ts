import type { Rule } from '../model/rule.ts';
import { formatRule } from '../routing/rule/format.ts';
import { parseRule } from '../routing/rule/parse.ts';
import type { IngressRuleResult } from './ingress-rule.ts';

/**
 * The rule of a path of the type ImplementationSpecific where an annotation names the matcher that takes it (Traefik
 * `router.pathmatcher`): what the same matcher says in the rule of an IngressRoute. `path` has been found good as a path.
 */
export function matcherRule(matcher: string, path: string): IngressRuleResult {
  const written: Rule = { kind: 'path', path: path === '' ? '/' : path };
  const parsed = parseRule(formatRule(written).replace(/^Path(?=\()/, matcher));
  if (parsed.ok) return { ok: true, rule: parsed.rule };
  const message = `as ${matcher}: ${parsed.message}`;
  if (parsed.hint === undefined) return { ok: false, message };
  return { ok: false, message, hint: `${parsed.hint.slice(0, 1).toUpperCase()}${parsed.hint.slice(1)}.` };
}
