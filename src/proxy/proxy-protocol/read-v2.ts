import { canonicalAddress } from '../client-address.ts';
import { crc32c } from './crc32c.ts';
import { agrees, type HeaderRead, malformed, more } from './header-read.ts';

const signature = '\r\n\r\n\0\r\nQUIT\n';
const fixedBytes = 16;
/** Behind the fixed part; the format would allow 65,535. */
const mostBytes = 4096;

const command = { local: 0x20, proxy: 0x21 } as const;

/** Bytes that the addresses of a family take, by the byte that names family and protocol; no others are assigned. */
const addressBytes: Readonly<Record<number, number>> = Object.freeze({
  0: 0,
  17: 12,
  18: 12,
  33: 36,
  34: 36,
  49: 216,
  50: 216,
});
const tcp4 = 0x11;
const tcp6 = 0x21;

/**
 * Reads a header of version 2 (section 2.2). LOCAL, and families other than TCP over IPv4 and IPv6, tell of nobody. Extensions
 * (TLV) are passed over, but have to fit, and a checksum that is there has to be right.
 */
export function readHeaderV2(bytes: Uint8Array): HeaderRead {
  if (!agrees(bytes, signature)) return malformed;
  const versionAndCommand = bytes[12];
  if (versionAndCommand === undefined) return more;
  const isLocal = versionAndCommand === command.local;
  if (!isLocal && versionAndCommand !== command.proxy) return malformed;
  const family = bytes[13];
  if (family === undefined) return more;
  const needed = isLocal ? 0 : addressBytes[family];
  if (needed === undefined) return malformed;
  if (bytes.length < fixedBytes) return more;
  const length = uint16(bytes, 14);
  if (length > mostBytes || length < needed) return malformed;
  const end = fixedBytes + length;
  if (bytes.length < end) return more;
  // The rest of these is to be discarded unread.
  if (isLocal || needed === 0) return { kind: 'header', end, addresses: null };
  if (!extensionsHold(bytes, fixedBytes + needed, end)) return malformed;
  return { kind: 'header', end, addresses: addressesOf(bytes, family) };
}

function addressesOf(bytes: Uint8Array, family: number) {
  if (family !== tcp4 && family !== tcp6) return null;
  const size = family === tcp4 ? 4 : 16;
  const ports = fixedBytes + 2 * size;
  return {
    clientIp: addressText(bytes, fixedBytes, size),
    clientPort: uint16(bytes, ports),
    serverIp: addressText(bytes, fixedBytes + size, size),
    serverPort: uint16(bytes, ports + 2),
  };
}

function addressText(bytes: Uint8Array, at: number, size: number): string {
  if (size === 4) return bytes.subarray(at, at + 4).join('.');
  const groups: string[] = [];
  for (let index = at; index < at + size; index += 2) groups.push(uint16(bytes, index).toString(16));
  return canonicalAddress(groups.join(':'));
}

const extensionHead = 3;
const checksumType = 0x03;

/** Type, length in two bytes, value: one after the other up to the end of the header, and no more than one checksum. */
function extensionsHold(bytes: Uint8Array, from: number, end: number): boolean {
  let at = from;
  let checksumAt = -1;
  while (at < end) {
    if (end - at < extensionHead) return false;
    const value = at + extensionHead;
    const next = value + uint16(bytes, at + 1);
    if (next > end) return false;
    if (bytes[at] === checksumType) {
      if (checksumAt !== -1 || next - value !== 4) return false;
      checksumAt = value;
    }
    at = next;
  }
  if (checksumAt === -1) return true;
  const told = uint16(bytes, checksumAt) * 0x1_0000 + uint16(bytes, checksumAt + 2);
  return told === crc32c(bytes, end, checksumAt, checksumAt + 4);
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
