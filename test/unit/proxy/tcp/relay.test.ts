import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import '../../../support/leaks.ts';
import { BytePeer, type PeerConnection } from '../../../support/raw/byte-peer.ts';
import { RawSender } from '../../../support/raw/sender.ts';
import type { TestTcpRoute } from '../../../support/raw/tcp-routes.ts';
import { TestRelays, type TestRelaysOptions } from '../../../support/raw/test-relays.ts';
import { until } from '../../../support/raw/until.ts';

/** Relays before one upstream, all ended with the test: by then nothing may be wrong or left. */
async function setUp(
  t: TestContext,
  options: TestRelaysOptions = {},
  onConnection?: (connection: PeerConnection) => void,
) {
  const peer = await BytePeer.start(onConnection);
  const relays = await TestRelays.start({ endpoints: { s: [peer.port] }, ...options });
  t.after(async () => {
    await relays.close();
    await peer.close();
    assert.deepEqual(relays.bugs, []);
    assert.equal(relays.open.size, 0);
    assert.equal(relays.deadlines.size, 0);
    assert.equal(relays.stalls.count, 0);
  });
  return { peer, relays };
}

/** A port that refuses connections. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('bytes go both ways as they come, and one outcome tells of them', async (t) => {
  const { peer, relays } = await setUp(t);
  const client = await RawSender.connect(relays.port);
  const upstream = await peer.connection();
  upstream.socket.write('the server speaks first');
  await client.untilReceived('first');
  client.send('and the client answers');
  await upstream.untilReceived('answers');
  client.end();
  await until(() => upstream.hasEnded, 'the end at the upstream');
  upstream.socket.end();
  await client.untilOver();
  await relays.untilOutcomes(1);
  const [outcome] = relays.outcomes;
  assert.equal(outcome?.protocol, 'tcp');
  assert.equal(outcome?.status, 0);
  assert.equal(outcome?.reason, null);
  assert.equal(outcome?.requestBytes, 22);
  assert.equal(outcome?.responseBytes, 23);
  assert.equal(outcome?.route, 'IngressRouteTCP/default/test/0');
  assert.equal(outcome?.service, 's');
  assert.equal(outcome?.endpoint, `127.0.0.1:${peer.port}`);
  assert.equal(client.wasReset, false);
  assert.equal(upstream.wasReset, false);
  client.close();
});

test('a client that has ended gets what the upstream still sends, however long that takes', async (t) => {
  const { peer, relays } = await setUp(t, { routes: [{ targets: [{ terminationDelayMs: -1 }] }] });
  const client = await RawSender.connect(relays.port);
  client.send('question');
  client.end();
  const upstream = await peer.connection();
  await until(() => upstream.hasEnded, 'the end at the upstream');
  upstream.socket.write('answer ');
  await client.untilReceived('answer ');
  upstream.socket.end('and the end');
  await client.untilReceived('and the end');
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.reason, null);
  client.close();
});

test('an upstream that has ended gets what the client still sends', async (t) => {
  const { peer, relays } = await setUp(t, { routes: [{ targets: [{ terminationDelayMs: -1 }] }] });
  const client = await RawSender.connect(relays.port);
  const upstream = await peer.connection();
  upstream.socket.end('all I have to say');
  await client.untilOver();
  assert.equal(client.received, 'all I have to say');
  client.send('but I have more');
  await upstream.untilReceived('but I have more');
  client.end();
  await until(() => upstream.hasEnded, 'the end at the upstream');
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.reason, null);
  assert.equal(client.wasReset, false);
  client.close();
});

for (const side of ['client', 'upstream'] as const) {
  test(`a ${side} that has ended waits for a silent peer as long as the termination delay says`, async (t) => {
    const { peer, relays } = await setUp(t, { routes: [{ targets: [{ terminationDelayMs: 20 }] }] });
    const client = await RawSender.connect(relays.port);
    const upstream = await peer.connection();
    client.send('x');
    await upstream.untilReceived('x');
    if (side === 'client') client.end();
    else upstream.socket.end();
    await relays.untilOutcomes(1);
    assert.equal(relays.outcomes[0]?.reason, null);
    await until(() => client.isOver && upstream.hasEnded, 'the end of both');
    client.close();
  });
}

test('a stream of 64 MiB each way arrives byte by byte as it was sent', async (t) => {
  const { peer, relays } = await setUp(t, {}, ({ socket }) => {
    socket.removeAllListeners('data');
    socket.pipe(socket);
  });
  const client = await RawSender.connect(relays.port);
  const sent = createHash('sha256');
  const chunk = randomBytes(1_048_576);
  for (let index = 0; index < 64; index++) {
    chunk.writeUInt32BE(index);
    const bytes = Buffer.from(chunk);
    sent.update(bytes);
    client.send(bytes);
    if (index % 8 === 7) await until(() => client.receivedBytes > (index - 7) * 1_048_576, 'bytes', 30_000);
  }
  client.end();
  await client.untilOver(30_000);
  const received = createHash('sha256').update(client.receivedBuffer).digest('hex');
  assert.equal(received, sent.digest('hex'));
  assert.equal(peer.connections.length, 1);
  client.close();
});

test('a peer that does not read holds the other one back', async (t) => {
  const { peer, relays } = await setUp(t);
  const client = await RawSender.connect(relays.port);
  client.pause();
  const upstream = await peer.connection();
  const bytes = Buffer.alloc(32 * 1_048_576, 'a');
  upstream.socket.write(bytes);
  const held = (): number => upstream.socket.writableLength;
  await until(() => relays.stalls.count === 1, 'the client to stall');
  // In so many turns of the event loop all of it would have been read, were it read at all.
  for (let turn = 0; turn < 2_000; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(held() > 8 * 1_048_576, 'the upstream is held back');
  client.resume();
  upstream.socket.end();
  await client.untilOver(30_000);
  assert.equal(client.receivedBytes, bytes.length);
  client.close();
});

test('a client that takes nothing for too long is closed, and the upstream notices', async (t) => {
  const { peer, relays } = await setUp(t, { limits: { clientStallMs: 50 } });
  const client = await RawSender.connect(relays.port);
  client.pause();
  const upstream = await peer.connection();
  upstream.socket.write(Buffer.alloc(32 * 1_048_576));
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.reason, 'RequestTimeout');
  await until(() => upstream.isClosed, 'the upstream to notice');
  assert.equal(upstream.wasReset, true);
  client.close();
});

test('a client that stalls is not kept by what it goes on to send', async (t) => {
  const { peer, relays } = await setUp(t, { limits: { clientStallMs: 100 } });
  const client = await RawSender.connect(relays.port);
  client.pause();
  const upstream = await peer.connection();
  upstream.socket.write(Buffer.alloc(32 * 1_048_576));
  await until(() => relays.stalls.count === 1, 'the client to stall');
  const timer = setInterval(() => client.send('x'), 5);
  t.after(() => clearInterval(timer));
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.reason, 'RequestTimeout');
  clearInterval(timer);
  client.close();
});

test('an upstream that takes nothing for too long ends the connection', async (t) => {
  const { peer, relays } = await setUp(t, { limits: { clientStallMs: 50 } }, ({ socket }) => socket.pause());
  const client = await RawSender.connect(relays.port);
  await peer.connection();
  client.send(Buffer.alloc(32 * 1_048_576));
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.reason, 'UpstreamTimeout');
  await client.untilOver();
  client.close();
});

test('silence on both sides ends a connection when it has lasted too long', async (t) => {
  const { peer, relays } = await setUp(t, { limits: { tunnelIdleMs: 50 } });
  const client = await RawSender.connect(relays.port);
  const upstream = await peer.connection();
  await client.untilOver();
  await until(() => upstream.hasEnded || upstream.isClosed, 'the end at the upstream');
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.reason, null);
  assert.equal(client.wasReset, false);
  client.close();
});

test('a reset of the client reaches the upstream as one', async (t) => {
  const { peer, relays } = await setUp(t);
  const client = await RawSender.connect(relays.port);
  const upstream = await peer.connection();
  client.send('x');
  await upstream.untilReceived('x');
  client.reset();
  await until(() => upstream.isClosed, 'the upstream to notice');
  assert.equal(upstream.wasReset, true);
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.reason, 'ClientClosed');
});

test('a reset of the upstream reaches the client as one, also behind bytes', async (t) => {
  const { peer, relays } = await setUp(t);
  const client = await RawSender.connect(relays.port);
  const upstream = await peer.connection();
  upstream.socket.write('half of an ans');
  await client.untilReceived('half');
  upstream.socket.resetAndDestroy();
  await client.untilOver();
  await until(() => client.wasReset, 'a reset');
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.reason, 'UpstreamReset');
  client.close();
});

test('a client that resets after it has ended does not count as one that was served', async (t) => {
  const { peer, relays } = await setUp(t, { routes: [{ targets: [{ terminationDelayMs: -1 }] }] });
  const client = await RawSender.connect(relays.port);
  client.end();
  const upstream = await peer.connection();
  await until(() => upstream.hasEnded, 'the end at the upstream');
  client.reset();
  upstream.socket.on('error', () => {});
  const timer = setInterval(() => upstream.socket.write('x'), 5);
  t.after(() => clearInterval(timer));
  await relays.untilOutcomes(1);
  clearInterval(timer);
  assert.equal(relays.outcomes[0]?.reason, 'ClientClosed');
});

test('an endpoint that refuses is passed over once, and bytes that came meanwhile are not lost', async (t) => {
  const { peer, relays } = await setUp(t);
  relays.setEndpoints('s', [await closedPort(), peer.port]);
  const client = await RawSender.connect(relays.port);
  client.send('early bytes');
  const upstream = await peer.connection();
  await upstream.untilReceived('early bytes');
  client.close();
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.retries, 1);
});

test('where nobody accepts, the client is closed and the outcome says so', async (t) => {
  const { relays } = await setUp(t);
  relays.setEndpoints('s', [await closedPort()]);
  const one = await RawSender.connect(relays.port);
  await one.untilOver();
  relays.setEndpoints('s', [await closedPort(), await closedPort(), await closedPort()]);
  const other = await RawSender.connect(relays.port);
  await other.untilOver();
  await relays.untilOutcomes(2);
  assert.deepEqual(
    relays.outcomes.map(({ reason, status, retries }) => ({ reason, status, retries })),
    [
      { reason: 'UpstreamConnectFailed', status: 502, retries: 0 },
      { reason: 'UpstreamConnectFailed', status: 502, retries: 1 },
    ],
  );
  one.close();
  other.close();
});

test('a connection that no endpoint, no usable route or no route at all is for is closed', async (t) => {
  const { relays } = await setUp(t, { endpoints: {} });
  const reasons: (string | null | undefined)[] = [];
  const unknown: TestTcpRoute = { targets: [{ tls: true, transport: 'default/unknown' }] };
  for (const route of [{}, { fails: true }, { entryPoints: ['other'] }, unknown]) {
    relays.publish([route]);
    if (route === unknown) relays.setEndpoints('s', [1]);
    const client = await RawSender.connect(relays.port);
    await client.untilOver();
    client.close();
    await relays.untilOutcomes(reasons.length + 1);
    reasons.push(relays.outcomes.at(-1)?.reason);
  }
  assert.deepEqual(reasons, ['NoEndpoints', 'RouteBroken', 'NoRoute', 'RouteBroken']);
});

test('an endpoint that does not answer is given up after the time limit', async (t) => {
  const { relays } = await setUp(t, { limits: { connectMs: 30 } });
  // Of the block for documentation (RFC 5737): nobody answers, or the system says at once that there is no way.
  const state = { ready: true, serving: true, terminating: false };
  relays.services.setEndpoints(
    [{ service: 's', endpoints: [{ address: '192.0.2.1', port: 9, ...state }] }],
    [],
  );
  const client = await RawSender.connect(relays.port);
  await client.untilOver();
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.reason, 'UpstreamConnectFailed');
  client.close();
});

test('a client that leaves while the upstream is being connected to costs nothing more', async (t) => {
  const { relays } = await setUp(t, { limits: { connectMs: 60_000 } });
  const state = { ready: true, serving: true, terminating: false };
  relays.services.setEndpoints(
    [{ service: 's', endpoints: [{ address: '192.0.2.1', port: 9, ...state }] }],
    [],
  );
  const client = await RawSender.connect(relays.port);
  client.reset();
  await relays.untilOutcomes(1);
  assert.equal(relays.open.size, 0);
});

test('connections are spread over services by weight', async (t) => {
  const { peer, relays } = await setUp(t, {
    routes: [
      { targets: [{ service: 's', weight: 3 }, { service: 'other' }, { service: 'none', weight: 0 }] },
    ],
  });
  const other = await BytePeer.start();
  t.after(() => other.close());
  relays.setEndpoints('other', [other.port]);
  relays.setEndpoints('none', [other.port]);
  for (let index = 0; index < 8; index++) {
    const client = await RawSender.connect(relays.port);
    await until(() => peer.connections.length + other.connections.length === index + 1, 'the upstream');
    client.close();
  }
  assert.equal(peer.connections.length, 6);
  assert.equal(other.connections.length, 2);
});

for (const [version, begin] of [
  [1, 'PROXY TCP4 127.0.0.1 127.0.0.1 '],
  [2, '\r\n\r\n\0\r\nQUIT\n\x21\x11'],
] as const) {
  test(`a connection can begin with a PROXY header of version ${version}`, async (t) => {
    const { peer, relays } = await setUp(t, { routes: [{ targets: [{ proxyProtocol: version }] }] });
    const client = await RawSender.connect(relays.port);
    client.send('hello');
    const upstream = await peer.connection();
    await upstream.untilReceived('hello');
    assert.ok(upstream.received.toString('latin1').startsWith(begin));
    client.close();
  });
}

test('bytes that were read before the relay began are relayed first', async (t) => {
  const { peer, relays } = await setUp(t, { start: { early: Buffer.from('what was read, ') } });
  const client = await RawSender.connect(relays.port);
  client.send('what came');
  const upstream = await peer.connection();
  await upstream.untilReceived('what came');
  assert.equal(upstream.received.toString(), 'what was read, what came');
  client.close();
});

test('a connection goes on while others drain, and ends orderly at the end of the grace', async (t) => {
  const { peer, relays } = await setUp(t);
  const client = await RawSender.connect(relays.port);
  const upstream = await peer.connection();
  for (const connection of relays.open) connection.drain();
  client.send('still here');
  await upstream.untilReceived('still here');
  for (const connection of relays.open) connection.destroy();
  await client.untilOver();
  await relays.untilOutcomes(1);
  assert.equal(relays.outcomes[0]?.reason, 'Draining');
  assert.equal(client.wasReset, false);
  client.close();
});

test('a connection keeps the route that it began with', async (t) => {
  const { peer, relays } = await setUp(t);
  const client = await RawSender.connect(relays.port);
  const upstream = await peer.connection();
  relays.publish([], ['IngressRouteTCP/default/test/0']);
  relays.setEndpoints('s', []);
  client.send('still here');
  await upstream.untilReceived('still here');
  client.close();
});
