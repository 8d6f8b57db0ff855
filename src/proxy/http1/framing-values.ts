import { type HeaderLines, lineKind } from '../header-lines.ts';

/**
 * A Content-Length value (RFC 9110 section 8.6) in bytes, or -1. Digits only, one number, no leading zeros, at most 15 digits,
 * so that it is exact as a number: whatever else two parsers could read in two ways is refused.
 */
export function decimalLength(value: string): number {
  const length = value.length;
  if (length === 0 || length > 15 || (length > 1 && value.charCodeAt(0) === 0x30)) return -1;
  let number = 0;
  for (let index = 0; index < length; index++) {
    const digit = value.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** True for the one transfer coding that is accepted (RFC 9112 section 6.1). */
export function isChunked(value: string): boolean {
  return value.length === 7 && value.toLowerCase() === 'chunked';
}

/** Writes a Content-Length anew where it is not written as we would. */
export function restate(lines: HeaderLines, index: number, length: number): void {
  if (lines.isCanonical(index)) return;
  lines.kinds[index] = lineKind.removed;
  lines.own += `Content-Length: ${length}\r\n`;
}
