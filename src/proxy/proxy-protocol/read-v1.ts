import { isIPv4, isIPv6 } from 'node:net';
import { canonicalAddress } from '../client-address.ts';
import { agrees, type HeaderRead, malformed, more } from './header-read.ts';

const start = 'PROXY ';
/** Of the whole line with its CRLF, in bytes (section 2.1). */
const longestLine = 107;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/**
 * Reads the line of version 1 (section 2.1): `PROXY TCP4 SOURCE DESTINATION PORT PORT`, single spaces between, CRLF behind, and
 * nothing left to guess. `PROXY UNKNOWN` tells of nobody, whatever stands behind it.
 */
export function readHeaderV1(bytes: Uint8Array): HeaderRead {
  if (!agrees(bytes, start)) return malformed;
  const limit = Math.min(bytes.length, longestLine - 1);
  let at = start.length;
  while (at < limit && bytes[at] !== carriageReturn && bytes[at] !== lineFeed) at++;
  if (at >= limit) return bytes.length < longestLine ? more : malformed;
  if (bytes[at] === lineFeed) return malformed;
  if (at + 1 === bytes.length) return more;
  if (bytes[at + 1] !== lineFeed) return malformed;
  return readLine(String.fromCharCode(...bytes.subarray(0, at)), at + 2);
}

function readLine(line: string, end: number): HeaderRead {
  const [, family, client = '', server = '', clientPort = '', serverPort = '', ...rest] = line.split(' ');
  if (family === 'UNKNOWN') return { kind: 'header', end, addresses: null };
  const isAddress = family === 'TCP4' ? isIPv4 : isPlainIPv6;
  if ((family !== 'TCP4' && family !== 'TCP6') || rest.length > 0) return malformed;
  if (!isAddress(client) || !isAddress(server) || !isPort(clientPort) || !isPort(serverPort)) {
    return malformed;
  }
  return {
    kind: 'header',
    end,
    addresses: {
      clientIp: canonicalAddress(client),
      clientPort: Number(clientPort),
      serverIp: canonicalAddress(server),
      serverPort: Number(serverPort),
    },
  };
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

/** Without leading zeros, which some would read as octal. */
function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}
