import { isHostName, isIpv6Like } from '../host.ts';

export type HostPattern =
  | { readonly ok: true; readonly host: string }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

/**
 * Reads the host of a rule or of an Ingress: a name (one trailing dot is tolerated), `*.name` for exactly one label more,
 * `*` for any, an IPv4 address, or an IPv6 address with or without brackets. The result is in lower case.
 */
export function parseHostPattern(text: string): HostPattern {
  if (text === '*') return { ok: true, host: text };
  if (text === '') return fault('a host must not be empty');
  if (!/^[!-~]+$/.test(text)) return nonAscii(text);
  const bracketed = /^\[([^\]]*)\]$/.exec(text)?.[1];
  const address = bracketed ?? text;
  if (isIpv6Like(address)) return { ok: true, host: address.toLowerCase() };
  if (text.includes('://')) return fault(`a host has no scheme: ${text}`, 'write the host name alone');
  if (/[/?#]/.test(text)) return fault(`a host has no path: ${text}`, 'put the path into PathPrefix');
  if (text.includes(':')) {
    return fault(`a host has no port: ${text}`, 'leave the port out; an entry point stands for a port');
  }
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  const fixed = name.startsWith('*.') ? name.slice(2) : name;
  if (fixed.includes('*')) {
    return fault(`"*" can only stand alone or for the whole first label: ${text}`, 'write *.example.com');
  }
  if (!isHostName(fixed)) {
    return fault(`not a host name: ${text}`, 'a host is letters, digits, "-" and "_" between dots');
  }
  return { ok: true, host: name.toLowerCase() };
}

function nonAscii(text: string): HostPattern {
  return /[\s\p{Cc}]/u.test(text)
    ? fault('a host has no spaces or control characters')
    : fault(`a host is written in ASCII: ${text}`, 'write the name in punycode (xn--…)');
}

function fault(message: string, hint?: string): HostPattern {
  return hint === undefined ? { ok: false, message } : { ok: false, message, hint };
}
