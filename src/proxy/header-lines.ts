import { foldedByte } from './http1/bytes.ts';

/**
 * What a header line is to us. Kinds below `firstCut` are sent on where they stand; the others are left out, because they
 * belong to one connection only or because we write our own.
 */
export const lineKind = {
  other: 0,
  host: 1,
  userAgent: 2,
  contentLength: 3,
  date: 4,
  /** Its sender allows no table to hold it (RFC 7541 section 6.2.3); sent on with the same wish. */
  secret: 5,
  firstCut: 16,
  removed: 16,
  connection: 17,
  hopByHop: 18,
  transferEncoding: 19,
  /** `X-Forwarded-*`, `X-Real-Ip`, `Forwarded` in their proper spelling. */
  managed: 20,
  expect: 21,
  upgrade: 22,
} as const;

const space = 0x20;
const tab = 0x09;

/**
 * The header lines of one message, as they came: one string and a table of offsets. Reading does not take them apart, and
 * a line stays where it is until someone changes it. Reused for one message after the other of a connection.
 */
export class HeaderLines {
  /** Start line and header lines, each with its CRLF, one character per byte (latin1). */
  text = '';
  count = 0;
  /** Offsets in `text`; one more entry than there are lines, the last being the end of the last line. */
  readonly starts: number[] = [0];
  readonly colons: number[] = [];
  readonly kinds: number[] = [];
  /** Lines that we add, each with its CRLF. */
  own = '';

  /** Counts one more line: at the offset `start` of a text that is still being made, with a name of so many characters. */
  place(start: number, nameLength: number, kind: number): void {
    const { count } = this;
    this.starts[count] = start;
    this.colons[count] = start + nameLength;
    this.kinds[count] = kind;
    this.count = count + 1;
  }

  /** The text that lines were placed in is complete. */
  finish(text: string): void {
    this.text = text;
    this.starts[this.count] = text.length;
    this.own = '';
  }

  /** The value of line `index`, without surrounding blanks. */
  value(index: number): string {
    const text = this.text;
    let start = (this.colons[index] ?? 0) + 1;
    let end = (this.starts[index + 1] ?? 0) - 2;
    while (start < end && isBlank(text.charCodeAt(start))) start++;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    return text.slice(start, end);
  }

  name(index: number): string {
    return this.text.slice(this.starts[index], this.colons[index]);
  }

  /** True where the value is written as we would: one space before it and nothing behind. */
  isCanonical(index: number): boolean {
    const start = (this.colons[index] ?? 0) + 1;
    const end = (this.starts[index + 1] ?? 0) - 2;
    if (end - start < 2 || this.text.charCodeAt(start) !== space) return false;
    return !isBlank(this.text.charCodeAt(start + 1)) && !isBlank(this.text.charCodeAt(end - 1));
  }

  /** All values that would be sent under a name, in order; `name` in lower case. */
  values(name: string): string[] {
    const found: string[] = [];
    for (let index = 0; index < this.count; index++) {
      if (this.#isSent(index) && this.#isNamed(index, name)) found.push(this.value(index));
    }
    if (this.own !== '') collectOwn(this.own, name, found);
    return found;
  }

  /** Replaces all lines of a name, as `remove` does, by one at the end. The caller answers for the syntax of both. */
  set(name: string, value: string): void {
    this.remove(name);
    this.own += `${name}: ${value}\r\n`;
  }

  /** Adds a line and leaves those that there are. */
  append(name: string, value: string): void {
    this.own += `${name}: ${value}\r\n`;
  }

  /** Also what only folds onto the name, such as `X_User` onto `X-User`: an upstream may read it as the same header. */
  remove(name: string): void {
    for (let index = 0; index < this.count; index++) {
      if (this.#isSent(index) && this.#foldsOnto(index, name)) this.kinds[index] = lineKind.removed;
    }
    if (this.own !== '') this.own = withoutOwn(this.own, name.toLowerCase());
  }

  /** The lines to send, from the offset `from` (0 includes the start line), then our own. Runs are copied in one piece. */
  render(from: number): string {
    const { text, starts, kinds, count } = this;
    let out = '';
    let runStart = from;
    for (let index = 0; index < count; index++) {
      if ((kinds[index] ?? 0) < lineKind.firstCut) continue;
      const start = starts[index] ?? 0;
      if (start > runStart) out += text.slice(runStart, start);
      runStart = starts[index + 1] ?? 0;
    }
    const end = starts[count] ?? 0;
    if (end > runStart) out += text.slice(runStart, end);
    return out + this.own;
  }

  #isSent(index: number): boolean {
    return (this.kinds[index] ?? 0) < lineKind.firstCut;
  }

  #isNamed(index: number, lower: string): boolean {
    const start = this.starts[index] ?? 0;
    const end = this.colons[index] ?? 0;
    return end - start === lower.length && this.text.slice(start, end).toLowerCase() === lower;
  }

  #foldsOnto(index: number, name: string): boolean {
    const start = this.starts[index] ?? 0;
    if ((this.colons[index] ?? 0) - start !== name.length) return false;
    for (let at = 0; at < name.length; at++) {
      if (foldOf(this.text, start + at) !== foldOf(name, at)) return false;
    }
    return true;
  }
}

function foldOf(text: string, index: number): number | undefined {
  return foldedByte[text.charCodeAt(index)];
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

function collectOwn(own: string, name: string, found: string[]): void {
  for (const line of own.split('\r\n')) {
    if (isOwnNamed(line, name)) found.push(line.slice(name.length + 2));
  }
}

function withoutOwn(own: string, name: string): string {
  let kept = '';
  for (const line of own.split('\r\n')) {
    if (line !== '' && !isOwnNamed(line, name)) kept += `${line}\r\n`;
  }
  return kept;
}

function isOwnNamed(line: string, name: string): boolean {
  return line.charCodeAt(name.length) === 0x3a && line.slice(0, name.length).toLowerCase() === name;
}
