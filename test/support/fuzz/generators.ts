import fc from 'fast-check';
import { mutated } from './mutations.ts';
import type { Setting, TargetName } from './targets.ts';
import * as words from './words.ts';

/** One thing to try. */
export interface Trial {
  readonly setting: Setting;
  readonly input: string;
  /** Sizes of the pieces it comes in, over and over. */
  readonly sizes: readonly number[];
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const crlf = '\r\n';

/** Mostly from `usual`, now and then from `odd`. */
function mostly(usual: readonly string[], odd: readonly string[], weight = 8): fc.Arbitrary<string> {
  return fc.oneof(
    { weight, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/);
const value = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('', 'b', 'a=b; c=d', '"q, r"', '\xe9t\xe9', 'x\ty', 'http://a/?b'),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,20}$/) },
);
const blank = mostly([' '], ['', '  ', '\t', ' \t ']);
const text = fc.uint8Array({ maxLength: 24 }).map(latin1);

const options = fc
  .array(
    fc.constantFrom(
      'close',
      'keep-alive',
      'Keep-Alive',
      'upgrade',
      'x-a',
      'X-Hop',
      'Host',
      'content-length',
      'transfer-encoding',
      'user-agent',
      'x-forwarded-for',
      'date',
      '',
      'c lose',
      'close\xa0',
      '\xa0x-hop',
      '"close"',
    ),
    { minLength: 1, maxLength: 4 },
  )
  .chain((chosen) => fc.constantFrom(',', ', ', ' ,\t').map((comma) => chosen.join(comma)));

/** One header line with its CRLF. */
const plainLine = fc
  .tuple(
    fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...words.names) }, { weight: 1, arbitrary: token }),
    blank,
    value,
  )
  .map(([name, before, content]) => `${name}:${before}${content}${crlf}`);
const specialLine = fc
  .oneof(
    fc
      .tuple(mostly(['Connection'], ['CONNECTION', 'connection'], 3), options)
      .map(([name, list]) => `${name}: ${list}`),
    mostly(['websocket'], ['WebSocket', 'h2c', 'websocket, h2c', ''], 3).map(
      (protocol) => `Upgrade: ${protocol}`,
    ),
    mostly(['100-continue'], ['100-Continue', 'x', '100-continue, x', '']).map((wish) => `Expect: ${wish}`),
  )
  .map((line) => line + crlf);
const line = fc.oneof({ weight: 3, arbitrary: plainLine }, { weight: 1, arbitrary: specialLine });

/** Size, extensions and data of chunks. */
const extension = mostly(
  ['', '', '', ';a', ';a=b', ';a="b c"', ';a="b;c\\"d"', ';a;b=c'],
  [
    ';',
    ';=',
    ';a=',
    ' ;a',
    '; a',
    ';a =b',
    ';a="',
    ';a="\\',
    ';a="b"c',
    ';a b',
    ';a=\x80',
    ';a="\x80"',
    `;${'a'.repeat(80)}`,
  ],
);
const chunk = fc
  .tuple(
    text,
    extension,
    mostly(['', '', '0', '00'], ['000000', '0000000', '0x', '+', ' ', '-']),
    fc.boolean(),
  )
  .map(([data, ext, zeros, isUpper]) => {
    if (data === '') return '';
    const size = data.length.toString(16);
    return `${zeros}${isUpper ? size.toUpperCase() : size}${ext}${crlf}${data}${crlf}`;
  });
const trailers = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: fc.array(plainLine, { maxLength: 4 }).map((lines) => lines.join('')) },
);
const chunks = fc
  .tuple(
    fc.array(chunk, { maxLength: 4 }),
    mostly(['0', '0', '00', '0000'], ['00000000', '000000000', '']),
    extension,
    trailers,
  )
  .map(([parts, last, ext, end]) => `${parts.join('')}${last}${ext}${crlf}${end}${crlf}`);

/** Two lines that may be there once. */
const twice = fc
  .array(
    fc.constantFrom('Content-Length: 0', 'content-length: 0', 'Transfer-Encoding: chunked', 'Host: a.test'),
    {
      minLength: 2,
      maxLength: 2,
    },
  )
  .map((lines) => ({ lines: lines.map((text) => text + crlf).join(''), body: '0\r\n\r\n' }));

/** Framing lines and the body that belongs to them, mostly. */
const framed = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ lines: '', body: '' }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(text, blank)
      .map(([body, before]) => ({ lines: `Content-Length:${before}${body.length}${crlf}`, body })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(chunks, mostly(['chunked'], ['Chunked', 'CHUNKED '], 3))
      .map(([body, coding]) => ({ lines: `Transfer-Encoding: ${coding}${crlf}`, body })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...words.oddLengths)
      .map((length) => ({ lines: `Content-Length: ${length}${crlf}`, body: 'hello' })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...words.oddCodings)
      .map((coding) => ({ lines: `Transfer-Encoding: ${coding}${crlf}`, body: '0\r\n\r\n' })),
  },
  { weight: 1, arbitrary: twice },
);

const pathText = fc.stringMatching(/^\/[a-z0-9/%.;2eEfF5cC]{0,16}$/);
const hostLine = fc
  .tuple(mostly(['Host'], ['HOST', 'host']), blank, mostly(words.hosts, words.oddHosts))
  .map(([name, before, host]) => `${name}:${before}${host}${crlf}`);

const request = fc
  .tuple(
    fc.oneof(
      {
        weight: 9,
        arbitrary: mostly(words.methods, ['CONNECT', 'TRACE', 'get', 'M'.repeat(64), 'M'.repeat(65)], 12),
      },
      { weight: 1, arbitrary: token },
    ),
    fc.oneof(
      { weight: 5, arbitrary: mostly(words.targets, words.oddTargets, 3) },
      { weight: 1, arbitrary: pathText },
    ),
    mostly(['1.1', '1.1', '1.1', '1.0'], ['0.9', '1.2', '2.0', '3.1'], 20),
    fc.oneof({ weight: 12, arbitrary: hostLine }, { weight: 1, arbitrary: fc.constant('') }),
    fc.array(line, { maxLength: 5 }),
    framed,
    mostly([''], [crlf, '\r\n\r\n', '\n'], 10),
  )
  .map(
    ([method, target, version, host, lines, { lines: framing, body }, before]) =>
      `${before}${method} ${target} HTTP/${version}${crlf}${host}${lines.join('')}${framing}${crlf}${body}`,
  );
const requests = fc
  .tuple(request, mostly(['one'], ['two', 'next'], 2), request)
  .map(([first, count, second]) => (count === 'one' ? first : first + second));

const statusLine = fc
  .tuple(
    mostly(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0'], ['HTTP/1.2', 'HTTP/2.0', 'http/1.1', 'HTTP/0.9'], 20),
    mostly(['200', '204', '304', '404', '201', '599'], ['99', '099', '600', '1000', '20', '101', '100'], 16),
    mostly([' OK', ' Not Found', ' ', '', ' \xe9'], ['OK', '  x', '\t', ' a\x00'], 24),
  )
  .map(([version, status, reason]) => `${version} ${status}${reason}${crlf}`);
const answer = fc
  .tuple(
    fc.array(fc.constantFrom('100 Continue', '103 Early Hints', '199 x'), { maxLength: 2 }),
    statusLine,
    fc.array(line, { maxLength: 5 }),
    framed,
    mostly([''], ['x', 'HTTP/1.1 200 OK\r\n\r\n']),
  )
  .map(([informational, start, lines, { lines: framing, body }, rest]) => {
    const before = informational.map((status) => `HTTP/1.1 ${status}${crlf}Link: x${crlf}${crlf}`).join('');
    return `${before}${start}${lines.join('')}${framing}${crlf}${body}${rest}`;
  });

const valid: Readonly<Record<TargetName, fc.Arbitrary<string>>> = {
  'request-head': requests,
  chunks: fc.tuple(chunks, mostly([''], ['GET / HTTP/1.1\r\n', '\r\n'])).map((parts) => parts.join('')),
  response: answer,
};
const raw = fc.oneof(
  fc.uint8Array({ maxLength: 120 }).map(latin1),
  fc
    .array(
      fc.constantFrom(
        '\r',
        '\n',
        '\r\n',
        ' ',
        ':',
        ';',
        '"',
        '=',
        '0',
        '5',
        'a',
        'HTTP/1.1',
        'GET /',
        '\x00',
        '\x80',
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join('')),
);

const near = (length: number): fc.Arbitrary<string> =>
  fc.integer({ min: length - 3, max: length + 2 }).map((count) => 'a'.repeat(count));

/** Messages about as long as the tiny limits allow. */
const atLimits: Readonly<Record<TargetName, fc.Arbitrary<string>>> = {
  'request-head': fc
    .tuple(near(4), near(25), near(25), fc.constantFrom('', 'GET', '\x00'))
    .map(([host, first, second, rest]) => {
      const lines = `Host: ${host}${crlf}A: ${first}${crlf}B: ${second}${crlf}`;
      return `GET / HTTP/1.1${crlf}${lines}${crlf}${rest}`;
    }),
  chunks: fc
    .tuple(near(84), fc.constantFrom('', ';', ';a'), fc.constantFrom('', 'A:b\r\n', 'A: b\r\n'))
    .map(([name, ext, trailer]) => `1;${name}${crlf}x${crlf}0${ext}${crlf}${trailer}${crlf}`),
  response: near(66).map((text) => `HTTP/1.1 200 OK${crlf}A: ${text}${crlf}${crlf}`),
};

/** Valid messages, those with a few changes, and sometimes anything at all. */
export function trials(target: TargetName): fc.Arbitrary<Trial> {
  const input = fc.oneof(
    { weight: 6, arbitrary: valid[target] },
    { weight: 7, arbitrary: mutated(valid[target]) },
    { weight: 1, arbitrary: raw },
  );
  const setting = fc.record({
    limits: fc.oneof(
      { weight: 4, arbitrary: fc.constant('documented' as const) },
      { weight: 1, arbitrary: fc.constant('tiny' as const) },
    ),
    method: fc.constantFrom('GET' as const, 'GET' as const, 'HEAD' as const),
  });
  const limited = fc.record({
    setting: fc.constant({ limits: 'tiny' as const, method: 'GET' as const }),
    input: atLimits[target],
  });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  const trial = fc.oneof(
    { weight: 9, arbitrary: fc.record({ setting, input }) },
    { weight: 1, arbitrary: limited },
  );
  return fc.tuple(trial, sizes).map(([chosen, pieces]) => ({ ...chosen, sizes: pieces }));
}
