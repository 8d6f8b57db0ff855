import { type HeaderLines, lineKind } from '../header-lines.ts';
import { byte } from './bytes.ts';

/** True where a comma-separated list, in lower case, holds a token. */
export function hasToken(value: string, token: string): boolean {
  if (value === token) return true;
  return value.includes(token) && optionsOf(value).includes(token);
}

/** Blanks are SP and HTAB only (RFC 9110 section 5.6.3): what `trim` removes besides them are bytes of other encodings. */
function optionsOf(value: string): string[] {
  return value.split(',').map((option) => {
    let start = 0;
    let end = option.length;
    while (start < end && isBlank(option.charCodeAt(start))) start++;
    while (end > start && isBlank(option.charCodeAt(end - 1))) end--;
    return option.slice(start, end);
  });
}

function isBlank(code: number): boolean {
  return code === byte.space || code === byte.tab;
}

/**
 * Leaves out the lines that a Connection header names (RFC 9110 section 7.6.1); `value` in lower case. It can name no line
 * that routing, framing or we ourselves live by: those have kinds of their own, which are not `other`.
 */
export function cutNamedByConnection(lines: HeaderLines, value: string): void {
  if (value === 'keep-alive' || value === 'close' || value === '') return;
  const named = new Set(optionsOf(value));
  for (let index = 0; index < lines.count; index++) {
    if (lines.kinds[index] !== lineKind.other && lines.kinds[index] !== lineKind.userAgent) continue;
    if (named.has(lines.name(index).toLowerCase())) lines.kinds[index] = lineKind.removed;
  }
}
