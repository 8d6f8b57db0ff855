import type { TcpRule } from '../model/tcp-rule.ts';
import { defaultPriority } from '../routing/precedence.ts';
import { parseTcpRule } from '../routing/rule/parse.ts';
import type { FragmentBuilder } from './fragment.ts';
import { reportRule } from './rule-problem.ts';

/** The rule of a TCP route; where it cannot be understood or holds of nothing, reports at `path` and answers with null. */
export function tcpRuleOf(
  fragment: FragmentBuilder,
  match: string,
  path: string,
  isTls: boolean,
): TcpRule | null {
  const parsed = parseTcpRule(match);
  if (!parsed.ok) {
    reportRule(fragment, path, parsed);
    return null;
  }
  const matcher = isTls ? null : matcherOfTls(parsed.rule);
  if (matcher === null) return parsed.rule;
  fragment.report(
    path,
    'InvalidRule',
    `${matcher} looks at a TLS handshake, and without spec.tls these routes take clear text, which names no host`,
    'Add "tls: {}" or "tls: {passthrough: true}" to the spec, or write HostSNI(`*`).',
  );
  return null;
}

/** The priority of a TCP route whose author set none: as of HTTP, but a route for everything goes last (Traefik v3). */
export function tcpPriority(match: string, rule: TcpRule): number {
  return isAnyHost(rule) ? -1 : defaultPriority(match);
}

/** The hosts that a rule names and does not exclude. */
export function hostsOfTcp(rule: TcpRule): readonly string[] {
  if (rule.kind === 'and' || rule.kind === 'or') return rule.rules.flatMap(hostsOfTcp);
  return rule.kind === 'hostSni' && !isAnyHost(rule) ? [rule.host] : [];
}

/** The name of a matcher that holds of no clear text, or of all; null where there is none. */
function matcherOfTls(rule: TcpRule): string | null {
  switch (rule.kind) {
    case 'and':
    case 'or':
      return rule.rules.map(matcherOfTls).find((one) => one !== null) ?? null;
    case 'not':
      return matcherOfTls(rule.rule);
    case 'hostSni':
      return isAnyHost(rule) ? null : `HostSNI(\`${rule.host}\`)`;
    case 'hostSniRegexp':
      return 'HostSNIRegexp';
    case 'alpn':
      return 'ALPN';
    case 'clientIp':
      return null;
  }
}

function isAnyHost(rule: TcpRule): boolean {
  return rule.kind === 'hostSni' && rule.host === '*';
}
