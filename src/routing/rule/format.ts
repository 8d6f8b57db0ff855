import type { Rule } from '../../model/rule.ts';

/**
 * Writes a rule as its author would, so that `parseRule` reads it back as the same rule. A prefix that takes whole elements
 * only (Kubernetes Ingress `pathType: Prefix`) has no matcher of its own and reads as ``PathPrefix(`/p`)``. A rule without
 * terms, which always holds, reads as ``Host(`*`)``.
 */
export function formatRule(rule: Rule): string {
  return format(rule, 0);
}

/** How tight each operator binds; a rule that binds looser than its place gets parentheses. */
const binding = { or: 1, and: 2, not: 3 } as const;

function format(rule: Rule, place: number): string {
  switch (rule.kind) {
    case 'and':
    case 'or':
      return formatList(rule.kind, rule.rules, place);
    case 'not':
      return `!${format(rule.rule, binding.not)}`;
    case 'host':
      return `Host(${quote(rule.host)})`;
    case 'path':
      return `Path(${quote(rule.path)})`;
    case 'pathPrefix':
      return `PathPrefix(${quote(rule.prefix)})`;
    case 'method':
      return `Method(${quote(rule.method)})`;
    case 'header':
      return `Header(${quote(rule.name)}, ${quote(rule.value)})`;
    case 'query':
      return rule.value === ''
        ? `Query(${quote(rule.key)})`
        : `Query(${quote(rule.key)}, ${quote(rule.value)})`;
    case 'clientIp':
      return `ClientIP(${quote(rule.range)})`;
    case 'hostRegexp':
      return `HostRegexp(${quote(rule.pattern)})`;
    case 'pathRegexp':
      return `PathRegexp(${quote(rule.pattern)})`;
    case 'headerRegexp':
      return `HeaderRegexp(${quote(rule.name)}, ${quote(rule.pattern)})`;
    case 'queryRegexp':
      return `QueryRegexp(${quote(rule.key)}, ${quote(rule.pattern)})`;
  }
}

function formatList(kind: 'and' | 'or', rules: readonly Rule[], place: number): string {
  const [only] = rules;
  if (only === undefined) return kind === 'and' ? 'Host(`*`)' : '!Host(`*`)';
  if (rules.length === 1) return format(only, place);
  const text = rules.map((rule) => format(rule, binding[kind])).join(kind === 'and' ? ' && ' : ' || ');
  return binding[kind] < place ? `(${text})` : text;
}

/** As a Go string literal: in backticks where the text allows it, else in double quotes. */
function quote(text: string): string {
  if (!/[`\p{Cc}]/u.test(text) && text.isWellFormed()) return `\`${text}\``;
  return `"${text.toWellFormed().replace(/[^ !#-[\]-~]/gu, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
