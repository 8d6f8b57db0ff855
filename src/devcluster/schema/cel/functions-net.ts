import { ipAddress } from '../ip.ts';
import type { CelFunction } from './call.ts';
import { CelError } from './syntax.ts';
import { isKind, noOverload, type Value } from './values.ts';

type Ip = Extract<Value, { kind: 'ip' }>;
type Cidr = Extract<Value, { kind: 'cidr' }>;
type Url = Extract<Value, { kind: 'url' }>;

/** The URL, IP and CIDR libraries of Kubernetes. */
export const netFunctions: Readonly<Record<string, CelFunction>> = {
  cidr: ({ args: [text] }) => orFail(parseCidr(text), 'CIDR', text),
  containsCIDR: ({ receiver, args: [other] }) => {
    const [own, inner] = [cidr(receiver), typeof other === 'string' ? parseCidr(other) : cidr(other)];
    return (
      inner !== null && inner.bits === own.bits && inner.prefix >= own.prefix && isWithin(own, inner.value)
    );
  },
  containsIP: ({ receiver, args: [other] }) => {
    const [own, inner] = [cidr(receiver), typeof other === 'string' ? parseIp(other) : ip(other)];
    return inner !== null && inner.bits === own.bits && isWithin(own, inner.value);
  },
  family: ({ receiver }) => (ip(receiver).bits === 32 ? 4n : 6n),
  getEscapedPath: ({ receiver }) => url(receiver).url.pathname,
  getHost: ({ receiver }) => url(receiver).url.host,
  getHostname: ({ receiver }) => url(receiver).url.hostname.replace(/^\[(.*)\]$/, '$1'),
  getPort: ({ receiver }) => url(receiver).url.port,
  getQuery: ({ receiver }) => {
    const query = new Map<Value, Value>();
    for (const key of url(receiver).url.searchParams.keys())
      query.set(key, url(receiver).url.searchParams.getAll(key));
    return query;
  },
  getScheme: ({ receiver }) => (isRelative(url(receiver)) ? '' : url(receiver).url.protocol.slice(0, -1)),
  ip: ({ receiver, args: [text] }) => {
    if (receiver === undefined) return orFail(parseIp(text), 'IP address', text);
    const { value, bits, text: own } = cidr(receiver);
    return { kind: 'ip', value, bits, text: own.split('/')[0] ?? '' };
  },
  'ip.isCanonical': ({ args: [text] }) => {
    if (typeof text !== 'string' || parseIp(text) === null) throw new CelError('IP address parse error');
    return text === canonical(text);
  },
  isCIDR: ({ args: [text] }) => parseCidr(text) !== null,
  isIP: ({ args: [text] }) => parseIp(text) !== null,
  isLoopback: ({ receiver }) => {
    const { value, bits } = ip(receiver);
    return bits === 32 ? value >> 24n === 127n : value === 1n;
  },
  isURL: ({ args: [text] }) => parseUrl(text) !== null,
  isUnspecified: ({ receiver }) => ip(receiver).value === 0n,
  masked: ({ receiver }) => {
    const own = cidr(receiver);
    const host = BigInt(own.bits - own.prefix);
    return { ...own, value: (own.value >> host) << host };
  },
  prefixLength: ({ receiver }) => BigInt(cidr(receiver).prefix),
  url: ({ args: [text] }) => orFail(parseUrl(text), 'URL', text),
};

function parseIp(text: Value | undefined): Ip | null {
  if (typeof text !== 'string') throw noOverload();
  const address = ipAddress(text);
  return address && { kind: 'ip', ...address, text };
}

function parseCidr(text: Value | undefined): Cidr | null {
  if (typeof text !== 'string') throw noOverload();
  const [address = '', prefix = '', ...rest] = text.split('/');
  const parsed = ipAddress(address);
  const isFine = parsed && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= parsed.bits;
  return isFine ? { kind: 'cidr', ...parsed, prefix: Number(prefix), text } : null;
}

/** A URL that is absolute, or a path that begins with a slash. */
function parseUrl(text: Value | undefined): Url | null {
  if (typeof text !== 'string') throw noOverload();
  if (/\s/.test(text)) return null;
  const base = text.startsWith('/') ? 'relative://host' : undefined;
  const url = URL.parse(text, base);
  return url && { kind: 'url', url, text };
}

function isRelative({ text }: Url): boolean {
  return text.startsWith('/');
}

function isWithin({ value, bits, prefix }: Cidr, address: bigint): boolean {
  const host = BigInt(bits - prefix);
  return value >> host === address >> host;
}

function canonical(text: string): string {
  return text.includes(':') ? (URL.parse(`http://[${text}]`)?.hostname.slice(1, -1) ?? '') : text;
}

function orFail<Parsed extends Value>(parsed: Parsed | null, what: string, text: Value | undefined): Parsed {
  if (parsed === null) throw new CelError(`${what} parse error: ${String(text)}`);
  return parsed;
}

function ip(value: Value | undefined): Ip {
  if (!isKind(value, 'ip')) throw noOverload();
  return value;
}

function cidr(value: Value | undefined): Cidr {
  if (!isKind(value, 'cidr')) throw noOverload();
  return value;
}

function url(value: Value | undefined): Url {
  if (!isKind(value, 'url')) throw noOverload();
  return value;
}
