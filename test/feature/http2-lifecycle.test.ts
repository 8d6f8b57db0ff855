import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Limits } from '../../src/proxy/limits.ts';
import { FrameClient } from '../support/http2/frame-client.ts';
import {
  block,
  code,
  type Field,
  flag,
  frame,
  preface,
  request,
  settings,
  type,
  waits,
} from '../support/http2/wire.ts';
import type { RecordedConnection, Script } from '../support/raw/recorder.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

/** Answers what waits when the test says so. */
function heldAnswers() {
  const held: RecordedConnection[] = [];
  const script: Script = ({ startLine }, connection) => {
    if (!startLine.includes(waits)) return 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    held.push(connection);
    return undefined;
  };
  const answer = (): void => {
    for (const { socket } of held.splice(0)) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  };
  return { held, script, answer };
}

async function world(t: TestContext, limits: Partial<Limits> = {}) {
  const upstream = heldAnswers();
  const { proxy } = await setUp(t, { script: upstream.script }, { limits });
  const open = async (): Promise<FrameClient> => {
    const client = await FrameClient.open(proxy.port);
    t.after(() => client.close());
    return client;
  };
  return { ...upstream, proxy, open };
}

const waiting: readonly Field[] = request({ ':path': waits });
const upload: readonly Field[] = request({ ':method': 'POST' });

function goAways(client: FrameClient): readonly (readonly [lastId: number, code: number])[] {
  return client.frames
    .filter((found) => found.type === type.goAway)
    .map(({ payload }) => [payload.readUInt32BE(0), payload.readUInt32BE(4)] as const);
}

test('a drain says goodbye twice, answers what is open and closes', async (t) => {
  const { proxy, open, held, answer } = await world(t, { lastCallMs: 50 });
  const client = await open();
  client.request(1, waiting);
  await until(() => held.length === 1, 'the request at the upstream');
  const drained = proxy.proxy.drain(5_000);
  await until(() => goAways(client).length === 1, 'the first GOAWAY');
  // What was on its way is still taken.
  client.request(3, waiting);
  await until(() => held.length === 2, 'the request that was on its way');
  await until(() => goAways(client).length === 2, 'the second GOAWAY');
  client.request(5, waiting);
  await client.untilPong();
  assert.equal(held.length, 2);
  answer();
  assert.equal(await client.answered(1), 200);
  assert.equal(await client.answered(3), 200);
  await until(() => client.isClosed, 'the end of the connection');
  assert.deepEqual(goAways(client).slice(0, 2), [
    [0x7fffffff, code.none],
    [3, code.none],
  ]);
  await drained;
});

test('a drain closes a connection without streams', async (t) => {
  const { proxy, open } = await world(t, { lastCallMs: 20 });
  const client = await open();
  const drained = proxy.proxy.drain(5_000);
  await client.untilGone(code.none);
  await drained;
});

test('a client that says goodbye gets its answers first', async (t) => {
  const { open, held, answer } = await world(t);
  const client = await open();
  client.request(1, waiting);
  await until(() => held.length === 1, 'the request at the upstream');
  client.send(frame(type.goAway, 0, 0, Buffer.alloc(8)));
  await client.untilPong();
  answer();
  assert.equal(await client.answered(1), 200);
  await client.untilGone(code.none);
});

test('a connection without streams is closed after its time', async (t) => {
  const { open } = await world(t, { keepAliveMs: 60 });
  const client = await open();
  client.request(1);
  assert.equal(await client.answered(1), 200);
  await client.untilGone(code.none);
  assert.deepEqual(goAways(client), [[1, code.none]]);
});

test('PING does not keep a connection open that has no streams', async (t) => {
  const { open } = await world(t, { keepAliveMs: 60 });
  const client = await open();
  await until(() => {
    if (!client.isClosed) client.send(frame(type.ping, 0, 0, 'keepopen'));
    return client.isClosed;
  }, 'the end of the connection');
});

test('a connection with a stream has no time of its own', async (t) => {
  const { open, held, answer } = await world(t, { keepAliveMs: 30 });
  const client = await open();
  client.request(1, waiting);
  await until(() => held.length === 1, 'the request at the upstream');
  const other = await open();
  await until(() => other.isClosed, 'the end of one without streams');
  answer();
  assert.equal(await client.answered(1), 200);
});

test('after its last request a connection says goodbye', async (t) => {
  const { open } = await world(t, { keepAliveRequests: 3, lastCallMs: 20 });
  const client = await open();
  for (const id of [1, 3, 5]) {
    client.request(id);
    assert.equal(await client.answered(id), 200);
  }
  await client.untilGone(code.none);
  assert.deepEqual(goAways(client).at(-1), [5, code.none]);
});

for (const [what, bytes] of [
  ['nothing behind its preface', preface],
  [
    'half of a frame',
    Buffer.concat([preface, settings(), frame(type.headers, 5, 1, block(waiting)).subarray(0, 12)]),
  ],
  ['half of a header block', Buffer.concat([preface, settings(), frame(type.headers, 1, 1, block(waiting))])],
] as const) {
  test(`a client that sends ${what} is closed after the time of a head`, async (t) => {
    const { proxy } = await world(t, { headMs: 60 });
    const client = await FrameClient.raw(proxy.port, { answers: false });
    t.after(() => client.close());
    client.send(bytes);
    await client.untilGone(code.calm);
  });
}

test('a body that comes too slowly is answered with 408, and its stream ends', async (t) => {
  const { open, proxy } = await world(t, { bodyIdleMs: 60 });
  const client = await open();
  client.request(1, upload, false);
  client.data(1, 'begin', false);
  assert.equal(await client.answered(1), 408);
  await client.untilReset(1, code.none);
  await proxy.untilOutcomes(1);
  assert.equal(proxy.outcomes[0]?.reason, 'RequestTimeout');
  client.request(3);
  assert.equal(await client.answered(3), 200);
});

test('a connection error cancels all that was under way, and the connection is gone within a moment', async (t) => {
  const { open, held, proxy } = await world(t);
  const client = await open();
  for (const id of [1, 3, 5]) client.request(id, waiting);
  await until(() => held.length === 3, 'the requests at the upstream');
  client.send(frame(type.data, 0, 0, 'no stream'));
  await client.untilGone(code.protocol);
  await until(() => proxy.proxy.openConnections === 0, 'nothing to be open', 2_000);
  assert.deepEqual(
    proxy.outcomes.map(({ status }) => status),
    [499, 499, 499],
  );
});

test('a client that does not close after GOAWAY is closed all the same', async (t) => {
  const { proxy } = await world(t);
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  let hasEnded = false;
  socket.resume();
  socket.on('end', () => {
    hasEnded = true;
  });
  socket.write(Buffer.concat([preface, settings(), frame(type.data, 0, 0, 'x')]));
  await until(() => hasEnded, 'the end of what we send');
  await until(() => proxy.proxy.openConnections === 0, 'the connection to be destroyed', 3_000);
});

test('streams are reused in any order without a trace of each other', async (t) => {
  const { open, proxy } = await world(t);
  const client = await open();
  for (let index = 0; index < 300; index++) {
    const id = index * 2 + 1;
    if (index % 3 === 0) client.request(id, request({ ':authority': 'nobody.test', ':path': `/${index}` }));
    else if (index % 3 === 1) {
      client.request(id, request({ ':method': 'POST', ':path': `/${index}` }), false);
      client.data(id, `${index}`, true);
    } else client.request(id, request({ ':path': `/${index}` }, [['cookie', `a=${index}`]]));
    if (index % 20 === 19) await client.answered(id);
  }
  await proxy.untilOutcomes(300);
  for (const { target, host, status, method } of proxy.outcomes) {
    const index = Number(target.slice(1));
    assert.equal(host, index % 3 === 0 ? 'nobody.test' : 'a.test');
    assert.equal(status, index % 3 === 0 ? 404 : 200);
    assert.equal(method, index % 3 === 1 ? 'POST' : 'GET');
  }
});

test('a client that half-closes its connection is gone', async (t) => {
  const { proxy } = await world(t);
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  socket.resume();
  const head = frame(type.headers, flag.endHeaders | flag.endStream, 1, block(waiting));
  socket.end(Buffer.concat([preface, settings(), head]));
  await until(
    () => proxy.outcomes.length === 1 && proxy.proxy.openConnections === 0,
    'the connection to be gone',
  );
  assert.equal(proxy.outcomes[0]?.status, 499);
});
