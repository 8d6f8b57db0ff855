import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { FrameClient } from '../support/http2/frame-client.ts';
import { code, type Field, flag, frame as h2Frame, request, type } from '../support/http2/wire.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { frame } from '../support/raw/websocket.ts';
import { type EchoOptions, WebSocketEcho } from '../support/raw/websocket-echo.ts';
import '../support/leaks.ts';

async function world(t: TestContext, upstream: EchoOptions = {}) {
  const echo = await WebSocketEcho.start({ answer: agrees, ...upstream });
  const proxy = await TestProxy.start({ endpoints: [echo.port] });
  const client = await FrameClient.open(proxy.port);
  t.after(async () => {
    client.close();
    await proxy.close();
    await echo.close();
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return { echo, proxy, client };
}

/** Agrees as RFC 6455 section 4.2.2 has it. */
function agrees({ head }: { head: string }): string {
  const key = /sec-websocket-key: (.*)\r\n/i.exec(head)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return (
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: chat\r\n\r\n`
  );
}

const ask: readonly Field[] = request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat' }, [
  ['sec-websocket-version', '13'],
  ['sec-websocket-protocol', 'chat'],
  ['sec-websocket-key', 'mine'],
]);

async function opened(client: FrameClient): Promise<void> {
  client.request(1, ask, false);
  await until(() => client.status(1) !== 0 || client.isClosed, 'an answer');
  assert.equal(client.status(1), 200);
}

test('SETTINGS allows extended CONNECT', async (t) => {
  const { client } = await world(t);
  const { payload } = await client.untilFrame((found) => found.type === type.settings, 'SETTINGS');
  const entries = Array.from({ length: payload.length / 6 }, (_, at) => [
    payload.readUInt16BE(at * 6),
    payload.readUInt32BE(at * 6 + 2),
  ]);
  assert.equal(Object.fromEntries(entries)[8], 1);
});

test('a WebSocket over HTTP/2 is one over HTTP/1.1 for its upstream', async (t) => {
  const { client, echo } = await world(t);
  await opened(client);
  const fields = client.blocks[0]?.fields.filter(([name]) => name !== 'date');
  assert.deepEqual(fields, [
    [':status', '200'],
    ['sec-websocket-protocol', 'chat'],
  ]);
  const head = echo.connections[0]?.head ?? '';
  assert.match(head, /^GET \/chat HTTP\/1\.1\r\nHost: a\.test\r\n/);
  assert.match(head, /\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n$/);
  assert.equal(head.match(/sec-websocket-key/gi)?.length, 1);
  assert.doesNotMatch(head, /mine/);
  client.data(1, frame('hello', { masked: true }), false);
  await until(() => client.body(1).includes('hello'), 'the echo');
  client.data(1, '', true);
  await client.answered(1);
});

test('what a client sends before its tunnel is open waits for that', async (t) => {
  const { client, echo } = await world(t);
  client.request(1, ask, false);
  client.data(1, frame('early', { masked: true }), false);
  await until(() => client.body(1).includes('early'), 'the echo');
  assert.equal(echo.connections[0]?.frames[0]?.payload.toString(), 'early');
});

test('a client that resets its tunnel closes the upstream connection', async (t) => {
  const { client, echo } = await world(t);
  await opened(client);
  client.send(h2Frame(type.reset, 0, 1, Buffer.from([0, 0, 0, 8])));
  await until(() => echo.connections[0]?.isClosed === true, 'the upstream connection to be closed');
});

test('an upstream that closes ends the stream', async (t) => {
  const { client, echo } = await world(t);
  await opened(client);
  echo.connections[0]?.socket.end();
  await client.untilFrame(
    (found) => found.type === type.data && (found.flags & flag.endStream) !== 0,
    'an end',
  );
  client.data(1, '', true);
  await client.untilPong();
});

test('an upstream that refuses is heard', async (t) => {
  const { client } = await world(t, {
    answer: () => 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
  });
  client.request(1, ask, false);
  assert.equal(await client.answered(1), 403);
  assert.equal(client.body(1), 'no');
});

for (const [why, answer] of [
  ['answers with 200', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  [
    'agrees to another key',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
  ],
] as const) {
  test(`an upstream that ${why} opens no tunnel`, async (t) => {
    const { client, echo, proxy } = await world(t, { answer: () => answer });
    client.request(1, ask, false);
    await client.untilReset(1, code.connect);
    assert.equal(client.status(1), 0);
    await proxy.untilOutcomes(1);
    assert.equal(proxy.outcomes[0]?.status, 502);
    await until(() => echo.connections[0]?.isClosed === true, 'the upstream connection to be closed');
    await client.untilPong();
  });
}

test('large messages pass in both directions', async (t) => {
  const { client } = await world(t);
  await opened(client);
  const message = frame(Buffer.alloc(50_000, 'm'), { masked: true });
  for (let at = 0; at < message.length; at += 16_384) {
    client.data(1, message.subarray(at, at + 16_384), false);
  }
  await until(() => client.body(1).length >= 50_000, 'the echo');
  await client.untilPong();
});
