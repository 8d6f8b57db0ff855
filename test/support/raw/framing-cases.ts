import { chunkStreams, smuggled } from './framing-chunks.ts';

/** Request bytes that no proxy may pass on, by the class of attack they belong to. */
export interface RefusedCase {
  readonly name: string;
  readonly bytes: string;
  /** Status of the answer; 400 where it is not said. */
  readonly status?: number;
}

const host = 'Host: a.test\r\n';
const post = `POST / HTTP/1.1\r\n${host}`;
const chunked = `${post}Transfer-Encoding: chunked\r\n`;

/** Bodies that every method may have, in both framings. */
export const methodsWithBodies = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'PROPFIND',
] as const;

/** Values of Content-Length that no message may have, in either direction. */
export const badLengths = [
  '+5',
  '-5',
  '5_0',
  '0x5',
  '05',
  '',
  ' ',
  '5 5',
  '5,5',
  '5, 5',
  '5;',
  '5.0',
  '1e1',
  '\x0b5',
  '5\x00',
  '99999999999999999999',
  '18446744073709551621',
  '9007199254740993',
  '00',
  '-0',
  '0x',
  '5e0',
  '5,',
  ',5',
  ',',
  '5\t5',
  '5\x0c',
  '5\x7f',
  '\xb25',
  'five',
];

/** Values of Transfer-Encoding that no message may have, in either direction. */
export const badEncodings = [
  '',
  'identity',
  'chunked, chunked',
  'xchunked',
  'chunkedx',
  '"chunked"',
  'chunked;q=1',
  'chunked, identity',
  'identity, chunked',
  'gzip, chunked',
  ', chunked',
  'chunked,',
  '\x0bchunked',
  'chunked\x0c',
  'chunked\x00',
  '\x80chunked',
  'chunked\xff',
  'chun ked',
  'cow',
  'chunked chunked',
  'chunked,chunked',
  'chunked,,',
  'gzip',
  "'chunked'",
  'chunke',
  'chunked\x0b',
  '\x0cchunked',
  '\x00chunked',
  'chunked\x85',
  '\xa0chunked',
  'chunked\x1f',
];

const hosts = [
  '',
  ' ',
  'a.test, b.test',
  'user@a.test',
  'a.test/path',
  'a b',
  '[::1',
  '::1',
  'a.test:0',
  'a.test:65536',
  'a.test:',
  'a.test:80:80',
  'a..test',
  '.a.test',
  'a.test\x80',
  'a%2etest',
  'a.test#x',
  'a.test?x',
  'a\\b',
  'http://a.test',
  'a.test:+80',
  'a.test:80a',
  'a.test\x00',
  '\x0ba.test',
  'a.test,',
  'a.test..',
  '.',
  '*',
  '"a.test"',
  '[]',
  '[evil.test]',
  '[::1]x',
  '[::1]:0',
  '[::1%25eth0]',
  '[::1%eth0]',
  '[::ffff:1.2.3.4]x',
  '[v1.x]',
];

const lines: Readonly<Record<string, string>> = {
  'blank before the colon': 'A : b\r\n',
  'tab before the colon': 'A\t: b\r\n',
  'CR before the colon': 'A\r: b\r\n',
  'blank before Transfer-Encoding': ' Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding with a blank before the colon': 'Transfer-Encoding : chunked\r\n',
  'Content-Length with a blank before the colon': 'Content-Length : 5\r\n',
  'Content-Length with a vertical tab before it': '\x0bContent-Length: 5\r\n',
  'folded line': 'A: b\r\n c\r\n',
  'folded Transfer-Encoding': 'Transfer-Encoding:\r\n chunked\r\n',
  'line without a colon': 'nonsense\r\n',
  'empty name': ': b\r\n',
  'NUL in a name': 'A\x00: b\r\n',
  'NUL in a value': 'A: \x00\r\n',
  'control byte in a value': 'A: \x01\r\n',
  'DEL in a value': 'A: \x7f\r\n',
  'bytes above 0x7f in a name': 'A\xe9: b\r\n',
  'bare LF': 'A: b\nC: d\r\n',
  'bare CR in a value': 'A: b\rC: d\r\n',
  'CR CR LF': 'A: b\r\r\n',
  'parenthesis in a name': 'A(b): c\r\n',
  'form feed before the colon': 'Transfer-Encoding\x0c: chunked\r\n',
  'NUL before the colon': 'Content-Length\x00: 5\r\n',
  'tab before the name': '\tContent-Length: 5\r\n',
  'folded line of blanks only': 'A: b\r\n \r\n',
  'folded Expect': 'Expect: 100-\r\n continue\r\n',
  'colon first': ':\r\n',
  'LF CR': 'A: b\n\rC: d\r\n',
  'only a name': 'Transfer-Encoding\r\n',
};

const requestLines: Readonly<Record<string, string>> = {
  'HTTP/0.9': 'GET /\r\n',
  'no target': 'GET  HTTP/1.1\r\n',
  'two blanks before the target': 'GET  / HTTP/1.1\r\n',
  'two blanks before the version': 'GET /  HTTP/1.1\r\n',
  'tab for blank': 'GET\t/\tHTTP/1.1\r\n',
  'blank in the target': 'GET /a b HTTP/1.1\r\n',
  'blank behind the version': 'GET / HTTP/1.1 \r\n',
  'LF ends the line': 'GET / HTTP/1.1\n',
  'CR ends the line': 'GET / HTTP/1.1\r',
  'leading blank': ' GET / HTTP/1.1\r\n',
  'method with a slash': 'G/T / HTTP/1.1\r\n',
  'method with NUL': 'G\x00T / HTTP/1.1\r\n',
  'lower-case protocol': 'GET / http/1.1\r\n',
  'version of two digits': 'GET / HTTP/1.10\r\n',
  'version without a dot': 'GET / HTTP/11\r\n',
  'other protocol': 'GET / HTTQ/1.1\r\n',
  'NUL in the target': 'GET /\x00 HTTP/1.1\r\n',
  'bytes above 0x7f in the target': 'GET /\xe9 HTTP/1.1\r\n',
  'fragment in the target': 'GET /a#b HTTP/1.1\r\n',
  'asterisk with GET': 'GET * HTTP/1.1\r\n',
  'target without a slash': 'GET a HTTP/1.1\r\n',
  'authority as target': 'GET a.test:80 HTTP/1.1\r\n',
  'absolute target of another scheme': 'GET ftp://a.test/ HTTP/1.1\r\n',
  'absolute target without authority': 'GET http:///x HTTP/1.1\r\n',
  'absolute target with user information': 'GET http://u@a.test/ HTTP/1.1\r\n',
  'absolute target with a comma': 'GET http://a.test,b.test/ HTTP/1.1\r\n',
  'absolute target with port 0': 'GET http://a.test:0/ HTTP/1.1\r\n',
  'backslash in the path': 'GET /a\\b HTTP/1.1\r\n',
  'encoded NUL in the path': 'GET /%00 HTTP/1.1\r\n',
  'encoded CR LF in the path': 'GET /%0d%0aA:b HTTP/1.1\r\n',
  'broken percent sequence': 'GET /%zz HTTP/1.1\r\n',
  'dot segment': 'GET /a/../b HTTP/1.1\r\n',
  'single dot segment': 'GET /./a HTTP/1.1\r\n',
  'dot segment at the end': 'GET /a/.. HTTP/1.1\r\n',
  'encoded dot segment': 'GET /a/%2e%2e/b HTTP/1.1\r\n',
  'half-encoded dot segment': 'GET /a/.%2E/b HTTP/1.1\r\n',
  'dot segment with an encoded slash': 'GET /a/..%2fb HTTP/1.1\r\n',
  'dot segment with an encoded backslash': 'GET /a/..%5cb HTTP/1.1\r\n',
  'dot segment with a parameter': 'GET /a/..;x/b HTTP/1.1\r\n',
  'fragment in an absolute target': 'GET http://a.test/a#/../b HTTP/1.1\r\n',
  'dot segment in an absolute target': 'GET http://a.test/../b HTTP/1.1\r\n',
  'absolute target with port 65536': 'GET http://a.test:65536/ HTTP/1.1\r\n',
  'absolute target with an empty port': 'GET http://a.test:/ HTTP/1.1\r\n',
  'absolute target with a name in brackets': 'GET http://[evil.test]/ HTTP/1.1\r\n',
  'absolute target with a backslash': 'GET http://a.test\\@b.test/ HTTP/1.1\r\n',
  'absolute target with one slash': 'GET http:/a.test/ HTTP/1.1\r\n',
  'absolute target without a scheme': 'GET ://a.test/ HTTP/1.1\r\n',
  'asterisk with POST': 'POST * HTTP/1.1\r\n',
  'asterisk with a query': 'OPTIONS *?x HTTP/1.1\r\n',
  'asterisk behind a slash as a scheme': 'OPTIONS http:* HTTP/1.1\r\n',
  'doubly broken percent sequence': 'GET /%%32e HTTP/1.1\r\n',
  'percent sequence cut short': 'GET /a% HTTP/1.1\r\n',
  'no version': 'GET / \r\n',
  'method of 65 letters': `${'G'.repeat(65)} / HTTP/1.1\r\n`,
};

function manyLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `X-${index}: y\r\n`).join('');
}

/** What makes the end of a body doubtful, for every method: none is harmless because it usually has no body. */
function eachMethod(): RefusedCase[] {
  const framings: Readonly<Record<string, string>> = {
    'CL.TE': `Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    'TE.CL': `Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n${smuggled}`,
    'TE.TE': `Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`,
    'CL.CL': `Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    'CL.0': `Content-Length: +${smuggled.length}\r\n\r\n${smuggled}`,
    '0.CL': `Content-Length : ${smuggled.length}\r\n\r\n${smuggled}`,
    'folded 0.CL': `X: y\r\n Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  };
  return methodsWithBodies.flatMap((method) =>
    Object.entries(framings).map(([name, rest]) => ({
      name: `${name} on ${method}`,
      bytes: `${method} / HTTP/1.1\r\n${host}${rest}`,
    })),
  );
}

/** Each has to be refused before a byte of it, or of what follows it, is sent upstream. */
export const refusedHeads: readonly RefusedCase[] = [
  ...badLengths.map((value) => ({
    name: `Content-Length ${JSON.stringify(value)}`,
    bytes: `${post}Content-Length: ${value}\r\n\r\nhello`,
  })),
  ...badEncodings.map((value) => ({
    name: `Transfer-Encoding ${JSON.stringify(value)}`,
    bytes: `${post}Transfer-Encoding: ${value}\r\n\r\n0\r\n\r\n`,
  })),
  ...hosts.map((value) => ({
    name: `Host ${JSON.stringify(value)}`,
    bytes: `GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`,
  })),
  ...Object.entries(lines).map(([name, line]) => ({
    name: `line: ${name}`,
    bytes: `${post}${line}\r\n${smuggled}`,
  })),
  ...Object.entries(lines).map(([name, line]) => ({
    name: `first line: ${name}`,
    bytes: `GET / HTTP/1.1\r\n${line}${host}\r\n${smuggled}`,
  })),
  ...Object.entries(requestLines).map(([name, line]) => ({
    name: `request line: ${name}`,
    bytes: `${line}${host}\r\n${smuggled}`,
  })),
  { name: 'CL.TE', bytes: `${post}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG` },
  {
    name: 'TE.CL',
    bytes: `${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n12\r\n${smuggled}\r\n0\r\n\r\n`,
  },
  { name: 'TE.TE', bytes: `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n` },
  {
    name: 'TE.TE twice chunked',
    bytes: `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  },
  { name: 'two lengths that differ', bytes: `${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!` },
  { name: 'two lengths that agree', bytes: `${post}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello` },
  {
    name: 'length and chunked on GET',
    bytes: `GET / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  },
  { name: 'no Host', bytes: 'GET / HTTP/1.1\r\n\r\n' },
  { name: 'two Hosts', bytes: `GET / HTTP/1.1\r\n${host}${host}\r\n` },
  { name: 'two Hosts that differ', bytes: `GET / HTTP/1.1\r\n${host}Host: b.test\r\n\r\n` },
  { name: 'two Hosts in HTTP/1.0', bytes: `GET / HTTP/1.0\r\n${host}${host}\r\n` },
  { name: 'absolute target without Host', bytes: 'GET http://a.test/ HTTP/1.1\r\n\r\n' },
  {
    name: 'HTTP/1.0 with Transfer-Encoding',
    bytes: `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  },
  { name: 'head ended by LF LF', bytes: `GET / HTTP/1.1\n${host}\n\n` },
  { name: 'head ended by CR LF CR X', bytes: `GET / HTTP/1.1\r\n${host}\rX${smuggled}` },
  { name: 'handshake record of no TLS', bytes: '\x16\x02\x01\x02\x00\x01\x00\x01\xfc\x03\x03' },
  { name: 'HTTP/2 preface with another end', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r ', status: 505 },
  { name: 'HTTP/1.2', bytes: `GET / HTTP/1.2\r\n${host}\r\n`, status: 505 },
  { name: 'HTTP/2.0', bytes: `GET / HTTP/2.0\r\n${host}\r\n`, status: 505 },
  { name: 'HTTP/0.9 with version', bytes: `GET / HTTP/0.9\r\n${host}\r\n`, status: 505 },
  { name: 'CONNECT', bytes: `CONNECT a.test:443 HTTP/1.1\r\n${host}\r\n${smuggled}`, status: 405 },
  {
    name: 'CONNECT with a body',
    bytes: `CONNECT a.test:443 HTTP/1.1\r\n${host}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    status: 405,
  },
  { name: 'TRACE', bytes: `TRACE / HTTP/1.1\r\n${host}\r\n${smuggled}`, status: 405 },
  { name: 'target of 8193 bytes', bytes: `GET /${'a'.repeat(8192)} HTTP/1.1\r\n${host}\r\n`, status: 414 },
  { name: 'line above 8 KiB', bytes: `${post}A: ${'b'.repeat(8192)}\r\n\r\n`, status: 431 },
  {
    name: 'head above 16 KiB',
    bytes: `${post}A: ${'b'.repeat(8000)}\r\nB: ${'b'.repeat(8000)}\r\nC: ${'b'.repeat(400)}\r\n\r\n`,
    status: 431,
  },
  {
    name: 'head above 16 KiB that never ends',
    bytes: `${post}A: ${'b'.repeat(8000)}\r\nB: ${'b'.repeat(8000)}\r\nC: ${'b'.repeat(400)}`,
    status: 431,
  },
  ...[
    'x',
    '',
    '100-continued',
    '100-continue, x',
    '100-continue;q=1',
    '100-continue\r\nExpect: 100-continue',
  ].map((value) => ({
    name: `Expect ${JSON.stringify(value)}`,
    bytes: `${post}Expect: ${value}\r\nContent-Length: 5\r\n\r\nhello`,
    status: 417,
  })),
  {
    name: 'folded Expect on OPTIONS with a body',
    bytes: `OPTIONS / HTTP/1.1\r\n${host}Expect: 100-continue\r\n a\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  },
  { name: 'CONNECT without a Host', bytes: 'CONNECT a.test:443 HTTP/1.1\r\n\r\n', status: 405 },
  { name: 'CONNECT with a path', bytes: `CONNECT / HTTP/1.1\r\n${host}\r\n`, status: 405 },
  {
    name: 'CONNECT with chunks',
    bytes: `CONNECT a.test:443 HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    status: 405,
  },
  {
    name: 'TRACE with a body',
    bytes: `TRACE / HTTP/1.1\r\n${host}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    status: 405,
  },
  {
    name: 'TRACE with chunks',
    bytes: `TRACE / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    status: 405,
  },
  {
    name: 'an upgrade with 2001 headers',
    bytes: `GET / HTTP/1.1\r\n${host}Connection: upgrade\r\nUpgrade: websocket\r\n${'A:\r\n'.repeat(2001)}\r\n`,
    status: 431,
  },
  ...eachMethod(),
  { name: '101 headers', bytes: `GET / HTTP/1.1\r\n${host}${manyLines(100)}\r\n`, status: 431 },
];

/** Each has to be refused; what came before the fault may have been sent upstream, but never as a complete request. */
export const refusedBodies: readonly RefusedCase[] = Object.entries(chunkStreams).map(([name, stream]) => ({
  name: `chunks: ${name}`,
  bytes: `${chunked}\r\n${stream}`,
}));
