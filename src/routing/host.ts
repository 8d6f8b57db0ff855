/** Longest host name that is accepted (RFC 1035 section 2.3.4). */
const maxHostLength = 255;

const plainHost = 1;
const upperCase = 2;

/** For each ASCII code: 1 where it stands in a normalised host name, 2 where it does after lower-casing, else 0. */
const hostClass = classify();

function classify(): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of 'abcdefghijklmnopqrstuvwxyz0123456789-_.') {
    table[character.charCodeAt(0)] = plainHost;
  }
  for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') table[character.charCodeAt(0)] = upperCase;
  return table;
}

/**
 * Turns the value of a `Host` header or `:authority` (RFC 9112 section 3.2, RFC 3986 section 3.2.2) into what rules compare
 * with: lower case, without port, brackets and one trailing dot. Empty stays empty. Null where it is no host: user
 * information, percent sequences, empty labels, characters outside ASCII, more than 255 characters, a port that is none.
 * Allocates nothing where there is nothing to change.
 */
export function normaliseHost(raw: string): string | null {
  const length = raw.length;
  if (length === 0) return raw;
  let previous = dot;
  for (let index = 0; index < length; index++) {
    const code = raw.charCodeAt(index);
    if (code === dot ? previous === dot : hostClass[code] !== plainHost) return normaliseSlowly(raw);
    previous = code;
  }
  if (previous === dot) return normaliseSlowly(raw);
  return length > maxHostLength ? null : raw;
}

const dot = 0x2e;

function normaliseSlowly(raw: string): string | null {
  if (raw.length > maxHostLength + 7) return null;
  if (raw.startsWith('[')) return normaliseBracketed(raw);
  const colon = raw.indexOf(':');
  if (colon !== -1 && !isPort(raw.slice(colon + 1))) return null;
  let name = colon === -1 ? raw : raw.slice(0, colon);
  if (name.endsWith('.')) name = name.slice(0, -1);
  return isHostName(name) ? name.toLowerCase() : null;
}

function normaliseBracketed(raw: string): string | null {
  const end = raw.indexOf(']');
  if (end === -1) return null;
  const rest = raw.slice(end + 1);
  if (rest !== '' && !(rest.startsWith(':') && isPort(rest.slice(1)))) return null;
  const address = raw.slice(1, end);
  return isIpv6Like(address) ? address.toLowerCase() : null;
}

/** True for labels of letters, digits, `-` and `_`, none empty, 255 characters at most, without a trailing dot. */
export function isHostName(name: string): boolean {
  if (name.length === 0 || name.length > maxHostLength) return false;
  let previous = dot;
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (code === dot ? previous === dot : !(code < 128 && hostClass[code] !== 0)) return false;
    previous = code;
  }
  return previous !== dot;
}

/** True for text that can be an IPv6 address without zone: it may still have too many groups. */
export function isIpv6Like(text: string): boolean {
  return text.length <= 45 && /^(?=.*:.*:)[0-9a-fA-F:]+(?:\d+\.\d+\.\d+\.\d+)?$/.test(text);
}

function isPort(text: string): boolean {
  return /^\d{0,5}$/.test(text) && Number(text) <= 65535;
}
