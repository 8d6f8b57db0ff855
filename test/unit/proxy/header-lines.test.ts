import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeaderLines } from '../../../src/proxy/header-lines.ts';
import { RequestReader } from '../../../src/proxy/http1/read-request.ts';
import { defaultLimits } from '../../../src/proxy/limits.ts';

function linesOf(...lines: readonly string[]): HeaderLines {
  const bytes = Buffer.from(
    `GET / HTTP/1.1\r\nHost: a.test\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`,
    'latin1',
  );
  const reader = new RequestReader(defaultLimits);
  assert.ok(reader.read(bytes, 0, bytes.length) > 0);
  return reader.head.lines;
}

const start = 'GET / HTTP/1.1\r\nHost: a.test\r\n';

test('untouched lines are rendered as they came', () => {
  assert.equal(linesOf('A: b', 'c:d ').render(0), `${start}A: b\r\nc:d \r\n`);
});

test('a line that is set replaces all of its name, in any case, and stands at the end', () => {
  const lines = linesOf('A: 1', 'B: 2', 'a: 3', 'C: 4');
  lines.set('A', 'new');
  assert.equal(lines.render(0), `${start}B: 2\r\nC: 4\r\nA: new\r\n`);
  lines.set('a', 'newer');
  assert.equal(lines.render(0), `${start}B: 2\r\nC: 4\r\na: newer\r\n`);
  assert.deepEqual(lines.values('a'), ['newer']);
});

test('appended lines add up, and removing takes them all', () => {
  const lines = linesOf('A: 1');
  lines.append('A', '2');
  lines.append('Ab', '3');
  assert.deepEqual(lines.values('a'), ['1', '2']);
  lines.remove('a');
  assert.deepEqual(lines.values('a'), []);
  assert.equal(lines.render(0), `${start}Ab: 3\r\n`);
});

test('a line that is left out is not seen', () => {
  assert.deepEqual(linesOf('Connection: X-Hop', 'X-Hop: 1', 'X-Forwarded-For: 1').values('x-hop'), []);
  assert.deepEqual(linesOf('X-Forwarded-For: 1').values('x-forwarded-for'), []);
});
