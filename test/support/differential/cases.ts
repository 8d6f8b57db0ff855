import fc from 'fast-check';

/** One request, and the answer that its origin gives. */
export interface DifferentialCase {
  readonly method: string;
  /** In origin form: path and query. */
  readonly target: string;
  readonly isAbsolute: boolean;
  readonly version: '1.0' | '1.1';
  readonly host: string;
  readonly lines: readonly (readonly [string, string])[];
  readonly body: string | null;
  readonly isChunked: boolean;
  readonly status: number;
  readonly reason: string;
  readonly answerLines: readonly (readonly [string, string])[];
  readonly answerBody: string;
  readonly answerFraming: 'length' | 'chunked' | 'close';
}

const plainNames = [
  'Accept',
  'X-A',
  'x-b',
  'X-MIXED-case',
  'Cookie',
  'Accept-Language',
  'X_Under',
  'constructor',
];
const onceNames = ['User-Agent', 'Authorization', 'Content-Type', 'Referer', 'If-Modified-Since', 'Range'];
const special: readonly (readonly [string, string])[] = [
  ['Connection', 'X-Hop, keep-alive'],
  ['X-Hop', 'of this hop'],
  ['Te', 'trailers'],
  ['Keep-Alive', 'timeout=5'],
  ['Proxy-Connection', 'keep-alive'],
  ['Proxy-Authorization', 'Basic eA=='],
  ['X-Forwarded-For', '203.0.113.9'],
  ['X-Forwarded-Proto', 'https'],
  ['X_Forwarded_For', '203.0.113.9'],
  ['X-Real-Ip', '203.0.113.9'],
  ['Forwarded', 'for=203.0.113.9'],
  ['Expect', '100-continue'],
  ['Trailer', 'X-T'],
];
const answerSpecial: readonly (readonly [string, string])[] = [
  ['Connection', 'X-Hop'],
  ['X-Hop', 'of this hop'],
  ['Keep-Alive', 'timeout=5'],
  ['Proxy-Authenticate', 'Basic'],
  ['Trailer', 'X-T'],
  ['Date', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  ['Set-Cookie', 'a=b; Path=/'],
  ['Set-Cookie', 'c=d'],
];

/** ASCII only: Node.js sometimes writes other bytes in UTF-8. */
const value = fc.oneof(
  fc.constantFrom('b', 'a=b; c=d', '"q, r"', 'x\ty', 'text/html;q=0.8, */*'),
  fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/),
);
const lines = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...plainNames), value), { maxLength: 6 }),
    fc.uniqueArray(fc.tuple(fc.constantFrom(...onceNames), value), {
      maxLength: 4,
      selector: ([name]) => name,
    }),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.uniqueArray(fc.constantFrom(...special), { maxLength: 4, selector: ([name]) => name }),
      },
    ),
  )
  .map((groups) => groups.flat());
const answerLines = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom('X-A', 'x-b', 'Vary', 'Cache-Control', 'X_Under'), value), {
      maxLength: 5,
    }),
    fc.uniqueArray(fc.tuple(fc.constantFrom('Server', 'Content-Type', 'Etag', 'Location'), value), {
      maxLength: 3,
      selector: ([name]) => name,
    }),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.uniqueArray(fc.constantFrom(...answerSpecial), {
          maxLength: 3,
          selector: ([name]) => name,
        }),
      },
    ),
  )
  .map((groups) => groups.flat());
const body = fc
  .oneof(
    { weight: 24, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 20_000, maxLength: 40_000, size: 'max' }) },
  )
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
const path = fc.oneof(
  fc.constantFrom(
    '/',
    '/a/b',
    '/a%2Fb',
    '/%C3%A9?x=%00',
    '/a//b',
    '/a;p=1/b',
    "/!$&'()*+,:@~",
    '/{a}|^`"<>',
    '/a?b?c/../d&e=//',
  ),
  fc.stringMatching(/^\/[a-zA-Z0-9_~-]{0,20}(\?[a-zA-Z0-9_~=&/?.-]{0,20})?$/),
);

/** Requests that any HTTP/1.1 proxy has to forward, with answers. */
export const differentialCases: fc.Arbitrary<DifferentialCase> = fc.record({
  method: fc.constantFrom(
    'GET',
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'HEAD',
    'PROPFIND',
    'REPORT',
  ),
  target: path,
  isAbsolute: fc.integer({ min: 0, max: 15 }).map((number) => number === 0),
  version: fc.constantFrom('1.1', '1.1', '1.1', '1.1', '1.0'),
  host: fc.constantFrom('a.test', 'A.Test:8080', 'b.test.', '[::1]:81', '127.0.0.1'),
  lines,
  body: fc.oneof(fc.constant(null), body),
  isChunked: fc.boolean(),
  status: fc.constantFrom(200, 200, 200, 201, 204, 206, 301, 304, 404, 418, 500, 503, 599),
  reason: fc.constantFrom('OK', 'Not Found', 'A Reason of Its Own'),
  answerLines,
  answerBody: body,
  answerFraming: fc.constantFrom('length', 'length', 'chunked', 'close'),
});

/**
 * The bytes of a request, with Trailer only where there are chunks: Node.js throws where it is to pass on any other. Its chunks
 * are of uneven sizes, with extensions and trailers.
 */
export function requestBytes(example: DifferentialCase, id: number): string {
  const { method, version, host, body: content } = example;
  const target = example.isAbsolute ? `http://${host}${example.target}` : example.target;
  const isChunked = example.isChunked && version === '1.1';
  let framed = '';
  if (content !== null)
    framed = isChunked ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${content.length}\r\n`;
  // Of HTTP/1.0, only the last request of a connection is understood alike by everybody.
  const last = version === '1.0' ? 'Connection: close\r\n' : '';
  const mayTrail = isChunked && content !== null;
  const sent = example.lines.filter(
    ([name]) => (version === '1.1' || name !== 'Connection') && (mayTrail || name !== 'Trailer'),
  );
  const head = `${method} ${target} HTTP/${version}\r\nHost: ${host}\r\nX-Case: ${id}\r\n${linesText(sent)}${framed}${last}\r\n`;
  return head + (content === null ? '' : bodyText(content, isChunked));
}

/** The bytes of the answer, and whether the connection ends behind them. */
export function answerBytes(example: DifferentialCase): { bytes: string; ends: boolean } {
  const { status, reason, method, answerBody, answerFraming } = example;
  const isBodyless = method === 'HEAD' || status === 204 || status === 304;
  const framed = {
    length: `Content-Length: ${answerBody.length}\r\n`,
    chunked: 'Transfer-Encoding: chunked\r\n',
    close: '',
  }[status === 204 ? 'close' : answerFraming];
  const mayTrail = !isBodyless && answerFraming === 'chunked' && example.version === '1.1';
  const sent = example.answerLines.filter(([name]) => mayTrail || name !== 'Trailer');
  const head = `HTTP/1.1 ${status} ${reason}\r\n${linesText(sent)}${framed}\r\n`;
  if (isBodyless) return { bytes: head, ends: false };
  return { bytes: head + bodyText(answerBody, answerFraming === 'chunked'), ends: answerFraming === 'close' };
}

function linesText(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, content]) => `${name}: ${content}\r\n`).join('');
}

function bodyText(text: string, isChunked: boolean): string {
  if (!isChunked) return text;
  let chunks = '';
  for (let at = 0, size = 1; at < text.length; at += size, size = (size * 7) % 5_003) {
    const data = text.slice(at, at + size);
    chunks += `${data.length.toString(16).toUpperCase()};n="v;w"\r\n${data}\r\n`;
  }
  return `${chunks}0\r\nX-T: trailer\r\n\r\n`;
}
