import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import '../../support/leaks.ts';
import { type Fault, FaultRelay } from '../../support/raw/fault-relay.ts';
import { RawSender } from '../../support/raw/sender.ts';
import { until } from '../../support/raw/until.ts';

/** A target that keeps what it gets, and a client that is connected to it through a relay with a fault. */
async function setUp(t: TestContext, fault: Fault) {
  const target = { socket: null as Socket | null, chunks: [] as string[], hasEnded: false, wasReset: false };
  const server: Server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    target.socket = socket;
    socket.on('data', (chunk) => target.chunks.push(chunk.toString('latin1')));
    socket.on('end', () => {
      target.hasEnded = true;
    });
    socket.on('error', () => {
      target.wasReset = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const relay = await FaultRelay.start(typeof address === 'object' && address !== null ? address.port : 0);
  relay.fault = fault;
  t.after(async () => {
    await relay.close();
    target.socket?.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const client = await RawSender.connect(relay.port);
  t.after(() => client.close());
  const got = (): string => target.chunks.join('');
  const connected = async (): Promise<Socket> => {
    await until(() => target.socket !== null, 'a connection at the target');
    if (target.socket === null) throw new Error('no connection');
    return target.socket;
  };
  return { target, relay, client, got, connected };
}

test('without a fault bytes and ends pass both ways', async (t) => {
  const { target, relay, client, got, connected } = await setUp(t, { kind: 'none' });
  const socket = await connected();
  client.send('ask');
  await until(() => got() === 'ask', 'the bytes');
  client.end();
  await until(() => target.hasEnded, 'the end');
  socket.end('answer');
  await client.untilOver();
  assert.equal(client.received, 'answer');
  await until(() => relay.openCount === 0, 'both sides to be closed');
});

test('a slow reader holds its sender back through a relay', async (t) => {
  const { client, connected, relay } = await setUp(t, { kind: 'none' });
  const socket = await connected();
  client.pause();
  const sent = 64 * 1_048_576;
  for (let index = 0; index < 1024; index++) socket.write(Buffer.alloc(65_536));
  let before = -1;
  await until(() => {
    const isStill = socket.writableLength === before && before < sent;
    before = socket.writableLength;
    return isStill;
  }, 'the sender to stand still');
  assert.ok(before > 0, 'not all has been taken');
  client.resume();
  await until(() => client.receivedBytes === sent, 'all bytes');
  assert.equal(relay.accepted, 1);
});

test('latency delays every byte, jitter included, and keeps their order', async (t) => {
  const { client, got } = await setUp(t, { kind: 'latency', ms: 20, jitterMs: 20 });
  const sentAt = performance.now();
  for (let index = 0; index < 10; index++) {
    client.send(String(index));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => got() === '0123456789', 'all bytes in order');
  assert.ok(performance.now() - sentAt >= 20);
});

test('a reset at once comes without a byte', async (t) => {
  const { relay } = await setUp(t, { kind: 'none' });
  relay.fault = { kind: 'resetAtOnce' };
  const seen: string[] = [];
  const socket = connect(relay.port, '127.0.0.1');
  socket.on('data', () => seen.push('data'));
  socket.on('end', () => seen.push('end'));
  socket.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code ?? ''));
  await until(() => socket.closed, 'the connection to be closed');
  assert.deepEqual(seen, ['ECONNRESET']);
  assert.equal(relay.accepted, 2);
});

test('a reset comes with the first byte of a request, and after so many bytes either way', async (t) => {
  const before = await setUp(t, { kind: 'reset', afterBytes: 0 });
  before.client.send('ask');
  await before.client.untilOver();
  assert.ok(before.client.wasReset);
  assert.equal(before.got(), '');

  const answer = await setUp(t, { kind: 'reset', afterBytes: 3 });
  (await answer.connected()).write('answer');
  await until(() => answer.client.wasReset && answer.target.wasReset, 'a reset of both');
  assert.equal(answer.client.received, 'ans');

  const request = await setUp(t, { kind: 'reset', afterBytes: 2, of: 'request' });
  request.client.send('ask');
  await until(() => request.client.wasReset && request.target.wasReset, 'a reset of both');
  assert.equal(request.got(), 'as');
});

test('a slicer passes single bytes, each in a write of its own', async (t) => {
  const { relay, client, connected, got } = await setUp(t, { kind: 'slice', bytes: 1 });
  const socket = await connected();
  const answer = 'x'.repeat(300);
  socket.write(answer);
  client.send('ask');
  await until(() => client.receivedBytes === 300 && got() === 'ask', 'all bytes');
  assert.ok(client.reads > 3, `${client.reads} reads`);
  assert.equal(relay.accepted, 1);
});

test('a bandwidth passes no more than its bytes in its time', async (t) => {
  const { client, connected } = await setUp(t, { kind: 'bandwidth', bytes: 10, everyMs: 5 });
  const socket = await connected();
  const sentAt = performance.now();
  socket.end('x'.repeat(100));
  await client.untilOver();
  assert.equal(client.receivedBytes, 100);
  assert.ok(performance.now() - sentAt >= 45);
});

test('a blackhole takes everything and passes nothing', async (t) => {
  const { client, target } = await setUp(t, { kind: 'blackhole' });
  client.send(Buffer.alloc(1_000_000));
  await until(() => client.unsentBytes === 0, 'all to be taken');
  assert.equal(target.socket, null);
  assert.equal(client.isOver, false);
  client.end();
  await client.untilOver();
  assert.equal(client.received, '');
});

test('a slow close passes the bytes at once and the end late', async (t) => {
  const { client, connected } = await setUp(t, { kind: 'slowClose', ms: 30 });
  (await connected()).end('answer');
  await client.untilReceived('answer');
  const receivedAt = performance.now();
  assert.equal(client.isOver, false);
  await client.untilOver();
  assert.ok(performance.now() - receivedAt >= 20);
  assert.equal(client.wasReset, false);
});

test('a limit closes both sides in order after its bytes', async (t) => {
  const answer = await setUp(t, { kind: 'limit', bytes: 3 });
  (await answer.connected()).write('answer');
  await until(() => answer.client.isOver && answer.target.hasEnded, 'both ends');
  assert.equal(answer.client.received, 'ans');
  assert.equal(answer.client.wasReset, false);

  const request = await setUp(t, { kind: 'limit', bytes: 2, of: 'request' });
  request.client.send('ask');
  await until(() => request.client.isOver && request.target.hasEnded, 'both ends');
  assert.equal(request.got(), 'as');
});

test('half-open: one side is gone, and the other is not told', async (t) => {
  const answer = await setUp(t, { kind: 'halfOpen', afterBytes: 3 });
  answer.client.send('ask');
  await until(() => answer.got() === 'ask', 'the request');
  (await answer.connected()).write('answer');
  await until(() => answer.relay.openCount === 1, 'the target to be gone');
  answer.client.send('anybody there?');
  await until(() => answer.client.unsentBytes === 0, 'the bytes to be taken');
  assert.equal(answer.client.received, 'ans');
  assert.equal(answer.client.isOver, false);

  const request = await setUp(t, { kind: 'halfOpen', of: 'request' });
  request.client.send('ask');
  await until(() => request.relay.openCount === 1, 'the client to be gone');
  (await request.connected()).write('answer');
  assert.equal(request.got(), '');
  assert.equal(request.target.hasEnded, false);
  assert.equal(request.target.wasReset, false);
});
