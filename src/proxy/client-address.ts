import { BlockList, isIPv6 } from 'node:net';

/** An address as we show and compare it: without zone, and IPv4 where it is IPv4 mapped into IPv6 (RFC 4291 section 2.5.5.2). */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  const zone = address.indexOf('%');
  const bare = zone === -1 ? address : address.slice(0, zone);
  return bare.startsWith('::ffff:') && bare.includes('.') ? bare.slice(7) : bare;
}

/** Tells whether a peer's `X-Forwarded-*` headers are believed. */
export class TrustedPeers {
  readonly #list = new BlockList();
  readonly #isEmpty: boolean;

  /** Takes addresses and CIDR blocks; what is neither is left out, since settings have been checked before. */
  constructor(blocks: readonly string[]) {
    let added = 0;
    for (const block of blocks) added += this.#add(block) ? 1 : 0;
    this.#isEmpty = added === 0;
  }

  includes(address: string): boolean {
    return !this.#isEmpty && this.#list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  #add(block: string): boolean {
    const slash = block.indexOf('/');
    const address = plainAddress(slash === -1 ? block : block.slice(0, slash));
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    try {
      if (slash === -1) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(block.slice(slash + 1)), family);
      return true;
    } catch {
      return false;
    }
  }
}
