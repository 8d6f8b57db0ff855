import { STATUS_CODES } from 'node:http';
import { HeaderLines, lineKind } from '../header-lines.ts';
import { decimalLength } from '../http1/framing-values.ts';
import type { Limits } from '../limits.ts';
import { framing } from '../request-head.ts';
import { ResponseHead } from '../response-head.ts';
import {
  badName,
  isConnectionSpecific,
  isFieldValue,
  requestNameKind,
  responseNameKind,
} from './field-rules.ts';
import type { HpackSink } from './hpack/decoder.ts';

/**
 * Makes the head of an answer in the form of HTTP/1 out of one header block after the other (RFC 9113 section 8.3.2). An upstream is
 * believed no more than a client.
 */
export class ResponseBlock implements HpackSink {
  readonly head = new ResponseHead();
  readonly #limits: Limits;
  #text = '';
  #bytes = 0;
  #isSound = true;
  #lengthLine = -1;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** The head names a length. */
  get hasLength(): boolean {
    return this.#lengthLine !== -1;
  }

  begin(): void {
    this.head.status = 0;
    this.head.lines.count = 0;
    this.#text = '';
    this.#bytes = 0;
    this.#isSound = true;
    this.#lengthLine = -1;
  }

  header(name: string, value: string, neverIndexed: boolean): boolean {
    this.#bytes += name.length + value.length + 4;
    if (name.charCodeAt(0) === 0x3a) return this.#status(name, value);
    const kind = responseNameKind(name);
    const { lines, status } = this.head;
    const isFull =
      this.#bytes > this.#limits.responseHeadBytes || lines.count >= this.#limits.responseHeaderCount;
    if (status === 0 || kind === badName || isFull || !isFieldValue(value)) return this.#refuse();
    if (isConnectionSpecific(name, kind, value)) return this.#refuse();
    if (kind === lineKind.contentLength) {
      if (this.#lengthLine !== -1) return this.#refuse();
      this.#lengthLine = lines.count;
    }
    this.#line(name, value, neverIndexed && kind === lineKind.other ? lineKind.secret : kind);
    return true;
  }

  /**
   * The block is complete; `ends` where no body follows. `isHead`: the answer to HEAD, which tells of a body and has none. False
   * where the answer is not sound.
   */
  end(ends: boolean, isHead: boolean): boolean {
    const { head } = this;
    const { lines, status } = head;
    if (!this.#isSound || status === 0) return false;
    lines.finish(this.#text);
    head.startLineFits = true;
    head.dated = false;
    for (let index = 0; index < lines.count; index++) {
      if (lines.kinds[index] === lineKind.date) head.dated = true;
    }
    return this.#decideFraming(ends, isHead || status === 204 || status === 304 || status < 200);
  }

  /** False where what is said of the body cannot be. */
  #decideFraming(ends: boolean, hasNoBody: boolean): boolean {
    const { head } = this;
    const { lines, status } = head;
    const line = this.#lengthLine;
    const length = line === -1 ? -1 : decimalLength(lines.value(line));
    if (line !== -1 && length === -1) return false;
    head.length = 0;
    if (status < 200 || status === 204) {
      // They have no length to tell (RFC 9110 section 8.6).
      if (line !== -1) lines.kinds[line] = lineKind.removed;
      head.framing = framing.none;
      return status >= 200 || !ends;
    }
    if (hasNoBody) head.framing = framing.none;
    else if (length !== -1 || ends) {
      // A body that is not there has not the length that was told (RFC 9113 section 8.1.1).
      if (ends && length > 0) return false;
      head.framing = framing.length;
      head.length = Math.max(length, 0);
    } else head.framing = framing.chunked;
    return true;
  }

  /** The only pseudo header of an answer: once, and before all others. */
  #status(name: string, value: string): boolean {
    const { head } = this;
    if (name !== ':status' || head.status !== 0 || !/^[1-5]\d\d$/.test(value)) return this.#refuse();
    head.status = Number(value);
    // It has no place in HTTP/2 (RFC 9113 section 8.6).
    if (head.status === 101) return this.#refuse();
    this.#text = `HTTP/1.1 ${value} ${STATUS_CODES[value] ?? ''}\r\n`;
    return true;
  }

  #line(name: string, value: string, kind: number): void {
    this.head.lines.place(this.#text.length, name.length, kind);
    this.#text += `${name}: ${value}\r\n`;
  }

  #refuse(): boolean {
    this.#isSound = false;
    return false;
  }
}

/** Names that say something about a message that has been read already, or that only its head can say (RFC 9110 section 6.5.1). */
const notForTrailers = new Set([
  'age',
  'authorization',
  'cache-control',
  'content-encoding',
  'content-location',
  'content-range',
  'content-type',
  'expires',
  'location',
  'retry-after',
  'server',
  'set-cookie',
  'vary',
  'www-authenticate',
]);

/** Takes the header block behind an answer's body, and leaves out what may not stand there. */
export class TrailerLines implements HpackSink {
  readonly lines = new HeaderLines();
  isSound = true;
  readonly #limits: Limits;
  #bytes = 0;
  #count = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  begin(): void {
    this.lines.own = '';
    this.isSound = true;
    this.#bytes = 0;
    this.#count = 0;
  }

  header(name: string, value: string): boolean {
    this.#bytes += name.length + value.length + 4;
    this.#count++;
    const kind = name.charCodeAt(0) === 0x3a ? badName : responseNameKind(name);
    const { responseHeadBytes, responseHeaderCount } = this.#limits;
    if (
      kind === badName ||
      !isFieldValue(value) ||
      isConnectionSpecific(name, kind, value) ||
      this.#bytes > responseHeadBytes ||
      this.#count > responseHeaderCount
    ) {
      this.isSound = false;
      return false;
    }
    const isManaged = kind !== lineKind.other || requestNameKind(name) >= lineKind.firstCut;
    if (!isManaged && !notForTrailers.has(name)) this.lines.append(name, value);
    return true;
  }
}
