import type { ClientIpRule, Rule } from '../../model/rule.ts';
import { parseAddressRange } from '../address-range.ts';
import { compilePattern } from './compile-pattern.ts';
import { parseHostPattern } from './host-pattern.ts';
import type { Token } from './lexer.ts';
import { RuleFault } from './rule-fault.ts';
import { findTemplate, patternOfTemplates } from './templates.ts';

/** @throws RuleFault */
export function buildHost(value: Token): Rule {
  return { kind: 'host', host: checkedHost(value, 'HostRegexp') };
}

/**
 * A name of a host, `*.name` or `*`; `matcher` is the one that a pattern belongs in.
 *
 * @throws RuleFault
 */
export function checkedHost(value: Token, matcher: 'HostRegexp' | 'HostSNIRegexp'): string {
  refuseTemplate(value, matcher, '$');
  const pattern = parseHostPattern(value.value);
  if (!pattern.ok) throw new RuleFault(value.position, pattern.message, pattern.hint);
  return pattern.host;
}

/** @throws RuleFault */
export function checkedPath(value: Token, end: '' | '$'): string {
  if (!value.value.startsWith('/')) {
    throw new RuleFault(
      value.position,
      `a path must start with "/", found ${shorten(value.value)}`,
      `write /${shorten(value.value)}`,
    );
  }
  refuseTemplate(value, 'PathRegexp', end);
  return value.value;
}

/** The characters of a token (RFC 9110 section 5.6.2). */
const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** @throws RuleFault */
export function buildMethod(value: Token): Rule {
  if (!tokenPattern.test(value.value)) {
    throw new RuleFault(value.position, `not a request method: ${shorten(value.value)}`);
  }
  return { kind: 'method', method: value.value.toUpperCase() };
}

/**
 * The name of a header, in lower case.
 *
 * @throws RuleFault
 */
export function checkedHeaderName(name: Token): string {
  if (tokenPattern.test(name.value)) return name.value.toLowerCase();
  throw new RuleFault(name.position, `not a header name: ${shorten(name.value)}`);
}

/** @throws RuleFault */
export function buildHostRegexp(value: Token): Rule {
  return { kind: 'hostRegexp', pattern: checkedHostPattern(value, 'HostRegexp') };
}

/**
 * A regular expression for names of hosts; `matcher` is the one that it stands in.
 *
 * @throws RuleFault
 */
export function checkedHostPattern(value: Token, matcher: 'HostRegexp' | 'HostSNIRegexp'): string {
  const foreign = value.value.search(/[^\0-\x7f]/);
  if (foreign !== -1) {
    const hint = 'write the name in punycode (xn--…)';
    throw new RuleFault(positionIn(value, foreign), 'a host is written in ASCII, its pattern too', hint);
  }
  refuseTemplate(value, matcher, '$');
  return checkedPattern(value);
}

/** @throws RuleFault */
export function buildQuery(key: Token, value: Token | undefined): Rule {
  const equals = key.value.indexOf('=');
  if (value === undefined && equals > 0) {
    const [name, rest] = [key.value.slice(0, equals), key.value.slice(equals + 1)];
    const written = rest === '' ? `Query(\`${name}\`)` : `Query(\`${name}\`, \`${rest}\`)`;
    throw new RuleFault(
      positionIn(key, equals),
      'the name of a parameter and its value are two strings, found "=" in one',
      `write ${shorten(written)}`,
    );
  }
  return { kind: 'query', key: key.value, value: value?.value ?? '' };
}

/** @throws RuleFault */
export function buildClientIp(value: Token): ClientIpRule {
  const range = value.value.trim();
  if (parseAddressRange(range) !== null) return { kind: 'clientIp', range };
  throw new RuleFault(
    value.position,
    `neither an IP address nor a CIDR block: ${shorten(range)}`,
    'write for example 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32',
  );
}

/**
 * A regular expression that compiles.
 *
 * @throws RuleFault
 */
export function checkedPattern(value: Token): string {
  const result = compilePattern(value.value);
  if (result.ok) return value.value;
  throw new RuleFault(positionIn(value, result.position), result.message, result.hint);
}

/** Traefik v2 had templates in paths and hosts; in v3 they would stand for themselves and match nothing. */
function refuseTemplate(value: Token, matcher: string, end: '' | '$'): void {
  const index = findTemplate(value.value);
  if (index === -1) return;
  const written = patternOfTemplates(value.value, matcher.startsWith('Host') ? '[^.]+' : '[^/]+');
  throw new RuleFault(
    positionIn(value, index),
    'templates in braces were syntax of Traefik v2',
    `write ${shorten(`${matcher}(\`^${written}${end}\`)`)}`,
  );
}

/** The place of a character of a value in the text of the rule, where it can be told. */
function positionIn(value: Token, index: number): number {
  return value.verbatim === true ? value.position + 1 + index : value.position;
}

/** Text of a user as it is shown in a message. */
export function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
