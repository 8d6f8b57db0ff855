/** Castagnoli's polynomial, with its bits reversed. */
const polynomial = 0x82f63b78;

/**
 * CRC-32C (RFC 3720 appendix B.4) of bytes, from 0 to 2³² − 1. The bytes from `blankFrom` to `blankEnd` count as zero, as those
 * of a checksum do that stands inside what it covers.
 */
export function crc32c(bytes: Uint8Array, end: number, blankFrom = 0, blankEnd = 0): number {
  let crc = 0xffff_ffff;
  for (let index = 0; index < end; index++) {
    const isBlank = index >= blankFrom && index < blankEnd;
    crc ^= isBlank ? 0 : (bytes[index] ?? 0);
    // Bit by bit: a header is short and comes once for a connection, so a table would not pay.
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
  }
  return ~crc >>> 0;
}
