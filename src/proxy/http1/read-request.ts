import type { Limits } from '../limits.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import { framing } from '../request-head.ts';
import { byte, targetByte, tokenByte } from './bytes.ts';
import { Http1RequestHead, headResult } from './heads.ts';
import { requestLineKind } from './line-kind.ts';
import { type LineRules, linesResult, readLines, type Span } from './read-lines.ts';
import { judgeRequest } from './request-rules.ts';

const longestMethod = 64;

/** Reads request heads (RFC 9112 sections 2 to 6), one after the other, into one object. Never throws. */
export class RequestReader {
  readonly head = new Http1RequestHead();
  /** Why the last head was refused; read it after `headResult.refused`. */
  fault: ProxyError = failures.badRequestLine;
  readonly #limits: Limits;
  readonly #rules: LineRules;
  readonly #span: Span = { base: 0, from: 0, end: 0 };
  #methodEnd = 0;
  #targetEnd = 0;
  /** The head holds what was last read, as far as lines and start line go. */
  #isKept = false;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#rules = {
      classify: requestLineKind,
      lineBytes: limits.lineBytes,
      headerCount: limits.headerCount,
    };
  }

  /** Reads the head that starts at `from`. Malformed heads are found as soon as the byte is there that makes them so. */
  read(bytes: Buffer, from: number, available: number): number {
    this.#isKept = false;
    // What lies beyond a head's limit is never looked at, so a refusal does not depend on how much of it has come.
    const end = Math.min(available, from + this.#limits.headBytes);
    const afterLine = this.#readRequestLine(bytes, from, end);
    if (afterLine <= 0) return afterLine === 0 ? this.#incomplete(end - from) : afterLine;
    const span = this.#span;
    span.base = from;
    span.from = afterLine;
    span.end = end;
    const next = readLines(bytes, span, this.head.lines, this.#rules);
    if (next === linesResult.incomplete) return this.#incomplete(end - from);
    if (next === linesResult.malformed) return this.#refuse(failures.badLine);
    if (next === linesResult.tooLarge) return this.#refuse(failures.headTooLarge);
    this.#keep(bytes, from, next);
    const fault = judgeRequest(this.head);
    return fault === null ? next : this.#refuse(fault);
  }

  /** The offset behind the request line; 0 where it is not there yet, -1 where it is refused. */
  #readRequestLine(bytes: Buffer, from: number, end: number): number {
    let at = from;
    const methodLimit = Math.min(end, from + longestMethod);
    while (at < methodLimit && tokenByte[bytes[at] ?? 0] === 1) at++;
    if (at === end) return 0;
    if (at === from || bytes[at] !== byte.space) return this.#refuse(failures.badRequestLine);
    const targetStart = at + 1;
    const targetLimit = Math.min(end, targetStart + this.#limits.targetBytes + 1);
    at = targetStart;
    while (at < targetLimit && targetByte[bytes[at] ?? 0] === 1) at++;
    if (at - targetStart > this.#limits.targetBytes) return this.#refuse(failures.targetTooLong);
    if (at === end) return 0;
    if (at === targetStart) return this.#refuse(failures.badRequestLine);
    if (bytes[at] !== byte.space) {
      const isLineEnd = bytes[at] === byte.carriageReturn || bytes[at] === byte.lineFeed;
      return this.#refuse(isLineEnd ? failures.badRequestLine : failures.badTarget);
    }
    this.#methodEnd = targetStart - 1 - from;
    this.#targetEnd = at - from;
    return this.#readVersion(bytes, at + 1, end);
  }

  #readVersion(bytes: Buffer, from: number, end: number): number {
    for (let index = 0; index < versionPattern.length; index++) {
      if (from + index === end) return 0;
      const code = bytes[from + index] ?? 0;
      const wanted = versionPattern.charCodeAt(index);
      if (wanted === byte.zero ? !isDigit(code) : code !== wanted) {
        return this.#refuse(failures.badRequestLine);
      }
    }
    const minor = (bytes[from + 7] ?? 0) - byte.zero;
    if (bytes[from + 5] !== byte.zero + 1 || minor > 1) return this.#refuse(failures.badVersion);
    this.head.minor = minor;
    return from + versionPattern.length;
  }

  #keep(bytes: Buffer, from: number, next: number): void {
    const head = this.head;
    const text = bytes.toString('latin1', from, next);
    head.lines.text = text;
    head.method = text.slice(0, this.#methodEnd);
    head.target = text.slice(this.#methodEnd + 1, this.#targetEnd);
    head.protocol = head.minor === 1 ? 'http/1.1' : 'http/1.0';
    this.#isKept = true;
  }

  /** Forgets the request before, so that a head that was never read shows nothing of it. */
  clear(): void {
    const { head } = this;
    head.host = '';
    head.routingHost = '';
    head.framing = framing.none;
    head.length = 0;
    head.expectsContinue = false;
    head.isWebSocket = false;
    if (this.#isKept) return;
    head.minor = 1;
    head.method = '';
    head.target = '';
    head.userAgentLine = -1;
    head.protocol = 'http/1.1';
  }

  #incomplete(length: number): number {
    return length >= this.#limits.headBytes ? this.#refuse(failures.headTooLarge) : headResult.incomplete;
  }

  #refuse(fault: ProxyError): number {
    this.fault = fault;
    this.clear();
    return headResult.refused;
  }
}

/** `0` stands for any digit. */
const versionPattern = 'HTTP/0.0\r\n';

function isDigit(code: number): boolean {
  return code >= byte.zero && code <= byte.nine;
}
