import { isIPv4, isIPv6 } from 'node:net';
import type { ConnectionAddresses } from '../client-address.ts';

/** Versions of the PROXY protocol. */
export type ProxyVersion = 1 | 2;

const startV2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n\x21', 'latin1');

/**
 * The PROXY header that tells an upstream of a client's connection. IPv4 on one end only is written as IPv6, mapped. Where an
 * address is not known, the header says so (`UNKNOWN`, UNSPEC).
 */
export function proxyHeader(version: ProxyVersion, told: ConnectionAddresses): Buffer {
  const { clientPort, serverPort } = told;
  const isV4 = isIPv4(told.clientIp) && isIPv4(told.serverIp);
  const clientIp = isV4 ? told.clientIp : asIPv6(told.clientIp);
  const serverIp = isV4 ? told.serverIp : asIPv6(told.serverIp);
  const isKnown = isV4 || (isIPv6(clientIp) && isIPv6(serverIp));
  if (version === 1) {
    const family = isV4 ? 'TCP4' : 'TCP6';
    const line = isKnown ? `${family} ${clientIp} ${serverIp} ${clientPort} ${serverPort}` : 'UNKNOWN';
    return Buffer.from(`PROXY ${line}\r\n`, 'latin1');
  }
  if (!isKnown) return Buffer.concat([startV2, Buffer.from([0, 0, 0])]);
  const addresses = [...addressBytes(clientIp), ...addressBytes(serverIp)];
  const ports = [clientPort >> 8, clientPort & 0xff, serverPort >> 8, serverPort & 0xff];
  return Buffer.concat([
    startV2,
    Buffer.from([isV4 ? 0x11 : 0x21, 0, addresses.length + ports.length, ...addresses, ...ports]),
  ]);
}

function asIPv6(address: string): string {
  return isIPv4(address) ? `::ffff:${address}` : address;
}

function addressBytes(address: string): number[] {
  if (isIPv4(address)) return address.split('.').map(Number);
  const [before = '', after] = address.split('::');
  const head = groupBytes(before);
  if (after === undefined) return head;
  const tail = groupBytes(after);
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

function groupBytes(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
