/** An IP address as 8 groups of 16 bits; an IPv4 address is mapped into IPv6 (RFC 4291 section 2.5.5.2). */
type Groups = readonly number[];

/** A block of addresses. */
export interface AddressRange {
  readonly groups: Groups;
  /** Number of leading bits that count, of 128. */
  readonly bits: number;
}

/**
 * Reads an address or a CIDR block, as Go's `net.ParseIP` and `net.ParseCIDR` do: four decimal numbers without leading zeros,
 * or an IPv6 address without zone (RFC 4291 section 2.2). IPv4 mapped into IPv6 is IPv4. Bits after the prefix do not count.
 * Null where the text is neither.
 */
export function parseAddressRange(text: string): AddressRange | null {
  const slash = text.indexOf('/');
  const address = slash === -1 ? text : text.slice(0, slash);
  const groups = parseAddress(address);
  if (groups === null) return null;
  if (slash === -1) return { groups, bits: 128 };
  const digits = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(digits)) return null;
  const isV4 = !address.includes(':');
  const bits = Number(digits);
  if (bits > (isV4 ? 32 : 128)) return null;
  return { groups, bits: isV4 ? bits + 96 : bits };
}

/** Null where the text is no address. */
export function parseAddress(text: string): Groups | null {
  if (!text.includes(':')) {
    const pair = parseIpv4(text);
    return pair === null ? null : [0, 0, 0, 0, 0, 0xffff, ...pair];
  }
  return text.length > 45 ? null : parseIpv6(text);
}

/** An IPv4 address is in no block of IPv6 addresses that is wider than all of IPv4, not even in `::/0`. */
export function rangeIncludes(range: AddressRange, address: Groups): boolean {
  if (isMapped(address) && !(range.bits >= 96 && isMapped(range.groups))) return false;
  let left = range.bits;
  for (let index = 0; left > 0; index++) {
    const ignored = Math.max(0, 16 - left);
    if ((range.groups[index] ?? 0) >> ignored !== (address[index] ?? 0) >> ignored) return false;
    left -= 16;
  }
  return true;
}

function isMapped(groups: Groups): boolean {
  if (groups[5] !== 0xffff) return false;
  for (let index = 0; index < 5; index++) if (groups[index] !== 0) return false;
  return true;
}

const ipv4Pattern = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

function parseIpv4(text: string): readonly [number, number] | null {
  const match = ipv4Pattern.exec(text);
  if (match === null) return null;
  const [a = 0, b = 0, c = 0, d = 0] = match.slice(1).map(Number);
  return Math.max(a, b, c, d) > 255 ? null : [a * 256 + b, c * 256 + d];
}

function parseIpv6(text: string): Groups | null {
  const [before = '', after, ...more] = text.split('::');
  if (more.length > 0) return null;
  const head = parseGroups(before, after === undefined);
  const tail = after === undefined ? [] : parseGroups(after, true);
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (after === undefined ? missing !== 0 : missing < 1) return null;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** Groups between colons, of which the last may be an IPv4 address where `atEnd`. */
function parseGroups(text: string, atEnd: boolean): number[] | null {
  if (text === '') return [];
  const pieces = text.split(':');
  const groups: number[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(piece)) {
      groups.push(Number.parseInt(piece, 16));
      continue;
    }
    const pair = atEnd && index === pieces.length - 1 ? parseIpv4(piece) : null;
    if (pair === null) return null;
    groups.push(...pair);
  }
  return groups;
}

/** Reads the address of a client once for all the rules that ask for it: keeps the last one. */
export class AddressMemo {
  #text = '';
  #groups: Groups | null = null;

  /** Null where the text is no address. */
  get(text: string): Groups | null {
    if (text !== this.#text) {
      this.#groups = parseAddress(text);
      this.#text = text;
    }
    return this.#groups;
  }
}
