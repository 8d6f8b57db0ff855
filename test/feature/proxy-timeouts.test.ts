import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { RouteTimeouts } from '../../src/model/route-timeouts.ts';
import type { RecorderOptions } from '../support/raw/recorder.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { frame, handshake } from '../support/raw/websocket.ts';
import { WebSocketEcho } from '../support/raw/websocket-echo.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const post = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100000\r\n\r\n';
const events = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';

function withTimeouts(t: TestContext, timeouts: RouteTimeouts, upstream: RecorderOptions = {}) {
  return setUp(t, upstream, { routes: [{ timeouts }] });
}

/** An upstream that begins an event stream and sends an event every few milliseconds for as long as it may. */
function streaming(t: TestContext): RecorderOptions {
  const timers = new Set<NodeJS.Timeout>();
  t.after(() => timers.forEach(clearInterval));
  return {
    script: (_request, { socket }) => {
      socket.write(events);
      const timer = setInterval(() => socket.write('3\r\nx\n\n\r\n'), 5);
      timers.add(timer);
      socket.on('close', () => clearInterval(timer));
      return undefined;
    },
  };
}

test('a body that dribbles is 408 although bytes keep coming', async (t) => {
  const { recorder, proxy } = await setUp(t, {}, { limits: { bodyGraceMs: 60, bodyRate: 100_000 } });
  const sender = await RawSender.connect(proxy.port);
  sender.send(post);
  await until(() => {
    if (!sender.isOver) sender.send('x');
    return sender.isOver;
  }, 'the end');
  assert.match(
    sender.received,
    /^HTTP\/1\.1 408 [\s\S]*X-Fairlead-Reason: RequestTimeout[\s\S]*Connection: close/,
  );
  await until(() => recorder.openCount === 0, 'the upstream connection to be destroyed');
  sender.close();
});

test('a body that was fast at first may be slow later', async (t) => {
  const { proxy } = await setUp(t, {}, { limits: { bodyGraceMs: 300, bodyRate: 1_000 } });
  const sender = await RawSender.connect(proxy.port);
  sender.send(post);
  sender.send('x'.repeat(99_999));
  await exchangesAfter(proxy, 1_000);
  sender.send('x');
  await sender.untilReceived('\r\n\r\nok');
  sender.close();
});

test('time in which an upstream takes nothing is not held against the client', async (t) => {
  const answers = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  const sockets: Socket[] = [];
  const upstream = createServer((socket) => {
    socket.pause();
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (chunk.toString('latin1').endsWith('0\r\n\r\n')) socket.end(answers);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  const { proxy } = await setUp(
    t,
    {},
    { endpoints: [port], limits: { bodyGraceMs: 1_000, bodyIdleMs: 1_500, bodyRate: 10_000_000 } },
  );
  t.after(() => upstream.close());
  const sender = await RawSender.connect(proxy.port);
  sender.send('POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), Buffer.from('\r\n')]);
  // What all buffers on the way hold, and then some: it is worth less time at this rate than the upstream sleeps.
  for (let count = 0; count < 320; count++) sender.send(chunk);
  sender.send('0\r\n\r\n');
  await exchangesAfter(proxy, 2_500);
  assert.ok(sender.unsentBytes > 0, 'the client is held back');
  for (const socket of sockets) socket.resume();
  await sender.untilReceived('\r\n\r\nok');
  sender.close();
});

test('the last request that a connection may send gets an answer that says so', async (t) => {
  const { proxy } = await setUp(t, {}, { limits: { keepAliveRequests: 3 } });
  const sender = await RawSender.connect(proxy.port);
  for (let count = 1; count <= 3; count++) {
    sender.send(get);
    await until(() => sender.received.split('\r\n\r\nok').length === count + 1, `answer ${count}`);
    assert.equal(/Connection: close/.test(sender.received), count === 3);
  }
  await sender.untilOver();
  assert.equal(proxy.outcomes.length, 3);
  sender.close();
});

test('an entry point has limits of its own', async (t) => {
  const { proxy } = await setUp(
    t,
    {},
    { limits: { headerCount: 100, targetBytes: 8_192 }, entryPoint: { limits: { headerCount: 2 } } },
  );
  assert.match(await exchangeRaw(proxy.port, `${get.trimEnd()}\r\nA: b\r\nC: d\r\n\r\n`), /^HTTP\/1\.1 431 /);
  assert.match(
    await exchangeRaw(proxy.port, `${get.trimEnd()}\r\nConnection: close\r\n\r\n`),
    /^HTTP\/1\.1 200 /,
  );
});

test('an answer that stalls in the middle resets its client, and its upstream connection is destroyed', async (t) => {
  const script = () => 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf';
  const { recorder, proxy } = await setUp(t, { script }, { limits: { answerIdleMs: 200 } });
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await until(() => sender.wasReset, 'a reset');
  assert.match(sender.received, /\r\n\r\nhalf$/);
  await until(() => recorder.openCount === 0, 'the upstream connection to be destroyed');
  assert.deepEqual([proxy.outcomes[0]?.status, proxy.outcomes[0]?.reason], [200, 'UpstreamTimeout']);
});

test('an answer whose bytes keep coming is not ended, and a route may wait for ever', async (t) => {
  const { recorder, proxy } = await setUp(t, streaming(t), { limits: { answerIdleMs: 1_000 } });
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await exchangesAfter(proxy, 2_000);
  assert.equal(sender.isOver, false);
  assert.ok(sender.received.includes('x\n\n'));
  sender.close();
  await until(() => recorder.openCount === 0, 'the upstream connection to be destroyed');
  proxy.publish([{ timeouts: { answerIdleMs: 0 } }]);
  recorder.script = () => `${events}3\r\nx\n\n\r\n`;
  const silent = await RawSender.connect(proxy.port);
  silent.send(get);
  await silent.untilReceived('x\n\n');
  await exchangesAfter(proxy, 2_000);
  assert.equal(silent.isOver, false);
  silent.close();
});

/** Lets the proxy serve others until its slowest limit would have acted. */
async function exchangesAfter(proxy: TestProxy, ms: number): Promise<void> {
  const end = performance.now() + ms;
  await until(() => performance.now() > end, 'time to pass');
  assert.match(await exchangeRaw(proxy.port, 'GET / HTTP/1.0\r\nHost: b.test\r\n\r\n'), /^HTTP\/1\.1 404 /);
}

test('a client that reads slowly is not taken for a silent upstream', async (t) => {
  const size = 30_000_000;
  const { proxy } = await setUp(
    t,
    {
      script: (_request, { socket }) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
        socket.write(Buffer.alloc(size, 'x'));
        return undefined;
      },
    },
    { limits: { answerIdleMs: 600, clientStallMs: 60_000 } },
  );
  const sender = await RawSender.connect(proxy.port);
  sender.pause();
  sender.send(get);
  await exchangesAfter(proxy, 1_500);
  sender.resume();
  await until(() => sender.receivedBytes > size, 'all bytes');
  sender.close();
});

test('a route limits the whole request, from its head to the end of its answer', async (t) => {
  const { recorder, proxy } = await withTimeouts(t, { requestMs: 500 }, { script: () => undefined });
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('The request took longer than its route allows.');
  assert.match(sender.received, /^HTTP\/1\.1 504 [\s\S]*X-Fairlead-Reason: UpstreamTimeout/);
  await until(() => recorder.openCount === 0, 'the upstream connection to be destroyed');
  recorder.script = () => 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  sender.send(get);
  await sender.untilReceived('\r\n\r\nok');
  await exchangesAfter(proxy, 800);
  assert.equal(sender.isOver, false);
  sender.close();
});

test('the time of a route ends an upload too', async (t) => {
  const { proxy } = await withTimeouts(t, { requestMs: 50 });
  assert.match(await exchangeRaw(proxy.port, `${post}some`), /^HTTP\/1\.1 504 [\s\S]*Connection: close/);
});

for (const timeouts of [{ requestMs: 400 }, { backendRequestMs: 400 }]) {
  test(`a stream that outlives ${Object.keys(timeouts)} is reset`, async (t) => {
    const { recorder, proxy } = await withTimeouts(t, timeouts, streaming(t));
    const sender = await RawSender.connect(proxy.port);
    sender.send(get);
    await until(() => sender.wasReset, 'a reset');
    assert.match(sender.received, /^HTTP\/1\.1 200 OK[\s\S]*x\n\n/);
    await until(() => recorder.openCount === 0, 'the upstream connection to be destroyed');
    assert.equal(proxy.outcomes[0]?.reason, 'UpstreamTimeout');
  });
}

test('a route limits one attempt at an endpoint', async (t) => {
  const { recorder, proxy } = await withTimeouts(t, { backendRequestMs: 50 }, { script: () => undefined });
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('The upstream took longer than the route allows.');
  assert.match(sender.received, /^HTTP\/1\.1 504 /);
  assert.equal(recorder.requests.length, 1);
  sender.close();
});

test('a route waits less or more for the first byte than others', async (t) => {
  const { proxy } = await setUp(
    t,
    { script: () => undefined },
    { limits: { firstByteMs: 100 }, routes: [{ timeouts: { firstByteMs: 0 } }] },
  );
  const patient = await RawSender.connect(proxy.port);
  patient.send(get);
  await exchangesAfter(proxy, 250);
  assert.equal(patient.received, '');
  proxy.publish([{ timeouts: { firstByteMs: 20 } }]);
  const other = await RawSender.connect(proxy.port);
  other.send(get);
  await other.untilReceived('HTTP/1.1 504 ');
  assert.equal(patient.received, '');
  patient.close();
  other.close();
});

test('a WebSocket outlives the time of its request, and has an idle time of its route', async (t) => {
  const echo = await WebSocketEcho.start();
  const timeouts = { requestMs: 500, backendRequestMs: 500, answerIdleMs: 50, tunnelIdleMs: 2_000 };
  const proxy = await TestProxy.start({ endpoints: [echo.port], routes: [{ timeouts }] });
  t.after(async () => {
    await proxy.close();
    await echo.close();
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  const sender = await RawSender.connect(proxy.port);
  sender.send(handshake());
  await sender.untilReceived('\r\n\r\n');
  await exchangesAfter(proxy, 800);
  sender.send(frame('still there', { masked: true }));
  await sender.untilReceived('still there');
  await sender.untilOver();
  assert.equal(proxy.outcomes.find(({ status }) => status === 101)?.reason, null);
  sender.close();
});
