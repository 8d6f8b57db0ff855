/** A place in bytes that are being read. */
export interface Cursor {
  at: number;
}

/** Bytes behind the prefix that an integer may take: values below 2^31, where nothing in a header block is that large. */
const mostBytes = 5;
/** What the last of them may hold of that. */
const mostOfLast = 7;

/**
 * Reads an integer (RFC 7541 section 5.1) whose first byte stands at the cursor, and moves the cursor behind it. `mask` is the
 * largest value of the prefix, such as 127 for 7 bits. Returns -1 where it is cut off or longer than any that is needed.
 */
export function readInteger(bytes: Uint8Array, cursor: Cursor, end: number, mask: number): number {
  let at = cursor.at;
  if (at >= end) return -1;
  let value = (bytes[at++] ?? 0) & mask;
  if (value === mask) {
    const limit = Math.min(end, at + mostBytes);
    let shift = 0;
    let next = 0;
    do {
      if (at === limit) return -1;
      next = bytes[at++] ?? 0;
      if (shift === 28 && next > mostOfLast) return -1;
      value += (next & 0x7f) << shift;
      shift += 7;
    } while (next >= 0x80);
  }
  cursor.at = at;
  return value;
}

/** Writes an integer behind the bits of `first` that lie outside `mask`, and returns the offset behind it. */
export function writeInteger(
  value: number,
  first: number,
  mask: number,
  out: Uint8Array,
  at: number,
): number {
  if (value < mask) {
    out[at] = first | value;
    return at + 1;
  }
  out[at] = first | mask;
  let next = at + 1;
  let left = value - mask;
  while (left >= 0x80) {
    out[next++] = (left & 0x7f) | 0x80;
    left >>>= 7;
  }
  out[next] = left;
  return next + 1;
}
