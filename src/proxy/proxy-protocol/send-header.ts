import type { Socket } from 'node:net';
import type { Exchange } from '../exchange.ts';
import { proxyHeader } from './write-header.ts';

/** Begins a new upstream connection with what its exchange says of its client. */
export function sendProxyHeader(socket: Socket, { proxyProtocol, client }: Exchange): void {
  if (proxyProtocol !== 0) socket.write(proxyHeader(proxyProtocol, client.addresses()));
}
