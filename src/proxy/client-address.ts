import { BlockList, isIPv6, type Socket, SocketAddress } from 'node:net';

/** Who is connected to whom. Addresses as `plainAddress` has them, empty where they are not known; ports from 0 to 65535. */
export interface ConnectionAddresses {
  readonly clientIp: string;
  readonly clientPort: number;
  readonly serverIp: string;
  readonly serverPort: number;
}

/** An address as we show and compare it: without zone, and IPv4 where it is IPv4 mapped into IPv6 (RFC 4291 section 2.5.5.2). */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  const zone = address.indexOf('%');
  const bare = zone === -1 ? address : address.slice(0, zone);
  return bare.startsWith('::ffff:') && bare.includes('.') ? bare.slice(7) : bare;
}

/** The two ends of a connection that was accepted. */
export function socketAddresses(socket: Socket): ConnectionAddresses {
  return {
    clientIp: plainAddress(socket.remoteAddress),
    clientPort: socket.remotePort ?? 0,
    serverIp: plainAddress(socket.localAddress),
    serverPort: socket.localPort ?? 0,
  };
}

/** The one spelling of an address that is valid (RFC 5952), as `plainAddress` has it. */
export function canonicalAddress(address: string): string {
  if (!isIPv6(address)) return address;
  return plainAddress(new SocketAddress({ address, family: 'ipv6' }).address);
}

/** Tells whether a peer's `X-Forwarded-*` and PROXY headers are believed. */
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
