import type { TcpRule } from '../../model/tcp-rule.ts';

/** A rule with more hosts than this is not indexed by them. */
const mostHosts = 1000;

const any: readonly string[] = Object.freeze(['*']);

/** Hosts, or `*.domain`, of which a connection must name one for a rule to hold, each once; `*` where the rule does not say. */
export function tcpHostsOf(rule: TcpRule): readonly string[] {
  const hosts = namedHosts(rule);
  return hosts === null || hosts.length > mostHosts ? any : hosts;
}

/** True for the rule that holds of every connection, whatever it names: what it takes, a rule for some host goes before. */
export function isTcpCatchAll(rule: TcpRule): boolean {
  return rule.kind === 'hostSni' && rule.host === '*';
}

function namedHosts(rule: TcpRule): readonly string[] | null {
  switch (rule.kind) {
    case 'hostSni':
      return rule.host === '*' ? null : [rule.host];
    case 'and':
      return fewest(rule.rules.map(namedHosts));
    case 'or': {
      const branches = rule.rules.map(namedHosts);
      return branches.includes(null) ? null : [...new Set(branches.flatMap((hosts) => hosts ?? []))];
    }
    default:
      return null;
  }
}

function fewest(lists: readonly (readonly string[] | null)[]): readonly string[] | null {
  let best: readonly string[] | null = null;
  for (const list of lists) {
    if (list !== null && (best === null || list.length < best.length)) best = list;
  }
  return best;
}
