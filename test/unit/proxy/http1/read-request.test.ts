import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { headResult } from '../../../../src/proxy/http1/heads.ts';
import { RequestReader } from '../../../../src/proxy/http1/read-request.ts';
import { defaultLimits } from '../../../../src/proxy/limits.ts';
import { framing } from '../../../../src/proxy/request-head.ts';
import { readByOracle } from './request-oracle.ts';

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function read(text: string): { result: number; reader: RequestReader } {
  const reader = new RequestReader(defaultLimits);
  const bytes = bytesOf(text);
  return { result: reader.read(bytes, 0, bytes.length), reader };
}

function framingName(reader: RequestReader): string {
  if (reader.head.framing === framing.chunked) return 'chunked';
  return reader.head.framing === framing.length ? `length ${reader.head.length}` : 'none';
}

/** Pieces that make mostly valid heads, with what goes wrong in the wild among them. */
const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'A: b',
      'Accept: */*',
      'X-Y:z',
      'User-Agent: me',
      'Cookie:  a=b ',
      'Connection: close',
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom('Host: a.test', 'Host: b.test:80', 'hOST:\ta.test\t') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'Content-Length: 5',
      'content-length: 0',
      'Content-Length: 05',
      'Content-Length: 5, 5',
      'Content-Length:',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'Transfer-Encoding: chunked',
      'transfer-encoding: CHUNKED',
      'Transfer-Encoding: x',
      'Transfer-Encoding : chunked',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ' folded',
      ':',
      '',
      'no colon',
      'A: \x00',
      'A: \rb',
      'A: b\nC: d',
      'A\x80: b',
      'A: \xff',
    ),
  },
);
const requestLine = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'GET / HTTP/1.1',
      'POST /a/b?c=d HTTP/1.1',
      'OPTIONS /x HTTP/1.1',
      'GET / HTTP/1.0',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'GET /a/../b HTTP/1.1',
      'GET  / HTTP/1.1',
      'GET / HTTP/1.2',
      'TRACE / HTTP/1.1',
      'GET /',
      'G(T / HTTP/1.1',
    ),
  },
);
const head = fc
  .tuple(requestLine, fc.array(line, { maxLength: 8 }))
  .map(([start, lines]) => `${[start, 'Host: a.test', ...lines].join('\r\n')}\r\n\r\n`);
const mutated = fc
  .tuple(head, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 2 }))
  .map(([text, changes]) => {
    const bytes = bytesOf(text);
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return bytes.toString('latin1');
  });

test('the reader and a plain oracle agree on every head that is mostly well formed', () => {
  fc.assert(
    fc.property(head, (text) => {
      const oracle = readByOracle(text);
      const { result, reader } = read(text);
      if (oracle.kind !== 'head') {
        assert.equal(result, headResult.refused);
        return;
      }
      assert.equal(result, oracle.length);
      assert.equal(reader.head.method, oracle.method);
      assert.equal(reader.head.target, oracle.target);
      assert.equal(framingName(reader), oracle.framing);
      const { lines } = reader.head;
      const names = Array.from({ length: lines.count }, (_, index) => lines.name(index).toLowerCase());
      assert.deepEqual(names, oracle.names);
    }),
    { numRuns: 2_000 },
  );
});

test('a head with changed bytes that the reader accepts is one that the oracle reads alike', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const { result, reader } = read(text);
      if (result <= 0) return;
      const oracle = readByOracle(text);
      // The oracle knows fewer targets and hosts, but never another framing or another end.
      if (oracle.kind !== 'head') return;
      assert.equal(result, oracle.length);
      assert.equal(framingName(reader), oracle.framing);
    }),
    { numRuns: 2_000 },
  );
});

test('any split of the bytes gives the same result, found no later than with the last byte', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const whole = read(text).result;
      const reader = new RequestReader(defaultLimits);
      const bytes = bytesOf(text);
      for (let end = 1; end <= bytes.length; end++) {
        const result = reader.read(bytes, 0, end);
        if (result === headResult.incomplete) continue;
        assert.equal(result, whole);
        return;
      }
      assert.equal(whole, headResult.incomplete);
    }),
    { numRuns: 300 },
  );
});

test('random bytes never throw, and never make a head without an empty line', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 20 }), (random, from) => {
      const bytes = Buffer.from(random);
      const result = new RequestReader(defaultLimits).read(bytes, Math.min(from, bytes.length), bytes.length);
      if (result > 0) assert.equal(bytes.toString('latin1', result - 4, result), '\r\n\r\n');
    }),
    { numRuns: 3_000 },
  );
});

test('the reader finds a head at any offset and leaves what follows alone', () => {
  const text = 'GET /second HTTP/1.1\r\nHost: a.test\r\nA: b\r\n\r\n';
  const bytes = bytesOf(`garbage${text}POST`);
  const reader = new RequestReader(defaultLimits);
  assert.equal(reader.read(bytes, 7, bytes.length), 7 + text.length);
  assert.equal(reader.head.lines.render(0), text.slice(0, -2));
  assert.equal(reader.head.lines.value(1), 'b');
});

test('nothing of one head is left in the next', () => {
  const reader = new RequestReader(defaultLimits);
  const first = bytesOf(
    'POST /a HTTP/1.0\r\nHost: a.test\r\nUser-Agent: x\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n',
  );
  assert.ok(reader.read(first, 0, first.length) > 0);
  const second = bytesOf('GET /b HTTP/1.1\r\nHost: b.test\r\n\r\n');
  assert.ok(reader.read(second, 0, second.length) > 0);
  const { head: now } = reader;
  assert.deepEqual(
    [
      now.method,
      now.path,
      now.host,
      now.routingHost,
      now.framing,
      now.length,
      now.userAgent(),
      now.minor,
      now.edited,
    ],
    ['GET', '/b', 'b.test', 'b.test', framing.none, 0, '', 1, false],
  );
});
