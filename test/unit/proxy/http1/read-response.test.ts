import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { headResult } from '../../../../src/proxy/http1/heads.ts';
import { ResponseReader } from '../../../../src/proxy/http1/read-response.ts';
import { defaultLimits } from '../../../../src/proxy/limits.ts';

const statusLine = fc.constantFrom(
  'HTTP/1.1 200 OK',
  'HTTP/1.0 404 Not Found',
  'HTTP/1.1 204',
  'HTTP/1.1 299 ',
  'HTTP/1.1 99 x',
  'HTTP/1.1  200 OK',
);
const line = fc.constantFrom(
  'Content-Length: 5',
  'Content-Length: x',
  'Transfer-Encoding: chunked',
  'Connection: close',
  'A: b',
  'A : b',
  'Date: x',
  '',
);
const head = fc
  .tuple(statusLine, fc.array(line, { maxLength: 4 }))
  .map(([start, lines]) => `${[start, ...lines].join('\r\n')}\r\n\r\n`);

test('any split of an answer head gives the same result', () => {
  fc.assert(
    fc.property(head, (text) => {
      const bytes = Buffer.from(text, 'latin1');
      const whole = new ResponseReader(defaultLimits).read(bytes, 0, bytes.length);
      const reader = new ResponseReader(defaultLimits);
      for (let end = 1; end <= bytes.length; end++) {
        const result = reader.read(bytes, 0, end);
        if (result === headResult.incomplete) continue;
        assert.equal(result, whole);
        return;
      }
      assert.equal(whole, headResult.incomplete);
    }),
    { numRuns: 500 },
  );
});

test('random bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
      const bytes = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n'), random]);
      new ResponseReader(defaultLimits).read(bytes, 0, bytes.length);
      new ResponseReader(defaultLimits).read(Buffer.from(random), 0, random.length);
    }),
    { numRuns: 2_000 },
  );
});
