import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../support/leaks.ts';
import { splitMessages } from '../support/raw/messages.ts';
import { RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';
import { handshake } from '../support/raw/websocket.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const post = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const asked = 'HTTP/1.1 100 Continue\r\n\r\n';
/** Longer than any test waits, so that nobody is asked. */
const patient = { limits: { halfClosedMs: 60_000 } };

for (const [name, request] of [
  ['a request', get],
  ['a request with a body', `${post}body`],
  [
    'a chunked request',
    'PUT / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
  ],
  ['a request of HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a.test\r\n\r\n'],
] as const) {
  test(`who sends ${name} and closes the sending side gets the answer, then the end`, async (t) => {
    const { recorder, proxy } = await setUp(t, {}, patient);
    recorder.script = () => undefined;
    const sender = await RawSender.connect(proxy.port);
    sender.send(request);
    sender.end();
    await recorder.untilRequests(1);
    await new Promise((resolve) => setImmediate(resolve));
    recorder.connections[0]?.socket.write(ok);
    await sender.untilOver();
    assert.match(sender.received, /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nok$/);
    assert.deepEqual([proxy.outcomes[0]?.status, proxy.outcomes[0]?.reason], [200, null]);
    await until(() => proxy.proxy.openConnections === 0, 'no connection');
  });
}

test('pipelined requests before the end are all answered in order, and a part of one is not', async (t) => {
  const { recorder, proxy } = await setUp(t, {}, patient);
  recorder.script = ({ startLine }) => `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${startLine.slice(5, 7)}`;
  const sender = await RawSender.connect(proxy.port);
  const requests = [10, 11, 12, 13].map((number) => get.replace('/ ', `/${number} `));
  sender.send(`${requests.join('')}GET /14 HTTP/1.1\r\nHost`);
  sender.end();
  await sender.untilOver();
  assert.deepEqual(
    splitMessages(sender.received).messages.map(({ body }) => body),
    ['10', '11', '12', '13'],
  );
  assert.equal(recorder.requests.length, 4);
});

test('a body that ends before its length is no request any more', async (t) => {
  const { recorder, proxy } = await setUp(t, {}, patient);
  for (const bytes of [post, `${post}bod`]) {
    const before = proxy.outcomes.length;
    const sender = await RawSender.connect(proxy.port);
    sender.send(bytes);
    sender.end();
    await sender.untilOver();
    assert.equal(sender.received, '');
    await proxy.untilOutcomes(before + 1);
    assert.deepEqual([proxy.outcomes[before]?.status, proxy.outcomes[before]?.reason], [499, 'ClientClosed']);
  }
  await until(() => recorder.openCount === 0, 'the upstream requests to be destroyed');
  assert.equal(recorder.requests.length, 0);
});

test('who waits for long is asked once whether there is anybody, and gets the answer all the same', async (t) => {
  const { recorder, proxy } = await setUp(t);
  recorder.script = () => undefined;
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  sender.end();
  await sender.untilReceived(asked);
  assert.equal(proxy.proxy.inFlight, 1);
  recorder.connections[0]?.socket.write(ok);
  await sender.untilOver();
  assert.match(sender.received, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [\s\S]*ok$/);
});

for (const [name, answer] of [
  ['before its answer', ''],
  ['between an informational answer and the final one', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ['inside an answer that is silent', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
  ['inside a stream of events', 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n'],
] as const) {
  test(`who leaves ${name} ends the upstream request within a second`, async (t) => {
    const { recorder, proxy } = await setUp(t, {}, { limits: { halfClosedMs: 300 } });
    recorder.script = () => (answer === '' ? undefined : answer);
    const sender = await RawSender.connect(proxy.port);
    sender.send(get);
    await recorder.untilRequests(1);
    await sender.untilReceived(answer === '' ? '' : answer.slice(9, 12));
    sender.close();
    await until(() => recorder.openCount === 0, 'the upstream request to be destroyed');
    await proxy.untilOutcomes(1);
    assert.equal(proxy.outcomes[0]?.reason, 'ClientClosed');
  });
}

test('a long answer that keeps coming reaches a client that has closed its sending side', async (t) => {
  const { recorder, proxy } = await setUp(t, {}, { limits: { halfClosedMs: 400 } });
  const size = 8_000_000;
  recorder.script = () => `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`;
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  sender.end();
  await sender.untilOver();
  assert.equal(splitMessages(sender.received).messages[0]?.body.length, size);
  assert.deepEqual([proxy.outcomes[0]?.status, proxy.outcomes[0]?.reason], [200, null]);
});

test('who cannot be asked counts as gone when nothing comes: HTTP/1.0, and a WebSocket that is not open yet', async (t) => {
  const { recorder, proxy } = await setUp(t);
  recorder.script = () => undefined;
  for (const request of ['GET / HTTP/1.0\r\nHost: a.test\r\n\r\n', handshake('/')]) {
    const before = proxy.outcomes.length;
    const sender = await RawSender.connect(proxy.port);
    sender.send(request);
    sender.end();
    await proxy.untilOutcomes(before + 1);
    assert.equal(proxy.outcomes[before]?.status, 499);
    await sender.untilOver();
    assert.equal(sender.received, '');
  }
  await until(() => recorder.openCount === 0, 'the upstream requests to be destroyed');
});
