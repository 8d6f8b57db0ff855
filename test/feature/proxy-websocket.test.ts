import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { TestProxy, type TestProxyOptions } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { frame, handshake, sampleKey, switching } from '../support/raw/websocket.ts';
import { type EchoOptions, WebSocketEcho } from '../support/raw/websocket-echo.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const get = 'GET /plain HTTP/1.1\r\nHost: a.test\r\n\r\n';

async function setUp(t: TestContext, upstream: EchoOptions = {}, options: TestProxyOptions = {}) {
  const echo = await WebSocketEcho.start(upstream);
  const proxy = await TestProxy.start({ endpoints: [echo.port], ...options });
  t.after(async () => {
    await proxy.close();
    await echo.close();
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return { echo, proxy };
}

/** Counts the lines of a name in a head. */
function lines(head: string, name: string): string[] {
  return head.split('\r\n').filter((line) => line.toLowerCase().startsWith(`${name}:`));
}

test('an upgrade reaches the upstream and its agreement the client, each with our own lines', async (t) => {
  const { echo, proxy } = await setUp(t, {
    answer: ({ head }) => switching(head, 'Sec-WebSocket-Protocol: chat\r\nKeep-Alive: timeout=5\r\n'),
  });
  const sender = await RawSender.connect(proxy.port);
  sender.send(handshake('/chat?room=1'));
  await sender.untilReceived('\r\n\r\n');
  const { head } = await echo.connection(0);
  assert.match(head, /^GET \/chat\?room=1 HTTP\/1\.1\r\nHost: a\.test\r\n/);
  assert.deepEqual(lines(head, 'connection'), ['Connection: Upgrade']);
  assert.deepEqual(lines(head, 'upgrade'), ['Upgrade: websocket']);
  assert.deepEqual(lines(head, 'sec-websocket-key'), [`sec-websocket-key: ${sampleKey}`]);
  assert.deepEqual(lines(head, 'sec-websocket-version'), ['Sec-WebSocket-Version: 13']);
  assert.deepEqual(lines(head, 'x-forwarded-proto'), ['X-Forwarded-Proto: http']);
  const answer = sender.received;
  assert.match(answer, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  assert.deepEqual(lines(answer, 'connection'), ['Connection: Upgrade']);
  assert.deepEqual(lines(answer, 'upgrade'), ['Upgrade: websocket']);
  assert.match(answer, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
  assert.match(answer, /\r\nSec-WebSocket-Protocol: chat\r\n/);
  assert.doesNotMatch(answer, /keep-alive|content-length|transfer-encoding/i);
  sender.close();
});

test('messages are echoed, and the outcome tells of the tunnel when it ends', async (t) => {
  const { proxy } = await setUp(t);
  const sender = await RawSender.connect(proxy.port);
  sender.send(handshake());
  await sender.untilReceived('\r\n\r\n');
  const message = frame('hello through', { masked: true });
  for (let count = 1; count <= 3; count++) {
    sender.send(message);
    await until(() => sender.received.split('hello through').length === count + 1, 'an echo');
  }
  assert.equal(proxy.proxy.inFlight, 1);
  assert.equal(proxy.proxy.openConnections, 1);
  assert.equal(proxy.outcomes.length, 0);
  const close = frame(Buffer.from([3, 232]), { opcode: 8, masked: true });
  sender.send(close);
  await sender.untilOver();
  sender.end();
  await proxy.untilOutcomes(1);
  const outcome = proxy.outcomes[0];
  assert.equal(outcome?.status, 101);
  assert.equal(outcome?.reason, null);
  assert.equal(outcome?.requestBytes, 3 * message.length + close.length);
  assert.equal(outcome?.responseBytes, 3 * (message.length - 4) + close.length - 4);
  assert.ok(outcome !== undefined && outcome.durationMs >= (outcome.upstreamMs ?? Number.NaN));
  await until(() => proxy.proxy.openConnections === 0, 'no connection');
});

test('a client that somebody else wrote is served', async (t) => {
  const { proxy } = await setUp(t, {}, { routes: [{ rule: { kind: 'host', host: '127.0.0.1' } }] });
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/`);
  socket.binaryType = 'arraybuffer';
  const received: unknown[] = [];
  const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve));
  socket.addEventListener('message', ({ data }) => received.push(data));
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const large = new Uint8Array(3_000_000).map((_, index) => index * 7);
  socket.send('grüße');
  socket.send(large);
  socket.send('');
  await until(() => received.length === 3, 'three messages');
  assert.equal(received[0], 'grüße');
  assert.ok(received[1] instanceof ArrayBuffer && Buffer.from(received[1]).equals(large));
  assert.equal(received[2], '');
  socket.close(1000, 'done');
  const { code, wasClean } = await closed;
  assert.deepEqual({ code, wasClean }, { code: 1000, wasClean: true });
  await proxy.untilOutcomes(1);
  assert.equal(proxy.outcomes[0]?.reason, null);
});

test('what a client sends too early waits until the upstream agrees', async (t) => {
  const { echo, proxy } = await setUp(t, { answer: () => undefined });
  const sender = await RawSender.connect(proxy.port);
  const early = frame('x'.repeat(200_000), { masked: true });
  sender.send(Buffer.concat([Buffer.from(handshake(), 'latin1'), frame('first', { masked: true })]));
  sender.send(early);
  const upstream = await echo.connection(0);
  const other = await RawSender.connect(proxy.port);
  other.send(handshake());
  await echo.connection(1);
  assert.equal(upstream.tunnelBytes, 0);
  upstream.socket.write(switching(upstream.head));
  await until(() => upstream.frames.length === 2, 'the held frames');
  sender.send(frame('last', { masked: true }));
  await until(() => upstream.frames.length === 3, 'the last frame');
  assert.deepEqual(
    upstream.frames.map(({ payload }) => payload.length),
    [5, 200_000, 4],
  );
  sender.close();
  other.close();
});

test('what an upstream sends in the same breath as its agreement belongs to the tunnel', async (t) => {
  const { proxy } = await setUp(t, {
    answer: ({ head }) =>
      Buffer.concat([Buffer.from(switching(head)), frame('welcome'), frame(Buffer.alloc(40_000, 7))]),
  });
  for (let round = 0; round < 3; round++) {
    const sender = await RawSender.connect(proxy.port);
    sender.send(handshake());
    await until(() => sender.receivedBytes > 40_000 && sender.received.endsWith('\x07'), 'the welcome');
    sender.send(frame('then', { masked: true }));
    await sender.untilReceived('then');
    const body = Buffer.from(sender.received.slice(sender.received.indexOf('\r\n\r\n') + 4), 'latin1');
    assert.ok(body.equals(Buffer.concat([frame('welcome'), frame(Buffer.alloc(40_000, 7)), frame('then')])));
    sender.close();
  }
});

test('request, agreement and frames may come in slices of any size', async (t) => {
  const { echo, proxy } = await setUp(t, { answer: () => undefined });
  for (const size of [1, 7, 64]) {
    const { length } = echo.connections;
    const sender = await RawSender.connect(proxy.port);
    await sender.sendSliced(handshake() + frame('early', { masked: true }).toString('latin1'), size);
    const { socket, head } = await echo.connection(length);
    const bytes = Buffer.concat([Buffer.from(switching(head)), frame('welcome')]);
    for (let at = 0; at < bytes.length; at += size) {
      socket.write(bytes.subarray(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(
      () => sender.received.includes('early') && sender.received.includes('welcome'),
      'both frames',
    );
    const answer = sender.received;
    assert.equal(lines(answer, 'upgrade').length, 1);
    const tunnel = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1');
    assert.equal(tunnel.length, frame('welcome').length + frame('early').length);
    sender.close();
  }
});

test('a refusal is an ordinary answer: both connections go on', async (t) => {
  const refusal = 'HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 8\r\nContent-Length: 3\r\n\r\nno!';
  const { echo, proxy } = await setUp(t, { answer: () => refusal });
  const sender = await RawSender.connect(proxy.port);
  sender.send(handshake());
  await sender.untilReceived('no!');
  assert.match(sender.received, /^HTTP\/1\.1 426 [\s\S]*\r\nSec-WebSocket-Version: 8\r\n/);
  const { socket } = await echo.connection(0);
  socket.removeAllListeners('data');
  let second = '';
  socket.on('data', (bytes: Buffer) => {
    second += bytes.toString('latin1');
    socket.write(ok);
  });
  sender.send(get);
  await sender.untilReceived('\r\n\r\nok');
  assert.match(second, /^GET \/plain HTTP\/1\.1\r\n/);
  assert.doesNotMatch(second, /upgrade/i);
  assert.equal(echo.connections.length, 1);
  assert.deepEqual(
    proxy.outcomes.map(({ status }) => status),
    [426, 200],
  );
  sender.close();
});

test('what came early for a refused upgrade is the next request, and no upstream saw it before', async (t) => {
  const { echo, proxy } = await setUp(t, { answer: () => undefined });
  for (const [early, status] of [
    ['GET /next HTTP/1.1\r\nHost: b.test\r\n\r\n', 404],
    [frame('not a request', { masked: true }).toString('latin1'), 400],
  ] as const) {
    const { length } = echo.connections;
    const sender = await RawSender.connect(proxy.port);
    sender.send(handshake() + early);
    const { socket, tunnelBytes } = await echo.connection(length);
    assert.equal(tunnelBytes, 0);
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    await sender.untilReceived(`HTTP/1.1 ${status} `);
    assert.match(sender.received, /^HTTP\/1\.1 403 /);
    assert.equal(echo.connections[length]?.tunnelBytes, 0);
    sender.close();
  }
});

test('an agreement that is none, or that nobody asked for, is 502', async (t) => {
  let answer = '';
  const { echo, proxy } = await setUp(t, { answer: () => answer });
  const start = 'HTTP/1.1 101 Switching Protocols\r\n';
  const upgrade = 'Upgrade: websocket\r\n';
  const connection = 'Connection: Upgrade\r\n';
  for (const [request, head] of [
    [get, start + upgrade + connection],
    [handshake(), start + connection],
    [handshake(), start + upgrade],
    [handshake(), `${start}Upgrade: h2c\r\n${connection}`],
    [handshake(), `${start}Upgrade: websocket, h2c\r\n${connection}`],
    [handshake(), start + upgrade + upgrade + connection],
    [handshake(), `HTTP/1.0 101 Switching Protocols\r\n${upgrade}${connection}`],
    [handshake(), `HTTP/1.1 102 Switching Protocols\r\n${upgrade}${connection}\r\n${start}`],
  ] as const) {
    answer = `${head}\r\nsecret`;
    const sender = await RawSender.connect(proxy.port);
    sender.send(request);
    await sender.untilReceived('X-Fairlead-Reason: UpstreamBadResponse');
    assert.match(sender.received, /(^|\r\n\r\n)HTTP\/1\.1 502 /);
    assert.doesNotMatch(sender.received, /secret/);
    await until(() => echo.openCount === 0, 'the upstream connection to be closed');
    sender.close();
  }
});

test('every other upgrade is left out, and its request forwarded without it', async (t) => {
  const { echo, proxy } = await setUp(t, { answer: () => ok });
  const names = 'Connection: Upgrade, HTTP2-Settings\r\n';
  const requests = {
    h2c: `GET / HTTP/1.1\r\nHost: a.test\r\n${names}Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n`,
    TLS: `GET / HTTP/1.1\r\nHost: a.test\r\n${names}Upgrade: TLS/1.0\r\n\r\n`,
    list: `GET / HTTP/1.1\r\nHost: a.test\r\n${names}Upgrade: websocket, h2c\r\n\r\n`,
    'two lines': `GET / HTTP/1.1\r\nHost: a.test\r\n${names}Upgrade: websocket\r\nUpgrade: websocket\r\n\r\n`,
    unnamed: 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive\r\nUpgrade: websocket\r\n\r\n',
    'no Connection': 'GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\n\r\n',
    POST: `POST / HTTP/1.1\r\nHost: a.test\r\n${names}Upgrade: websocket\r\nContent-Length: 0\r\n\r\n`,
    body: `GET / HTTP/1.1\r\nHost: a.test\r\n${names}Upgrade: websocket\r\nContent-Length: 4\r\n\r\nbody`,
    chunks: `GET / HTTP/1.1\r\nHost: a.test\r\n${names}Upgrade: websocket\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'HTTP/1.0': `GET / HTTP/1.0\r\nHost: a.test\r\n${names}Upgrade: websocket\r\n\r\n`,
  };
  for (const [name, request] of Object.entries(requests)) {
    const { length } = echo.connections;
    const closing = request.replace('Connection: ', 'Connection: close, ');
    const text = closing === request ? request.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n') : closing;
    assert.match(await exchangeRaw(proxy.port, text), /^HTTP\/1\.1 200 [\s\S]*ok$/, name);
    const head = echo.connections[length]?.head ?? '';
    assert.match(head, /^\w+ \/ HTTP\/1\.1\r\n/, name);
    assert.doesNotMatch(head, /\r\n(upgrade|connection|http2-settings):/i, name);
    echo.connections[length]?.socket.destroy();
    await until(() => echo.openCount === 0, 'the pool to notice');
  }
});

test('a middleware sees an upgrade, may answer it, and edits the agreement', async (t) => {
  const { echo, proxy } = await setUp(
    t,
    {},
    {
      routes: [
        { middlewares: ['edit', 'prefix'] },
        { rule: { kind: 'host', host: 'b.test' }, middlewares: ['broken'] },
      ],
      middlewares: {
        edit: {
          kind: 'headers',
          request: [
            { name: 'X-Edited', value: 'yes' },
            { name: 'Upgrade', value: null },
          ],
          response: [
            { name: 'X-Answer', value: 'yes' },
            { name: 'Connection', value: 'close' },
          ],
        },
        prefix: { kind: 'addPrefix', prefix: '/inner' },
        broken: { kind: 'headers', request: [{ name: 'X', value: 'a\r\nb' }], response: [] },
      },
    },
  );
  const sender = await RawSender.connect(proxy.port);
  sender.send(handshake('/', 'b.test'));
  await sender.untilReceived('X-Fairlead-Reason: RouteBroken');
  assert.equal(echo.connections.length, 0);
  sender.send(handshake('/chat'));
  await sender.untilReceived('HTTP/1.1 101 ');
  await sender.untilReceived('X-Answer: yes');
  const { head } = await echo.connection(0);
  assert.match(head, /^GET \/inner\/chat HTTP\/1\.1\r\n[\s\S]*X-Edited: yes\r\nConnection: Upgrade\r\n/);
  assert.doesNotMatch(sender.received, /Connection: close/);
  sender.send(frame('through', { masked: true }));
  await sender.untilReceived('through');
  sender.close();
});

test('a connection that carried a tunnel is never used again', async (t) => {
  const { echo, proxy } = await setUp(t);
  for (let round = 1; round <= 3; round++) {
    const sender = await RawSender.connect(proxy.port);
    sender.send(handshake());
    await sender.untilReceived('\r\n\r\n');
    sender.send(frame('', { opcode: 8, masked: true }));
    await sender.untilOver();
    sender.close();
    await until(() => echo.openCount === 0, 'the upstream connection to be closed');
    assert.equal(echo.connections.length, round);
  }
});
