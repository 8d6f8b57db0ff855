import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { TestProxy, type TestProxyOptions } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { handshake, switching } from '../support/raw/websocket.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

interface Seen {
  readonly socket: Socket;
  received: string;
}

/** An upstream that keeps what comes over each connection, and answers each head that it finds. */
async function startUpstream(t: TestContext, answer: (head: string) => string | null = () => ok) {
  const connections: Seen[] = [];
  const server = createServer((socket) => {
    const seen: Seen = { socket, received: '' };
    connections.push(seen);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      seen.received += chunk.toString('latin1');
      const reply = chunk.includes('\r\n\r\n') || chunk.includes('HTTP/1.1') ? answer(seen.received) : '';
      if (reply === null) socket.resetAndDestroy();
      else if (reply !== '') socket.write(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const { socket } of connections) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { connections, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

async function startProxy(t: TestContext, options: TestProxyOptions): Promise<TestProxy> {
  const proxy = await TestProxy.start(options);
  t.after(async () => {
    await proxy.close();
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return proxy;
}

const version1: TestProxyOptions['routes'] = [{ targets: [{ proxyProtocol: 1 }] }];
const headLine = /^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 (\d+) (\d+)\r\nGET \/ HTTP\/1\.1\r\n/;

test('each upstream connection tells of its client, and no other exchange gets it', async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { endpoints: [upstream.port], routes: version1 });
  const first = await RawSender.connect(proxy.port);
  const second = await RawSender.connect(proxy.port);
  for (let count = 1; count <= 2; count++) {
    for (const sender of [first, second]) {
      sender.send(get);
      await until(() => sender.received.split('\r\n\r\nok').length === count + 1, `answer ${count}`);
    }
  }
  assert.equal(upstream.connections.length, 4);
  const ports = upstream.connections.map(({ received }) => headLine.exec(received));
  assert.ok(ports.every((found) => found?.[2] === String(proxy.port)));
  const [one, two, three, four] = ports.map((found) => found?.[1]);
  assert.ok(one === three && two === four && one !== two);
  await until(() => upstream.connections.every(({ socket }) => socket.readableEnded), 'the end of all four');
  first.close();
  second.close();
});

test('version 2 is the binary header, before the request', async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, {
    endpoints: [upstream.port],
    routes: [{ targets: [{ proxyProtocol: 2 }] }],
  });
  assert.match(
    await exchangeRaw(proxy.port, get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')),
    /ok$/,
  );
  const { received = '' } = upstream.connections[0] ?? {};
  assert.equal(
    Buffer.from(received.slice(0, 24), 'latin1').toString('hex'),
    '0d0a0d0a000d0a515549540a2111000c7f0000017f000001',
  );
  assert.match(received.slice(28), /^GET \/ HTTP/);
});

test('what a trusted peer told of its client is told on, and the pool of others is left alone', async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, {
    endpoints: [upstream.port],
    trustedIps: ['127.0.0.1'],
    entryPoint: { proxyProtocol: true },
    routes: [
      { rule: { kind: 'host', host: 'a.test' }, targets: [{ proxyProtocol: 1 }] },
      { rule: { kind: 'host', host: 'b.test' } },
    ],
  });
  const sender = await RawSender.connect(proxy.port);
  sender.send('PROXY TCP6 2001:DB8::7 2001:db8::1 40000 443\r\n');
  const plain = get.replace('a.test', 'b.test');
  for (const [index, request] of [plain, get, plain].entries()) {
    sender.send(request);
    await until(() => sender.received.split('\r\n\r\nok').length === index + 2, `answer ${index}`);
  }
  assert.equal(upstream.connections.length, 2);
  assert.equal(upstream.connections[0]?.received.split('GET / ').length, 3);
  assert.match(
    upstream.connections[1]?.received ?? '',
    /^PROXY TCP6 2001:db8::7 2001:db8::1 40000 443\r\nGET /,
  );
  sender.close();
});

test('another endpoint that is tried gets a header too', async (t) => {
  const gone = await startUpstream(t);
  const upstream = await startUpstream(t);
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const address = free.address();
  const refusing = typeof address === 'object' && address !== null ? address.port : gone.port;
  await new Promise<void>((resolve) => free.close(() => resolve()));
  const proxy = await startProxy(t, { endpoints: [refusing, upstream.port], routes: version1 });
  const close = get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
  for (let count = 0; count < 2; count++) assert.match(await exchangeRaw(proxy.port, close), /ok$/);
  assert.ok(proxy.outcomes.some(({ retries }) => retries === 1));
  for (const { received } of upstream.connections) assert.match(received, headLine);
});

test('a connection that breaks is no stale one: what was sent on it is not sent again', async (t) => {
  const upstream = await startUpstream(t, () => null);
  const proxy = await startProxy(t, { endpoints: [upstream.port], routes: version1 });
  const close = get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
  assert.match(await exchangeRaw(proxy.port, close), /^HTTP\/1\.1 502 /);
  assert.equal(upstream.connections.length, 1);
});

test('a WebSocket follows its header', async (t) => {
  const upstream = await startUpstream(t, (received) =>
    received.endsWith('ping') ? '' : switching(received.slice(received.indexOf('GET '))),
  );
  const proxy = await startProxy(t, { endpoints: [upstream.port], routes: version1 });
  const sender = await RawSender.connect(proxy.port);
  sender.send(handshake('/'));
  await sender.untilReceived('HTTP/1.1 101 ');
  sender.send('ping');
  await until(() => upstream.connections[0]?.received.endsWith('ping') === true, 'bytes of the tunnel');
  assert.match(upstream.connections[0]?.received ?? '', headLine);
  upstream.connections[0]?.socket.write('pong');
  await sender.untilReceived('pong');
  sender.close();
});
