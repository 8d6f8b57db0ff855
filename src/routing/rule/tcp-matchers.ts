import type { TcpRule } from '../../model/tcp-rule.ts';
import { isIpv6Like } from '../host.ts';
import type { Token } from './lexer.ts';
import { type Matcher, type MatcherTable, matcherTable } from './matcher-table.ts';
import { buildClientIp, checkedHost, checkedHostPattern, shorten } from './matcher-values.ts';
import { httpMatchers } from './matchers.ts';
import { RuleFault } from './rule-fault.ts';

/** The matchers, by the name that Traefik v3 gives them. */
const matchers: Readonly<Record<string, Matcher<TcpRule>>> = {
  HostSNI: { form: 'HostSNI(`example.com`)', arity: [1, 1], build: buildHostSni },
  HostSNIRegexp: {
    form: 'HostSNIRegexp(`^[a-z]+\\.example\\.com$`)',
    arity: [1, 1],
    build: (pattern) => ({ kind: 'hostSniRegexp', pattern: checkedHostPattern(pattern, 'HostSNIRegexp') }),
  },
  ClientIP: { form: 'ClientIP(`10.0.0.0/8`)', arity: [1, 1], build: buildClientIp },
  ALPN: { form: 'ALPN(`h2`)', arity: [1, 1], build: buildAlpn },
};

/** Names of other grammars, and what to write in this one. */
const renamed: Readonly<Record<string, string>> = {
  Host: 'HostSNI',
  HostHeader: 'HostSNI',
  HostRegexp: 'HostSNIRegexp',
};

/** The matchers of an IngressRouteTCP. */
export const tcpMatchers: MatcherTable<TcpRule> = matcherTable(matchers, (name) => {
  const now = Object.hasOwn(renamed, name) ? renamed[name] : undefined;
  if (now !== undefined) return `did you mean ${now}? Write for example ${matchers[now]?.form ?? now}`;
  if (!httpMatchers.spellings.has(name)) return null;
  return `${name} looks at requests of HTTP, which a TCP route does not read; an IngressRoute does`;
});

/** An address never stands in a server name (RFC 6066 section 3). */
const dottedDecimal = /^\d+(\.\d+){3}$/;

function buildHostSni(value: Token): TcpRule {
  const host = checkedHost(value, 'HostSNIRegexp');
  if (!dottedDecimal.test(host) && !isIpv6Like(host)) return { kind: 'hostSni', host };
  throw new RuleFault(
    value.position,
    `a server name is never an address: ${shorten(host)}`,
    'ClientIP takes the addresses of clients; an entry point stands for an address of ours',
  );
}

/** How a certificate authority proves a name (RFC 8737); a route that took it could get certificates for names of others. */
const acmeProtocol = 'acme-tls/1';

/** Octets of the name of a protocol at most (RFC 7301 section 3.1). */
const longestProtocol = 255;

function buildAlpn(value: Token): TcpRule {
  const protocol = value.value;
  if (protocol === acmeProtocol) {
    throw new RuleFault(value.position, `${acmeProtocol} is kept for certificate authorities`);
  }
  if (Buffer.byteLength(protocol) > longestProtocol) {
    throw new RuleFault(value.position, `a protocol has at most ${longestProtocol} bytes`);
  }
  return { kind: 'alpn', protocol };
}
