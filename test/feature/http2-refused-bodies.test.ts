import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import { FrameClient } from '../support/http2/frame-client.ts';
import { type FrameConnection, FrameServer } from '../support/http2/frame-server.ts';
import { block, code, flag, frame, number, request, settings, type } from '../support/http2/wire.ts';
import { RawSender } from '../support/raw/sender.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

const goAway = (last: number): Buffer =>
  frame(type.goAway, 0, 0, Buffer.concat([number(last), number(code.none)]));
const refused = (id: number): Buffer => frame(type.reset, 0, id, number(code.refused));
const ok = (id: number): Buffer =>
  Buffer.concat([
    frame(type.headers, flag.endHeaders, id, block([[':status', '200']])),
    frame(type.data, flag.endStream, id, 'ok'),
  ]);
const post = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;

async function setUp(t: TestContext, ...[script, begin]: Parameters<typeof FrameServer.start>) {
  const server = await FrameServer.start(script, begin);
  const proxy = await TestProxy.start({
    endpoints: [server.port],
    routes: [{ targets: [{ scheme: 'h2c' }] }],
  });
  t.after(async () => {
    await proxy.close();
    await server.close();
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return { server, proxy };
}

async function send(t: TestContext, proxy: TestProxy, text: string): Promise<RawSender> {
  const sender = await RawSender.connect(proxy.port);
  t.after(() => sender.close());
  sender.send(text);
  return sender;
}

/** Of one stream. */
const bodyOf = (connection: FrameConnection | undefined, id: number): string =>
  (connection?.of(type.data) ?? [])
    .filter((one) => one.id === id)
    .map(({ payload }) => payload.toString('latin1'))
    .join('');

test('a request with a body that GOAWAY leaves out is sent again, whole, on another connection', async (t) => {
  const { server, proxy } = await setUp(t, () => {});
  const sender = await send(t, proxy, `${post(10)}hello`);
  await until(() => bodyOf(server.connections[0], 1) === 'hello', 'the first half');
  server.connections[0]?.send(goAway(0));
  await until(() => bodyOf(server.connections[1], 1) === 'hello', 'the first half again');
  sender.send('world');
  await until(() => bodyOf(server.connections[1], 1) === 'helloworld', 'the rest');
  assert.equal(server.connections[1]?.of(type.data).at(-1)?.flags, flag.endStream);
  server.connections[1]?.send(ok(1));
  await until(() => sender.isOver, 'the answer');
  assert.match(sender.received, /^HTTP\/1\.1 200 OK\r\n/);
  assert.equal(bodyOf(server.connections[0], 1), 'hello');
  assert.deepEqual([proxy.outcomes[0]?.retries, proxy.outcomes[0]?.requestBytes], [1, 10]);
});

// The last byte of a body with a length is sent on once its end is certain.
for (const [first, sent, second] of [
  ['he', 'he', 'llo'],
  ['hello', 'hell', ''],
] as const) {
  test(`what comes of a body behind "${first}" while the next connection begins follows what was sent before`, async (t) => {
    let begin = settings();
    const { server, proxy } = await setUp(
      t,
      () => {},
      () => begin,
    );
    const client = await FrameClient.open(proxy.port);
    t.after(() => client.close());
    client.request(1, request({ ':method': 'POST' }, [['content-length', '5']]), false);
    client.data(1, first, false);
    await until(() => bodyOf(server.connections[0], 1) === sent, 'the begin');
    // Requests have to wait on the next one.
    begin = Buffer.alloc(0);
    server.connections[0]?.send(goAway(0));
    await until(() => server.connections.length === 2, 'the next connection');
    if (second !== '') client.data(1, second, false);
    client.data(1, '', true);
    await client.untilPong();
    server.connections[1]?.send(settings());
    await until(() => bodyOf(server.connections[1], 1) === 'hello', 'all of it');
    server.connections[1]?.send(ok(1));
    assert.equal(await client.answered(1), 200);
    assert.equal(client.body(1), 'ok');
  });
}

test('a request with a body whose stream is refused is sent again, and not a third time', async (t) => {
  let most = 1;
  let index = 0;
  const { server, proxy } = await setUp(t, (connection, id) => {
    connection.send(index++ < most ? refused(id) : ok(id));
  });
  const first = await send(t, proxy, `${post(2)}hi`);
  await until(() => first.isOver, 'the answer');
  assert.match(first.received, /^HTTP\/1\.1 200 OK\r\n/);
  most = 99;
  const second = await send(t, proxy, `${post(2)}hi`);
  await until(() => second.isOver, 'the answer');
  assert.match(second.received, /^HTTP\/1\.1 502 /);
  assert.equal(server.connections.flatMap(({ ids }) => ids).length, 4);
});

test('a body that is too large to be kept is sent once, and the answer says why it is 502', async (t) => {
  const { server, proxy } = await setUp(t, () => {});
  const sender = await send(t, proxy, post(70_000) + 'x'.repeat(65_537));
  // The window of the upstream takes no more than that.
  await until(() => bodyOf(server.connections[0], 1).length >= 65_535, 'the body');
  server.connections[0]?.send(refused(1));
  await until(
    () => sender.received.includes('502') && sender.received.includes('send it again'),
    'the answer',
  );
  assert.match(sender.received, /^HTTP\/1\.1 502 Bad Gateway\r\n/);
  assert.equal(server.connections.length, 1);
  assert.equal(proxy.outcomes[0]?.retries, 0);
});

test('a request with a body that an upstream may have begun is never sent again', async (t) => {
  const { server, proxy } = await setUp(t, (connection, id) => {
    connection.send(goAway(id), frame(type.reset, 0, id, number(code.internal)));
  });
  const sender = await send(t, proxy, `${post(2)}hi`);
  await until(() => sender.isOver, 'the answer');
  assert.match(sender.received, /^HTTP\/1\.1 502 /);
  assert.equal(server.connections.flatMap(({ ids }) => ids).length, 1);
});

test('a client that leaves while its request is sent again leaves nothing behind', async (t) => {
  const { server, proxy } = await setUp(t, () => {});
  const sender = await send(t, proxy, `${post(10)}hello`);
  await until(() => bodyOf(server.connections[0], 1) === 'hello', 'the first half');
  server.connections[0]?.send(goAway(0));
  sender.close();
  await until(() => proxy.proxy.inFlight === 0 && proxy.outcomes.length === 1, 'the end');
});
