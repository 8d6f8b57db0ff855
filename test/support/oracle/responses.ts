import { readChunked } from './chunked.ts';
import { Cursor, digit, fieldByte, NeedsMore, Refused } from './cursor.ts';
import { connectionOptions, type Field, fold, framingOf, readFields, valuesOf } from './fields.ts';
import type { OracleLimits } from './limits.ts';
import { Reading, type ResponseFacts, responseText } from './reading.ts';

/** Answer lines of one hop only. */
const cut = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Lines that we live by, and that no Connection line can name away. */
const kept = new Set(['content-length', 'date']);

/**
 * What a careful but slow reader makes of an upstream's bytes after one request: informational answers, and one final answer
 * with its body. What follows that belongs to nobody.
 */
export function readResponse(stream: string, requestMethod: string, limits: OracleLimits): Reading {
  const reading = new Reading(stream);
  const cursor = new Cursor(stream);
  try {
    for (;;) {
      const start = cursor.at;
      cursor.grant(limits.responseHeadBytes, 502);
      const { framing, ...facts } = readHead(cursor, requestMethod, limits);
      cursor.grant(Number.POSITIVE_INFINITY, 0);
      const shown = typeof framing === 'number' ? `length ${framing}` : framing;
      reading.say(cursor.at, responseText({ ...facts, framing: shown, length: cursor.at - start }));
      if (facts.status < 200) continue;
      readBody(cursor, framing, reading, limits);
      reading.say(cursor.at, `end of body`);
      return reading;
    }
  } catch (cause) {
    if (cause instanceof Refused) reading.say(cause.needs, 'refused with 502');
    else if (!(cause instanceof NeedsMore)) throw cause;
  }
  return reading;
}

type Framing = 'none' | 'chunked' | 'close' | number;

function readBody(cursor: Cursor, framing: Framing, reading: Reading, limits: OracleLimits): void {
  if (framing === 'none' || framing === 0) return;
  if (framing === 'chunked') {
    readChunked(cursor, reading, limits);
    return;
  }
  const end = framing === 'close' ? Number.POSITIVE_INFINITY : cursor.at + framing;
  reading.data(cursor.at, end);
  cursor.skip(end - cursor.at);
}

type Head = Omit<ResponseFacts, 'length' | 'framing'> & { readonly framing: Framing };

function readHead(cursor: Cursor, requestMethod: string, limits: OracleLimits): Head {
  const { minor, status, reason } = readStatusLine(cursor);
  const most = limits.responseHeadBytes;
  const fields = readFields(cursor, { lineBytes: most, count: limits.responseHeaderCount, tooLarge: 502 });
  cursor.expect('\r\n');
  const stated = framingOf(fields, minor);
  if (stated === null) cursor.refuse(502);
  // RFC 9112 section 6.3: these have no body, whatever their head says.
  const hasNone = requestMethod === 'HEAD' || status < 200 || status === 204 || status === 304;
  const untilClose = stated === 'none' ? 'close' : stated;
  const options = connectionOptions(fields);
  return {
    status,
    reason,
    framing: hasNone ? 'none' : untilClose,
    keepAlive:
      !options.has('close') && !isFramed204(status, fields) && (minor === 1 || options.has('keep-alive')),
    stated: statedLength(status, stated),
    lines: fields.filter(({ key }) => isSent(key, options)).map(({ name, value }) => `${name}: ${value}`),
  };
}

/** An upstream that frames what has no body may send one: its connection is not used again. */
function isFramed204(status: number, fields: readonly Field[]): boolean {
  if (status !== 204) return false;
  return (
    valuesOf(fields, 'transfer-encoding').length > 0 ||
    valuesOf(fields, 'content-length').some((value) => value !== '0')
  );
}

/** RFC 9110 section 8.6: 1xx and 204 have no Content-Length; HEAD and 304 state that of the body they stand for. */
function statedLength(status: number, stated: 'none' | 'chunked' | number): string {
  return typeof stated === 'number' && status !== 204 && status >= 200 ? String(stated) : '';
}

/** RFC 9112 section 4, with the space before an empty reason left out or not. */
function readStatusLine(cursor: Cursor): { minor: number; status: number; reason: string } {
  cursor.expect('HTTP/1.', 502);
  const minor = readDigits(cursor, 1);
  cursor.expect(' ', 502);
  const status = readDigits(cursor, 3);
  let reason = '';
  if (cursor.peek() === ' ') {
    cursor.take();
    reason = cursor.run(fieldByte);
  }
  cursor.expect('\r\n', 502);
  if (minor > 1 || status < 100 || status > 599) cursor.refuse(502);
  return { minor, status, reason };
}

function readDigits(cursor: Cursor, count: number): number {
  let digits = '';
  while (digits.length < count) {
    if (!digit.test(cursor.peek())) cursor.refuseNext(502);
    digits += cursor.take();
  }
  return Number(digits);
}

function isSent(key: string, options: ReadonlySet<string>): boolean {
  if (kept.has(key)) return key === 'date';
  const folded = fold(key);
  if (cut.has(folded) || folded === 'content-length') return false;
  return !options.has(key);
}
