import { lineKind } from '../header-lines.ts';
import type { Limits } from '../limits.ts';
import { framing } from '../request-head.ts';
import { byte, valueByte } from './bytes.ts';
import { cutNamedByConnection, hasToken } from './connection-options.ts';
import { decimalLength, isChunked, restate } from './framing-values.ts';
import { Http1ResponseHead, headResult } from './heads.ts';
import { responseLineKind } from './line-kind.ts';
import { type LineRules, linesResult, readLines, type Span } from './read-lines.ts';

/** Reads the heads of one upstream connection's answers. An upstream is believed no more than a client. Never throws. */
export class ResponseReader {
  readonly head = new Http1ResponseHead();
  /** The request was HEAD, whose answer has no body whatever its head says (RFC 9112 section 6.3). */
  isBodyless = false;
  readonly #limits: Limits;
  readonly #rules: LineRules;
  readonly #span: Span = { base: 0, from: 0, end: 0 };
  #minor = 1;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#rules = {
      classify: responseLineKind,
      lineBytes: limits.responseHeadBytes,
      headerCount: limits.responseHeaderCount,
    };
  }

  /** Reads the head that starts at `from`. Returns the offset behind it or a `headResult`. */
  read(bytes: Buffer, from: number, available: number): number {
    const end = Math.min(available, from + this.#limits.responseHeadBytes);
    const afterLine = this.#readStatusLine(bytes, from, end);
    if (afterLine < 0) return headResult.refused;
    if (afterLine === 0) return this.#incomplete(end - from);
    const lineSpan = this.#span;
    lineSpan.base = from;
    lineSpan.from = afterLine;
    lineSpan.end = end;
    const next = readLines(bytes, lineSpan, this.head.lines, this.#rules);
    if (next === linesResult.incomplete) return this.#incomplete(end - from);
    if (next < 0) return headResult.refused;
    this.head.lines.text = bytes.toString('latin1', from, next);
    return this.#judge() ? next : headResult.refused;
  }

  /**
   * True where a 101 agrees to what was asked for and to nothing else (RFC 6455 section 4.2.2): one Upgrade line, `websocket`
   * alone, and a Connection line that names it.
   */
  agreesToWebSocket(): boolean {
    const { lines } = this.head;
    const protocols: string[] = [];
    let isNamed = false;
    for (let index = 0; index < lines.count; index++) {
      const kind = lines.kinds[index];
      if (kind !== lineKind.upgrade && kind !== lineKind.connection) continue;
      const value = lines.value(index).toLowerCase();
      if (kind === lineKind.upgrade) protocols.push(value);
      else if (hasToken(value, 'upgrade')) isNamed = true;
    }
    return this.#minor === 1 && isNamed && protocols.length === 1 && protocols[0] === 'websocket';
  }

  #incomplete(length: number): number {
    return length >= this.#limits.responseHeadBytes ? headResult.refused : headResult.incomplete;
  }

  /** The offset behind the status line (RFC 9112 section 4); 0 where it is not there yet, -1 where it is none. */
  #readStatusLine(bytes: Buffer, from: number, end: number): number {
    const prefixEnd = Math.min(end - from, statusPattern.length);
    for (let index = 0; index < prefixEnd; index++) {
      const code = bytes[from + index] ?? 0;
      const wanted = statusPattern.charCodeAt(index);
      if (wanted === byte.zero ? code < byte.zero || code > byte.nine : code !== wanted) return -1;
    }
    let at = from + statusPattern.length;
    if (end <= at) return 0;
    // The space before an empty reason is often left out; nothing else may follow the status.
    if (bytes[at] !== byte.space && bytes[at] !== byte.carriageReturn) return -1;
    const hasReason = bytes[at] === byte.space;
    while (at < end && valueByte[bytes[at] ?? 0] === 1) at++;
    if (at + 1 >= end) return at < end && bytes[at] !== byte.carriageReturn ? -1 : 0;
    if (bytes[at] !== byte.carriageReturn || bytes[at + 1] !== byte.lineFeed) return -1;
    const minor = (bytes[from + 7] ?? 0) - byte.zero;
    const status = digits(bytes, from + 9);
    if (minor > 1 || status < 100 || status > 599) return -1;
    this.#minor = minor;
    this.head.status = status;
    this.head.startLineFits = minor === 1 && hasReason;
    return at + 2;
  }

  /** Decides framing and persistence once (RFC 9112 sections 6.3 and 9.3); false where they are in doubt. */
  #judge(): boolean {
    const { head } = this;
    const { lines, status } = head;
    const { kinds, count } = lines;
    let length = -1;
    let encoding = -1;
    let closes = false;
    head.dated = false;
    head.keepAlive = this.#minor === 1;
    head.keepAliveMs = 0;
    for (let index = 0; index < count; index++) {
      const kind = kinds[index];
      if (kind === lineKind.other) continue;
      if (kind === lineKind.date) head.dated = true;
      else if (kind === lineKind.connection) closes = this.#readConnection(index) || closes;
      else if (kind === lineKind.hopByHop) this.#readKeepAlive(index);
      else if (kind === lineKind.contentLength) {
        if (length !== -1) return false;
        length = index;
      } else if (kind === lineKind.transferEncoding) {
        if (encoding !== -1) return false;
        encoding = index;
      }
    }
    if (closes) head.keepAlive = false;
    const hasNoBody = this.isBodyless || status === 204 || status === 304 || status < 200;
    return this.#decideFraming(length, encoding, hasNoBody);
  }

  #decideFraming(lengthLine: number, encodingLine: number, hasNoBody: boolean): boolean {
    const { head } = this;
    const { lines, status } = head;
    head.length = 0;
    // An upstream that frames what has no body may send one: it would be taken for the answer to somebody else.
    if (status === 204 && (encodingLine !== -1 || (lengthLine !== -1 && lines.value(lengthLine) !== '0'))) {
      head.keepAlive = false;
    }
    if (encodingLine !== -1) {
      if (lengthLine !== -1 || this.#minor === 0 || !isChunked(lines.value(encodingLine))) return false;
      head.framing = hasNoBody ? framing.none : framing.chunked;
      return true;
    }
    if (lengthLine === -1) {
      head.framing = hasNoBody ? framing.none : framing.close;
      return true;
    }
    const length = decimalLength(lines.value(lengthLine));
    if (length === -1) return false;
    head.framing = hasNoBody ? framing.none : framing.length;
    if (!hasNoBody) head.length = length;
    // 204 and 1xx have no length to tell (RFC 9110 section 8.6); HEAD and 304 tell that of the body they stand for.
    if (status === 204 || status < 200) lines.kinds[lengthLine] = lineKind.removed;
    else restate(lines, lengthLine, length);
    return true;
  }

  /** `Keep-Alive: timeout=SECONDS` (RFC 2068 section 19.7.1.1). */
  #readKeepAlive(index: number): void {
    if (this.head.lines.name(index).toLowerCase() !== 'keep-alive') return;
    const seconds = /(?:^|[,;\s])timeout=(\d{1,6})/i.exec(this.head.lines.value(index))?.[1];
    if (seconds !== undefined) this.head.keepAliveMs = Number(seconds) * 1000;
  }

  /** True where the line says `close`, which counts more than `keep-alive` wherever that stands (RFC 9112 section 9.3). */
  #readConnection(index: number): boolean {
    const { head } = this;
    const value = head.lines.value(index).toLowerCase();
    if (hasToken(value, 'keep-alive')) head.keepAlive = true;
    cutNamedByConnection(head.lines, value);
    return hasToken(value, 'close');
  }
}

/** `0` stands for any digit. */
const statusPattern = 'HTTP/1.0 000';

function digits(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) - 48) * 100 + ((bytes[at + 1] ?? 0) - 48) * 10 + (bytes[at + 2] ?? 0) - 48;
}
