import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../support/leaks.ts';
import { splitMessages } from '../support/raw/messages.ts';
import { RawRecorder } from '../support/raw/recorder.ts';
import { RawSender } from '../support/raw/sender.ts';
import { randomFrom } from '../support/raw/tagged-upstream.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

const seed = 20_261_122;
const runs = process.env.FAIRLEAD_LONG_TESTS === undefined ? 400 : 10_000;

const requests = [
  'POST /a?b=c HTTP/1.1\r\nHost: a.test\r\nX-A: b\r\nContent-Length: 11\r\n\r\nhello world',
  'PUT /a HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n5;x="y"\r\nhello\r\n6\r\n world\r\n0\r\nT: u\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n',
  'DELETE http://a.test/x HTTP/1.1\r\nHost: b.test\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nok',
  'OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n',
  'GET /old HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n',
  'GET /chat HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
];
const pieces = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '\x00',
  '\x0b',
  '\x80',
  '0',
  '5',
  'f',
  '-',
  '_',
  '\r\n ',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Host: c.test\r\n',
  'GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n',
];

/** Removes, replaces or inserts something, once to three times. */
function mutate(text: string, random: () => number): string {
  let mutated = text;
  for (let count = Math.ceil(random() * 3); count > 0; count--) {
    const at = Math.floor(random() * mutated.length);
    const piece = pieces[Math.floor(random() * pieces.length)] ?? '';
    const removed = random() < 0.4 ? 0 : Math.ceil(random() * 3);
    mutated = mutated.slice(0, at) + (random() < 0.2 ? '' : piece) + mutated.slice(at + removed);
  }
  return mutated;
}

test('whatever is done to the bytes of requests, upstreams get whole, unambiguous messages only', async (t) => {
  const recorder = await RawRecorder.start();
  const proxy = await TestProxy.start({
    endpoints: [recorder.port],
    limits: { headMs: 20, bodyIdleMs: 20, keepAliveMs: 20, lingerMs: 10 },
  });
  t.after(async () => {
    await proxy.close();
    await recorder.close();
  });
  const random = randomFrom(seed);
  const run = async (): Promise<void> => {
    const request = requests[Math.floor(random() * requests.length)] ?? '';
    const bytes = mutate(request, random) + (random() < 0.5 ? request : '');
    const sender = await RawSender.connect(proxy.port);
    if (random() < 0.5) sender.send(bytes);
    else await sender.sendSliced(bytes, 1 + Math.floor(random() * 40));
    await sender.untilOver();
    const answers = sender.received.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', '');
    const { fault, rest } = splitMessages(answers, ({ startLine }) => startLine.includes(' 204 '));
    assert.equal(fault, null, JSON.stringify(bytes));
    assert.equal(rest, '', JSON.stringify(bytes));
    sender.close();
  };
  for (let done = 0; done < runs; done += 20) await Promise.all(Array.from({ length: 20 }, run));
  await until(() => proxy.proxy.inFlight === 0, 'nothing in flight');
  assert.deepEqual(recorder.faults, []);
  assert.deepEqual(proxy.errors, []);
  for (const request of recorder.requests) {
    // Our own way to ask for a WebSocket, once at most.
    const head = request.head.replace(/\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n$/, '\r\n');
    assert.equal(head.match(/\r\nX-Forwarded-For: 127\.0\.0\.1\r\n/g)?.length, 1, head);
    assert.ok(!/\r\n(connection|keep-alive|te|trailer|upgrade|expect)\s*:/i.test(head), head);
  }
});
