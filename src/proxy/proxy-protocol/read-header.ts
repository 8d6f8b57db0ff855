import { type HeaderRead, malformed, more } from './header-read.ts';
import { readHeaderV1 } from './read-v1.ts';
import { readHeaderV2 } from './read-v2.ts';

/**
 * Reads a PROXY header, version 1 or 2, from the start of a connection's bytes
 * (https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt). To be called again with all bytes when more have come; what is
 * malformed is found as soon as its version allows. Keeps nothing and never throws.
 */
export function readProxyHeader(bytes: Uint8Array): HeaderRead {
  if (bytes.length === 0) return more;
  if (bytes[0] === letterP) return readHeaderV1(bytes);
  return bytes[0] === carriageReturn ? readHeaderV2(bytes) : malformed;
}

const letterP = 0x50;
const carriageReturn = 0x0d;
