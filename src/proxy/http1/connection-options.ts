import { type HeaderLines, lineKind } from '../header-lines.ts';

/** True where a comma-separated list, in lower case, holds a token. */
export function hasToken(value: string, token: string): boolean {
  if (value === token) return true;
  return value.includes(token) && value.split(',').some((option) => option.trim() === token);
}

/**
 * Leaves out the lines that a Connection header names (RFC 9110 section 7.6.1); `value` in lower case. It can name no line
 * that routing, framing or we ourselves live by: those have kinds of their own, which are not `other`.
 */
export function cutNamedByConnection(lines: HeaderLines, value: string): void {
  if (value === 'keep-alive' || value === 'close' || value === '') return;
  const named = new Set(value.split(',').map((option) => option.trim()));
  for (let index = 0; index < lines.count; index++) {
    if (lines.kinds[index] !== lineKind.other && lines.kinds[index] !== lineKind.userAgent) continue;
    if (named.has(lines.name(index).toLowerCase())) lines.kinds[index] = lineKind.removed;
  }
}
