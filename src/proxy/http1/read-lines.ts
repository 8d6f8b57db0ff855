import type { HeaderLines } from '../header-lines.ts';
import { byte, tokenByte, valueByte } from './bytes.ts';
import type { Classify } from './line-kind.ts';

/** What reading header lines ended with. Positive numbers are the offset behind the empty line. */
export const linesResult = { incomplete: 0, malformed: -1, tooLarge: -2 } as const;

/** Bounds of what is read, and what a line is. */
export interface LineRules {
  readonly classify: Classify;
  readonly lineBytes: number;
  readonly headerCount: number;
}

/**
 * Reads header lines up to and including the empty line (RFC 9112 section 5), in one pass over the bytes. Strict: CRLF only,
 * no blank before the colon, no folded lines, no byte outside of token and field value. `base` is the offset of the start
 * line, which offsets in `lines` count from.
 */
export function readLines(bytes: Uint8Array, span: Span, lines: HeaderLines, rules: LineRules): number {
  const { base, end } = span;
  const { starts, colons, kinds } = lines;
  let at = span.from;
  let count = 0;
  for (;;) {
    if (at >= end) return linesResult.incomplete;
    if (bytes[at] === byte.carriageReturn) break;
    if (count === rules.headerCount) return linesResult.tooLarge;
    let colon = at;
    while (tokenByte[bytes[colon] ?? 0] === 1 && colon < end) colon++;
    if (colon - at > rules.lineBytes) return linesResult.tooLarge;
    if (colon === end) return linesResult.incomplete;
    if (bytes[colon] !== byte.colon || colon === at) return linesResult.malformed;
    let tail = colon + 1;
    while (valueByte[bytes[tail] ?? 0] === 1 && tail < end) tail++;
    if (tail - at > rules.lineBytes) return linesResult.tooLarge;
    if (tail === end) return linesResult.incomplete;
    if (bytes[tail] !== byte.carriageReturn) return linesResult.malformed;
    if (tail + 1 === end) return linesResult.incomplete;
    if (bytes[tail + 1] !== byte.lineFeed) return linesResult.malformed;
    starts[count] = at - base;
    colons[count] = colon - base;
    kinds[count] = rules.classify(bytes, at, colon - at);
    count++;
    at = tail + 2;
  }
  if (at + 1 === end) return linesResult.incomplete;
  if (bytes[at + 1] !== byte.lineFeed) return linesResult.malformed;
  starts[count] = at - base;
  lines.count = count;
  lines.own = '';
  return at + 2;
}

/** Which bytes to read: header lines from `from` to at most `end`, of a message that starts at `base`. */
export interface Span {
  base: number;
  from: number;
  end: number;
}
