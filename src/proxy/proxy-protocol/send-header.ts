import type { Exchange } from '../exchange.ts';
import { proxyHeader } from './write-header.ts';

/** What a new upstream connection begins with, to tell of the client of its exchange; null where it begins with nothing. */
export function proxyHeaderOf({ proxyProtocol, client }: Exchange): Buffer | null {
  return proxyProtocol === 0 ? null : proxyHeader(proxyProtocol, client.addresses());
}
