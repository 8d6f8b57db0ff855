import type { LimitKey } from '../model/limits.ts';
import type { EntryPoint } from '../model/settings.ts';
import { addLimitOption, ownLimits } from './limit-flags.ts';
import { namePattern, type Parsed, parseListenAddress, quote } from './values.ts';

/** `NAME=[HOST]:PORT[,tls][,proxy-protocol][,LIMIT=VALUE…]`. */
export function parseEntryPoint(text: string): Parsed<EntryPoint> {
  const equals = text.indexOf('=');
  if (equals < 1) return { problem: `expected NAME=[HOST]:PORT[,tls], got ${quote(text)}` };
  const name = text.slice(0, equals);
  if (!namePattern.test(name)) {
    return { problem: `the name ${quote(name)} must be lower-case letters, digits and dashes, 63 at most` };
  }
  const [address = '', ...options] = text.slice(equals + 1).split(',');
  if (address.endsWith('/udp')) return { problem: 'this version has no UDP entry points yet' };
  const parsed = parseListenAddress(address);
  if ('problem' in parsed) return parsed;
  const limits: { [Key in LimitKey]?: number } = {};
  let tls = false;
  let proxyProtocol = false;
  for (const option of options) {
    if (option === 'tls') tls = true;
    else if (option === 'proxy-protocol') proxyProtocol = true;
    else {
      const problem = addLimitOption(option, limits);
      if (problem !== null) return { problem };
    }
  }
  return {
    value: { name, ...parsed.value, tls, ...(proxyProtocol ? { proxyProtocol } : {}), ...ownLimits(limits) },
  };
}
