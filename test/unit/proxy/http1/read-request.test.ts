import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RequestReader } from '../../../../src/proxy/http1/read-request.ts';
import { defaultLimits } from '../../../../src/proxy/limits.ts';
import { framing } from '../../../../src/proxy/request-head.ts';

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

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
