import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseReader } from '../../../../src/proxy/http1/read-response.ts';
import { defaultLimits } from '../../../../src/proxy/limits.ts';

function keptFor(line: string): number {
  const reader = new ResponseReader(defaultLimits);
  const bytes = Buffer.from(`HTTP/1.1 200 OK\r\n${line}\r\n\r\n`, 'latin1');
  assert.equal(reader.read(bytes, 0, bytes.length), bytes.length);
  return reader.head.keepAliveMs;
}

test('an upstream says with Keep-Alive how long it keeps a connection', () => {
  assert.equal(keptFor('Keep-Alive: timeout=5'), 5_000);
  assert.equal(keptFor('keep-alive: max=100, Timeout=15'), 15_000);
  assert.equal(keptFor('Keep-Alive: timeout=0'), 0);
  for (const line of ['Keep-Alive: timeout=x', 'Keep-Alive: max=5', 'Trailer: timeout=5', 'A: timeout=5']) {
    assert.equal(keptFor(line), 0, line);
  }
});

test('what was read of one answer is not told of the next', () => {
  const reader = new ResponseReader(defaultLimits);
  const first = Buffer.from(
    'HTTP/1.0 204 x\r\nKeep-Alive: timeout=5\r\nDate: x\r\nContent-Length: 5\r\n\r\n',
  );
  const second = Buffer.from('HTTP/1.1 200 OK\r\n\r\n');
  assert.equal(reader.read(first, 0, first.length), first.length);
  assert.equal(reader.read(second, 0, second.length), second.length);
  const { keepAliveMs, dated, keepAlive, length, lines } = reader.head;
  assert.deepEqual([keepAliveMs, dated, keepAlive, length, lines.own], [0, false, true, 0, '']);
});
