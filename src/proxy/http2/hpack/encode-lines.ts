import { type HeaderLines, lineKind } from '../../header-lines.ts';
import type { HpackEncoder } from './encoder.ts';

const colon = 0x3a;
const space = 0x20;
const tab = 0x09;

/**
 * Adds the lines of a head that are sent on, and those that we add, to a header block: names in lower case, values without the
 * blanks around them. Lines of the kind `leftOut` are not sent. The room to make is `mostBlockBytes` of `lines.text` and `lines.own`.
 */
export function encodeLines(
  lines: HeaderLines,
  encoder: HpackEncoder,
  out: Buffer,
  at: number,
  leftOut: number = lineKind.removed,
): number {
  const { text, starts, colons, kinds, count, own } = lines;
  let next = at;
  for (let index = 0; index < count; index++) {
    const kind = kinds[index] ?? 0;
    if (kind >= lineKind.firstCut || kind === leftOut) continue;
    const nameEnd = colons[index] ?? 0;
    takeValue(encoder, text, nameEnd + 1, (starts[index + 1] ?? 0) - 2);
    const start = starts[index] ?? 0;
    next =
      kind === lineKind.secret
        ? encoder.secretLine(start, nameEnd, out, next)
        : encoder.line(start, nameEnd, out, next);
  }
  return own === '' ? next : encodeOwn(own, encoder, out, next);
}

function encodeOwn(own: string, encoder: HpackEncoder, out: Buffer, at: number): number {
  let next = at;
  let start = 0;
  while (start < own.length) {
    const end = own.indexOf('\r\n', start);
    if (end < 0) break;
    let nameEnd = start;
    while (nameEnd < end && own.charCodeAt(nameEnd) !== colon) nameEnd++;
    takeValue(encoder, own, nameEnd + 1, end);
    if (nameEnd < end) next = encoder.line(start, nameEnd, out, next);
    start = end + 2;
  }
  return next;
}

function takeValue(encoder: HpackEncoder, text: string, from: number, to: number): void {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  encoder.value(text, start, end);
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}
