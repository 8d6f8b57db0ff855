import { randomBytes } from 'node:crypto';
import { lineKind } from '../header-lines.ts';
import { Http1RequestHead } from '../http1/heads.ts';
import { judgeRequest } from '../http1/request-rules.ts';
import type { Limits } from '../limits.ts';
import { failures, type ProxyError } from '../proxy-error.ts';
import { framing, hasBody } from '../request-head.ts';
import { badName, isConnectionSpecific, isFieldValue, requestNameKind } from './field-rules.ts';
import type { HpackSink } from './hpack/decoder.ts';

const longestMethod = 64;
const method = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible ASCII without `#`, as in a request line. */
const target = /^[!-"$-~]+$/;

/** What `RequestBlock.end` finds: a request, or one that is answered with a refusal, or one that nobody may understand. */
export const verdict = { sound: 0, refused: 1, malformed: 2 } as const;

/**
 * Makes a request head in the form of HTTP/1 out of one header block after the other (RFC 9113 section 8.3). From there on the
 * rules of HTTP/1 hold: what is forwarded has one meaning, whatever the next hop speaks.
 */
export class RequestBlock implements HpackSink {
  /** Why the last request was refused. */
  fault: ProxyError = failures.badRequestLine;
  readonly #limits: Limits;
  readonly #scheme: string;
  #head = new Http1RequestHead();
  #method: string | null = null;
  #claimed: string | null = null;
  #authority: string | null = null;
  #path: string | null = null;
  #protocol: string | null = null;
  #text = '';
  #bytes = 0;
  #hasLines = false;
  #isMalformed = false;
  #isTooLarge = false;
  #hostLine = -1;
  #cookie: string | null = null;
  #cookieKind = 0;

  /** `scheme` is that of the connection. */
  constructor(limits: Limits, scheme: string) {
    this.#limits = limits;
    this.#scheme = scheme;
  }

  /** Begins a block; what is told of it goes into `head`. */
  begin(head: Http1RequestHead): void {
    this.#head = head;
    this.#method = null;
    this.#claimed = null;
    this.#authority = null;
    this.#path = null;
    this.#protocol = null;
    this.#text = '';
    this.#bytes = 0;
    this.#hasLines = false;
    this.#isMalformed = false;
    this.#isTooLarge = false;
    this.#hostLine = -1;
    this.#cookie = null;
    head.lines.count = 0;
  }

  header(name: string, value: string, neverIndexed: boolean): boolean {
    const length = name.length + value.length + 4;
    this.#bytes += length;
    if (!isFieldValue(value)) return this.#malformed();
    if (name.charCodeAt(0) === 0x3a) return this.#pseudo(name, value);
    if (!this.#hasLines) this.#beginLines();
    const kind = requestNameKind(name);
    if (kind === badName || isConnectionSpecific(name, kind, value)) return this.#malformed();
    const { lines } = this.#head;
    const { lineBytes, headBytes, headerCount } = this.#limits;
    if (length - 4 > lineBytes || this.#bytes > headBytes || lines.count >= headerCount) {
      this.#isTooLarge = true;
      return false;
    }
    if (name === 'cookie') {
      // Crumbs of one line (RFC 9113 section 8.2.3).
      this.#cookie = this.#cookie === null ? value : `${this.#cookie}; ${value}`;
      this.#cookieKind = neverIndexed ? lineKind.secret : lineKind.other;
      return true;
    }
    if (kind === lineKind.host && this.#hostLine === -1) this.#hostLine = lines.count;
    this.#line(name, value, neverIndexed && kind === lineKind.other ? lineKind.secret : kind);
    return true;
  }

  /** The block is complete. `ends`: no body follows. Returns a `verdict`. */
  end(ends: boolean): number {
    if (!this.#hasLines && !this.#isMalformed) this.#beginLines();
    if (this.#isMalformed || !this.#hasNeeded()) {
      this.#keep('', '');
      return verdict.malformed;
    }
    if (this.#cookie !== null) this.#line('cookie', this.#cookie, this.#cookieKind);
    const isTunnel = this.#protocol !== null;
    this.#keep(isTunnel ? 'GET' : (this.#method ?? ''), this.#path ?? this.#authority ?? '');
    const fault = this.#judge();
    const head = this.#head;
    if (fault !== null) {
      // The head served another request before.
      head.host = this.#authority ?? '';
      head.routingHost = '';
      head.framing = framing.none;
      head.length = 0;
      this.fault = fault;
      return verdict.refused;
    }
    if (isTunnel) return this.#tunnel(ends);
    // A length that END_STREAM contradicts (RFC 9113 section 8.1.1).
    if (ends) return hasBody(head) ? verdict.malformed : verdict.sound;
    if (head.framing === framing.none) head.framing = framing.chunked;
    return verdict.sound;
  }

  #malformed(): boolean {
    this.#isMalformed = true;
    return false;
  }

  /** RFC 9113 section 8.3: each once, before all others, and none that is not defined. */
  #pseudo(name: string, value: string): boolean {
    if (this.#hasLines) return this.#malformed();
    switch (name) {
      case ':method':
        if (this.#method !== null) return this.#malformed();
        this.#method = value;
        return true;
      case ':path':
        if (this.#path !== null) return this.#malformed();
        this.#path = value;
        return true;
      case ':scheme':
        if (this.#claimed !== null) return this.#malformed();
        this.#claimed = value;
        return true;
      case ':authority':
        if (this.#authority !== null) return this.#malformed();
        this.#authority = value;
        return true;
      case ':protocol':
        if (this.#protocol !== null) return this.#malformed();
        this.#protocol = value;
        return true;
      default:
        return this.#malformed();
    }
  }

  /** RFC 9113 sections 8.3.1 and 8.5, RFC 8441 section 4. */
  #hasNeeded(): boolean {
    if (this.#method === null || this.#method === '') return false;
    if (this.#protocol !== null && this.#method !== 'CONNECT') return false;
    if (this.#method === 'CONNECT' && this.#protocol === null) {
      return this.#claimed === null && this.#path === null && this.#authority !== null;
    }
    return this.#claimed !== null && this.#path !== null && this.#path !== '';
  }

  #judge(): ProxyError | null {
    const head = this.#head;
    const path = this.#path ?? '';
    if (this.#isTooLarge || this.#bytes > this.#limits.headBytes) return failures.headTooLarge;
    if (head.method.length > longestMethod || !method.test(head.method)) return failures.badRequestLine;
    if (this.#method === 'CONNECT' && this.#protocol === null) return failures.methodNotAllowed;
    if (this.#protocol !== null && this.#protocol !== 'websocket') return failures.unknownProtocol;
    if (path.length > this.#limits.targetBytes) return failures.targetTooLong;
    if (!target.test(path) || (path.charCodeAt(0) !== 0x2f && path !== '*')) return failures.badTarget;
    if (this.#claimed !== this.#scheme) return failures.badScheme;
    return this.#judgeHost() ?? judgeRequest(head);
  }

  /** `:authority` and Host may not say two things (RFC 9113 section 8.3.1); the first stands as our Host line. */
  #judgeHost(): ProxyError | null {
    const { lines } = this.#head;
    if (this.#authority === null || this.#hostLine === -1) return null;
    if (lines.value(this.#hostLine) !== this.#authority) return failures.badHost;
    if (this.#authority === '') return failures.badHost;
    lines.kinds[this.#hostLine] = lineKind.removed;
    return null;
  }

  /** What HTTP/1 asks for a WebSocket with; the key is ours, since the client has none (RFC 8441 section 5). */
  #tunnel(ends: boolean): number {
    const head = this.#head;
    if (ends || hasBody(head)) return verdict.malformed;
    head.isWebSocket = true;
    head.lines.set('Sec-WebSocket-Key', randomBytes(16).toString('base64'));
    return verdict.sound;
  }

  #beginLines(): void {
    this.#hasLines = true;
    const { lines } = this.#head;
    const verb = this.#protocol === null ? this.#method : 'GET';
    this.#text = `${verb} ${this.#path ?? this.#authority} HTTP/1.1\r\n`;
    lines.count = 0;
    if (this.#authority !== null && this.#authority !== '')
      this.#line('Host', this.#authority, lineKind.host);
  }

  #line(name: string, value: string, kind: number): void {
    this.#head.lines.place(this.#text.length, name.length, kind);
    this.#text += `${name}: ${value}\r\n`;
  }

  #keep(verb: string, path: string): void {
    const head = this.#head;
    head.lines.finish(this.#text);
    head.protocol = 'http/2';
    head.minor = 1;
    head.method = verb;
    head.target = path;
    head.userAgentLine = -1;
    head.isWebSocket = false;
    head.expectsContinue = false;
    head.isForwarded = false;
  }
}

/** Judges a header block behind a body; what is sound in it is dropped (RFC 9113 section 8.1). */
export class TrailerBlock implements HpackSink {
  isMalformed = false;
  readonly #most: number;
  #bytes = 0;

  /** `most` is the largest that is read, in bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  begin(): void {
    this.isMalformed = false;
    this.#bytes = 0;
  }

  header(name: string, value: string): boolean {
    this.#bytes += name.length + value.length + 4;
    const kind = name.charCodeAt(0) === 0x3a ? badName : requestNameKind(name);
    if (kind === badName || !isFieldValue(value) || isConnectionSpecific(name, kind, value)) {
      this.isMalformed = true;
    }
    return !this.isMalformed && this.#bytes <= this.#most;
  }
}
