import type { LimitKey } from '../model/limits.ts';
import type { EntryPoint } from '../model/settings.ts';
import { addLimitOption, ownLimits } from './limit-flags.ts';
import { namePattern, type Parsed, parseListenAddress, quote } from './values.ts';

/** `NAME=[HOST]:PORT[/udp][,OPTION…]`, where an option is `tls`, `proxy-protocol`, `named-only` or `LIMIT=VALUE`. */
export function parseEntryPoint(text: string): Parsed<EntryPoint> {
  const equals = text.indexOf('=');
  if (equals < 1) return { problem: `expected NAME=[HOST]:PORT[/udp][,OPTION…], got ${quote(text)}` };
  const name = text.slice(0, equals);
  if (!namePattern.test(name)) {
    return { problem: `the name ${quote(name)} must be lower-case letters, digits and dashes, 63 at most` };
  }
  const [written = '', ...options] = text.slice(equals + 1).split(',');
  const [address = '', protocol, ...more] = written.split('/');
  if (more.length > 0 || (protocol !== undefined && protocol !== 'udp')) {
    return { problem: `after a port only /udp may stand, got ${quote(written)}` };
  }
  const parsed = parseListenAddress(address);
  if ('problem' in parsed) return parsed;
  const read = readOptions(options);
  if (typeof read === 'string') return { problem: read };
  const { tls, proxyProtocol, namedOnly, limits } = read;
  const isUdp = protocol === 'udp';
  const wrong = isUdp ? options.find((one) => !one.startsWith('udp-')) : undefined;
  if (wrong !== undefined) return { problem: `an entry point of UDP has no option ${quote(wrong)}` };
  const strange = isUdp ? undefined : options.find((one) => one.startsWith('udp-'));
  if (strange !== undefined)
    return { problem: `only an entry point of UDP has the option ${quote(strange)}` };
  return {
    value: {
      name,
      ...parsed.value,
      tls,
      ...(isUdp ? { udp: true } : {}),
      ...(proxyProtocol ? { proxyProtocol } : {}),
      ...(namedOnly ? { namedOnly } : {}),
      ...ownLimits(limits),
    },
  };
}

interface Options {
  tls: boolean;
  proxyProtocol: boolean;
  namedOnly: boolean;
  readonly limits: { [Key in LimitKey]?: number };
}

/** What follows the address, or a sentence on what is wrong with it. */
function readOptions(options: readonly string[]): Options | string {
  const read: Options = { tls: false, proxyProtocol: false, namedOnly: false, limits: {} };
  for (const option of options) {
    if (option === 'tls') read.tls = true;
    else if (option === 'proxy-protocol') read.proxyProtocol = true;
    else if (option === 'named-only') read.namedOnly = true;
    else {
      const problem = addLimitOption(option, read.limits);
      if (problem !== null) return problem;
    }
  }
  return read;
}
