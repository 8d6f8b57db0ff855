import { isIP } from 'node:net';

/** An IP address as a number. */
export interface IpAddress {
  readonly value: bigint;
  /** 32 or 128. */
  readonly bits: number;
}

/** Reads an IPv4 or IPv6 address without a zone; null if the text is none. */
export function ipAddress(text: string): IpAddress | null {
  switch (text.includes('%') ? 0 : isIP(text)) {
    case 4:
      return { value: numberOf(text.split('.').map(Number), 8n), bits: 32 };
    case 6:
      return { value: numberOf(groupsOf(text), 16n), bits: 128 };
    default:
      return null;
  }
}

function numberOf(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((value, part) => (value << width) | BigInt(part), 0n);
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(text: string): number[] {
  const [head = '', tail] = withoutDots(text).split('::');
  const before = hexGroups(head);
  if (tail === undefined) return before;
  const after = hexGroups(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function hexGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

/** `::ffff:1.2.3.4` ends in an IPv4 address: two groups. */
function withoutDots(text: string): string {
  const match = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (!match) return text;
  const [, a = '', b = '', c = '', d = ''] = match;
  const group = (high: string, low: string) => (Number(high) * 256 + Number(low)).toString(16);
  return `${text.slice(0, match.index)}${group(a, b)}:${group(c, d)}`;
}
