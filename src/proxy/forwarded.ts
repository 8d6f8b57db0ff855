import type { ConnectionAddresses } from './client-address.ts';
import { lineKind } from './header-lines.ts';
import { hopsHeader, hopsOf } from './hops.ts';
import type { RequestHead } from './request-head.ts';
import type { ConnectionTls } from './tls/tls-policy.ts';

/** What is the same for all requests of one connection. */
export interface Peer {
  /** See `plainAddress`. */
  readonly clientIp: string;
  readonly trusted: boolean;
  readonly scheme: 'http' | 'https';
  /** The port that the client connected to. */
  readonly port: number;
  readonly hostName: string;
  /** What a PROXY header said; null where there was none, and the addresses of the connection hold. */
  readonly told: ConnectionAddresses | null;
  /** What its TLS was made with; absent where it speaks clear text. */
  readonly secured?: ConnectionTls;
  /** The forwarded lines that are the same for all requests of an untrusted peer, ending in `X-Forwarded-Host: `. */
  readonly constantLines: string;
}

export function peerOf(base: Omit<Peer, 'constantLines'>): Peer {
  const constantLines =
    `X-Forwarded-For: ${base.clientIp}\r\n` +
    `X-Real-Ip: ${base.clientIp}\r\n` +
    `X-Forwarded-Proto: ${base.scheme}\r\n` +
    `X-Forwarded-Port: ${base.port}\r\n` +
    `X-Forwarded-Server: ${base.hostName}\r\n` +
    'X-Forwarded-Host: ';
  return { ...base, constantLines };
}

/**
 * Adds our `X-Forwarded-*` and `X-Real-Ip`. Lines that the client sent under these names, or any other `X-Forwarded-` name, or
 * `Forwarded`, are already left out by their kind. Those of a trusted peer come back: its X-Forwarded-For with the peer
 * appended, the others as they are, and only what it did not send is added. `X-Forwarded-Hops` is ours whoever sent it.
 */
export function addForwarded(head: RequestHead, peer: Peer): void {
  head.hops = head.isForwarded ? hopsOf(head) : 0;
  if (head.hops > 0) head.lines.append(hopsHeader, String(head.hops + 1));
  if (!peer.trusted) {
    head.lines.own += `${peer.constantLines}${head.host}\r\n`;
    return;
  }
  const { lines } = head;
  const chain: string[] = [];
  const present = new Set<string>();
  for (let index = 0; index < lines.count; index++) {
    if (lines.kinds[index] !== lineKind.managed) continue;
    const name = lines.name(index).toLowerCase();
    present.add(name);
    if (name === 'x-forwarded-for') chain.push(lines.value(index));
    else lines.kinds[index] = lineKind.other;
  }
  chain.push(peer.clientIp);
  lines.append('X-Forwarded-For', chain.filter((entry) => entry !== '').join(', '));
  const defaults: readonly (readonly [string, string])[] = [
    ['X-Real-Ip', peer.clientIp],
    ['X-Forwarded-Proto', peer.scheme],
    ['X-Forwarded-Port', String(peer.port)],
    ['X-Forwarded-Server', peer.hostName],
    ['X-Forwarded-Host', head.host],
  ];
  for (const [name, value] of defaults) {
    if (!present.has(name.toLowerCase())) lines.append(name, value);
  }
}
