/** Where a request goes. */
export interface Destination {
  readonly host: string;
  readonly routingHost: string;
  readonly path: string;
  readonly routingPath: string;
}

/**
 * The four forms of a target (RFC 9112 section 3.2), of which two pass, and `*` of OPTIONS. `hostLine` is undefined where there is
 * none. Null where it is refused.
 */
export function destinationOf(
  method: string,
  target: string,
  minor: number,
  hostLine: string | undefined,
): Destination | null {
  if (hostLine === undefined && minor === 1) return null;
  if (hostLine !== undefined && hostNameOf(hostLine) === null) return null;
  let host = hostLine ?? '';
  let path = target;
  if (!target.startsWith('/') && target !== '*') {
    const absolute = /^[hH][tT][tT][pP][sS]?:\/\/([^/?]*)(.*)$/.exec(target);
    if (absolute === null) return null;
    host = absolute[1] ?? '';
    if (hostNameOf(host) === null) return null;
    path = absolute[2] ?? '';
    if (path === '') path = method === 'OPTIONS' ? '*' : '/';
    if (path.startsWith('?')) path = `/${path}`;
  } else if (target === '*' && method !== 'OPTIONS') return null;
  const routingPath = path === '*' ? '*' : routingPathOf(path.split('?')[0] ?? '');
  if (routingPath === null) return null;
  return { host, routingHost: host === '' ? '' : (hostNameOf(host) ?? ''), path, routingPath };
}

/** The name or address of `host [":" port]`, as rules compare it (RFC 3986 section 3.2, made stricter). Null where it is none. */
function hostNameOf(text: string): string | null {
  const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::([0-9]{1,5}))?$/.exec(text);
  if (parts === null) return null;
  const [, name = '', port] = parts;
  if (port !== undefined && (Number(port) === 0 || Number(port) > 65_535)) return null;
  if (name.startsWith('[')) {
    const address = name.slice(1, -1);
    return isIpv6(address) ? address.toLowerCase() : null;
  }
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  if (bare.length > 255) return null;
  return /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/.test(bare) ? bare.toLowerCase() : null;
}

/** IPv6address of RFC 3986 section 3.2.2, without a zone. */
function isIpv6(text: string): boolean {
  const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
  const plain = text.replace(new RegExp(`(^|:)${octet}(?:\\.${octet}){3}$`), '$10:0');
  const halves = plain.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8;
}

const reserved = ":/?#[]@!$&'()*+,;=%";

/** The path that rules compare with; null where a percent sequence, a byte or a dot segment makes its meaning doubtful. */
function routingPathOf(path: string): string | null {
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return null;
  if (/[^!-~]|[\\#]|%[01][0-9a-f]|%7f/i.test(path)) return null;
  const segments = path.replace(/%2e/gi, '.').split(/\/|%2f|%5c|;/i);
  if (segments.some((segment) => segment === '.' || segment === '..')) return null;
  return path.replace(/(?:%[89a-f][0-9a-f])+|%[0-7][0-9a-f]/gi, (sequence) => {
    const bytes = Buffer.from(sequence.replaceAll('%', ''), 'hex');
    const kept = sequence.toUpperCase();
    if ((bytes[0] ?? 0) < 0x80) {
      const character = bytes.toString('latin1');
      return reserved.includes(character) ? kept : character;
    }
    const text = bytes.toString('utf8');
    return Buffer.from(text, 'utf8').equals(bytes) ? text : kept;
  });
}
