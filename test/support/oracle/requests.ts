import { readChunked } from './chunked.ts';
import { Cursor, digit, NeedsMore, Refused, tchar } from './cursor.ts';
import { connectionOptions, type Field, fold, framingOf, readFields, valuesOf } from './fields.ts';
import type { OracleLimits } from './limits.ts';
import { Reading, type RequestFacts, requestText } from './reading.ts';
import { destinationOf } from './target.ts';

/** Request lines of our own, or of one hop only: never sent on, whoever names them. */
const cut = new Set([
  'connection',
  'expect',
  'forwarded',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-real-ip',
]);
/** Names that routing and framing live by: no Connection line can name them away. */
const kept = new Set(['host', 'content-length']);

/** What a careful but slow reader makes of the bytes of a client: requests one after the other, until one is refused. */
export function readRequests(stream: string, limits: OracleLimits): Reading {
  const reading = new Reading(stream);
  const cursor = new Cursor(stream);
  try {
    for (;;) readRequest(cursor, reading, limits);
  } catch (cause) {
    if (cause instanceof Refused) reading.say(cause.needs, `refused with ${cause.status}`);
    else if (!(cause instanceof NeedsMore)) throw cause;
  }
  return reading;
}

function readRequest(cursor: Cursor, reading: Reading, limits: OracleLimits): void {
  // One empty line before a request is left over from bodies of old clients (RFC 9112 section 2.2).
  if (cursor.peek() === '\r') readBlankLine(cursor);
  const start = cursor.at;
  cursor.grant(limits.headBytes, 431);
  const line = readRequestLine(cursor, limits);
  const rules = { lineBytes: limits.lineBytes, count: limits.headerCount, tooLarge: 431 };
  const fields = readFields(cursor, rules);
  cursor.expect('\r\n');
  cursor.grant(Number.POSITIVE_INFINITY, 0);
  const facts = judge(line, fields, cursor);
  reading.say(cursor.at, requestText({ ...facts, length: cursor.at - start }));
  const framing = framingOf(fields, line.minor);
  if (framing === 'chunked') readChunked(cursor, reading, limits);
  else if (typeof framing === 'number' && framing > 0) {
    const end = cursor.at + framing;
    reading.data(cursor.at, end);
    cursor.skip(framing);
  }
  reading.say(cursor.at, 'end of body');
}

/** A CR that no LF follows is what the request line begins with, and is refused as such. */
function readBlankLine(cursor: Cursor): void {
  cursor.take();
  if (cursor.peek() !== '\n') cursor.refuseNext(400);
  cursor.take();
}

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly minor: number;
}

function readRequestLine(cursor: Cursor, limits: OracleLimits): RequestLine {
  let method = '';
  while (method.length < 64 && tchar.test(cursor.peek())) method += cursor.take();
  if (method === '') cursor.refuseNext(400);
  cursor.expect(' ');
  const target = cursor.run(/[!"$-~]/, limits.targetBytes, 414);
  if (target === '') cursor.refuseNext(400);
  cursor.expect(' HTTP/');
  const version = readVersion(cursor);
  cursor.expect('\r\n');
  if (version !== '1.0' && version !== '1.1') cursor.refuse(505);
  return { method, target, minor: Number(version.slice(-1)) };
}

function readVersion(cursor: Cursor): string {
  if (!digit.test(cursor.peek())) cursor.refuseNext(400);
  const major = cursor.take();
  cursor.expect('.');
  if (!digit.test(cursor.peek())) cursor.refuseNext(400);
  return `${major}.${cursor.take()}`;
}

/** Framing first, then the method, then where it goes. */
function judge(line: RequestLine, fields: readonly Field[], cursor: Cursor): Omit<RequestFacts, 'length'> {
  const { method, target, minor } = line;
  const framing = framingOf(fields, minor);
  const hosts = valuesOf(fields, 'host');
  if (framing === null || hosts.length > 1) cursor.refuse(400);
  if (method === 'CONNECT' || method === 'TRACE') cursor.refuse(405);
  const destination = destinationOf(method, target, minor, hosts[0]);
  if (destination === null) cursor.refuse(400);
  const expectations = minor === 1 ? valuesOf(fields, 'expect').map((value) => value.toLowerCase()) : [];
  // Nobody here can meet any other (RFC 9110 section 10.1.1).
  if (expectations.length > 1 || (expectations[0] ?? '100-continue') !== '100-continue') cursor.refuse(417);
  const options = connectionOptions(fields);
  const upgrades = valuesOf(fields, 'upgrade');
  return {
    ...line,
    ...destination,
    framing: typeof framing === 'number' ? `length ${framing}` : framing,
    keepAlive: !options.has('close') && (minor === 1 || options.has('keep-alive')),
    expectsContinue: expectations.length === 1,
    isWebSocket:
      method === 'GET' &&
      minor === 1 &&
      (framing === 'none' || framing === 0) &&
      options.has('upgrade') &&
      upgrades.length === 1 &&
      upgrades[0]?.toLowerCase() === 'websocket',
    lines: fields.filter(({ key }) => isSent(key, options)).map(({ name, value }) => `${name}: ${value}`),
  };
}

function isSent(key: string, options: ReadonlySet<string>): boolean {
  if (kept.has(key)) return false;
  const folded = fold(key);
  if (cut.has(folded) || kept.has(folded)) return false;
  if (folded.startsWith('x-forwarded-') && folded.length > 'x-forwarded-'.length) return false;
  return !options.has(key);
}
