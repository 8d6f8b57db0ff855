import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import '../../../support/leaks.ts';
import { ListenError } from '../../../../src/proxy/listen-error.ts';
import { Datagrams } from '../../../support/raw/datagrams.ts';
import { TestUdp, type TestUdpOptions } from '../../../support/raw/test-udp.ts';
import { until } from '../../../support/raw/until.ts';

/** An entry point before an upstream that echoes, ended with the test: by then nothing may be left. */
async function setUp(t: TestContext, options: TestUdpOptions = {}) {
  const upstream = await Datagrams.echo();
  const udp = await TestUdp.start({ endpoints: [upstream.port], ...options });
  const clients: Datagrams[] = [];
  const connect = async (address?: string): Promise<Datagrams> => {
    const client = await Datagrams.open(undefined, address);
    clients.push(client);
    return client;
  };
  t.after(async () => {
    udp.close();
    for (const each of [upstream, ...clients]) await each.close();
    assert.equal(udp.open, 0);
    assert.equal(udp.listener.open.value, 0);
    assert.equal(udp.deadlines.size, 0);
  });
  return { upstream, udp, connect };
}

test('each client has a session, and gets its own answers', async (t) => {
  const { upstream, udp, connect } = await setUp(t, { limits: { udpSessionMs: 200 } });
  const one = await connect();
  const other = await connect();
  for (let index = 0; index < 5; index++) {
    one.send(`one ${index}`, udp.port);
    other.send(`other ${index}`, udp.port);
  }
  await one.untilReceived(5);
  await other.untilReceived(5);
  assert.deepEqual(one.received.map(String).toSorted(), ['one 0', 'one 1', 'one 2', 'one 3', 'one 4']);
  assert.ok(other.received.every((bytes) => String(bytes).startsWith('other')));
  assert.equal(new Set(upstream.from).size, 2);
  await udp.untilOutcomes(2);
  for (const outcome of udp.outcomes) {
    assert.equal(outcome.protocol, 'udp');
    assert.equal(outcome.status, 0);
    assert.equal(outcome.requestBytes, outcome.responseBytes);
    assert.equal(outcome.service, 's');
    assert.equal(outcome.route, 'IngressRouteUDP/default/test/0');
    assert.notEqual(outcome.upstreamMs, null);
  }
});

test('datagrams of every size arrive whole, the empty one too', async (t) => {
  const { udp, connect } = await setUp(t);
  const client = await connect();
  const sizes = [0, 1, 1_472, 9_000, 65_507];
  for (const [index, size] of sizes.entries()) {
    client.send(Buffer.alloc(size, index + 1), udp.port);
    await client.untilReceived(index + 1);
  }
  assert.deepEqual(
    client.received.map((bytes) => bytes.length),
    sizes,
  );
  assert.ok(client.received[4]?.every((byte) => byte === 5));
});

test('a session is over after silence on both sides, and another one begins', async (t) => {
  const { upstream, udp, connect } = await setUp(t, { limits: { udpSessionMs: 30 } });
  const client = await connect();
  client.send('first', udp.port);
  await client.untilReceived(1);
  await udp.untilOutcomes(1);
  client.send('second', udp.port);
  await client.untilReceived(2);
  await udp.untilOutcomes(2);
  assert.equal(new Set(upstream.from).size, 2);
});

test('only the endpoint of a session can answer its client', async (t) => {
  const { upstream, udp, connect } = await setUp(t);
  const client = await connect();
  client.send('question', udp.port);
  await client.untilReceived(1);
  const stranger = await connect();
  const [port = 0] = upstream.from;
  for (let index = 0; index < 5; index++) stranger.send('lie', port);
  client.send('another', udp.port);
  await client.untilReceived(2);
  assert.deepEqual(client.received.map(String), ['question', 'another']);
});

test('sessions are spread by weight, and stay with an endpoint for as long as it is there', async (t) => {
  const { upstream, udp, connect } = await setUp(t, {
    routes: [
      {
        targets: [
          { service: 's', weight: 3 },
          { service: 'other', weight: 1 },
          { service: 'none', weight: 0 },
        ],
      },
    ],
  });
  const second = await Datagrams.echo();
  t.after(() => second.close());
  udp.setEndpoints('other', [second.port]);
  const clients = await Promise.all(Array.from({ length: 8 }, () => connect()));
  for (let round = 1; round <= 2; round++) {
    for (const client of clients) {
      client.send('x', udp.port);
      await client.untilReceived(round);
    }
  }
  assert.equal(new Set(upstream.from).size, 6);
  assert.equal(new Set(second.from).size, 2);
  assert.equal(second.received.length, 4);
});

test('a client whose endpoint has gone is served by another one', async (t) => {
  const { udp, connect } = await setUp(t);
  const second = await Datagrams.echo();
  t.after(() => second.close());
  const client = await connect();
  client.send('before', udp.port);
  await client.untilReceived(1);
  udp.setEndpoints('s', [second.port]);
  client.send('after', udp.port);
  await client.untilReceived(2);
  assert.deepEqual(second.received.map(String), ['after']);
  assert.equal(udp.outcomes.length, 1);
});

test('where nobody listens the session fails, and the next datagram tries another endpoint', async (t) => {
  const { upstream, udp, connect } = await setUp(t);
  const closed = await Datagrams.open();
  const { port } = closed;
  await closed.close();
  udp.setEndpoints('s', [port, upstream.port]);
  const client = await connect();
  client.send('lost', udp.port);
  await udp.untilOutcomes(1);
  assert.equal(udp.outcomes[0]?.reason, 'UpstreamConnectFailed');
  assert.equal(udp.outcomes[0]?.status, 502);
  client.send('found', udp.port);
  await client.untilReceived(1);
});

test('what no route, no usable route or no endpoint is for is dropped', async (t) => {
  const { udp, connect } = await setUp(t, { routes: [] });
  const client = await connect();
  const routes = [[], [{ fails: true }], [{ targets: [{ service: 'empty', weight: 1 }] }]];
  for (const [index, each] of routes.entries()) {
    udp.publish(each);
    client.send('lost', udp.port);
    await until(() => udp.refused.length === index + 1, 'a datagram to be dropped');
  }
  assert.deepEqual(udp.refused, ['NoUpstream', 'NoUpstream', 'NoUpstream']);
  udp.publish([{}]);
  client.send('at last', udp.port);
  await client.untilReceived(1);
  assert.deepEqual(client.received.map(String), ['at last']);
});

test('of the routes of an entry point the one of the oldest object gets all', async (t) => {
  const young = { id: 'IngressRouteUDP/default/young/0', createdAt: '2026-02-01T00:00:00Z' };
  const old = { id: 'IngressRouteUDP/default/old/0', createdAt: '2026-01-01T00:00:00Z' };
  const { udp, connect } = await setUp(t, { routes: [young, old], limits: { udpSessionMs: 20 } });
  const client = await connect();
  client.send('x', udp.port);
  await udp.untilOutcomes(1);
  udp.publish([], [old.id]);
  client.send('x', udp.port);
  await udp.untilOutcomes(2);
  assert.deepEqual(
    udp.outcomes.map(({ route }) => route),
    [old.id, young.id],
  );
});

test('no more sessions are held than allowed: those of a single datagram make room, others stay', async (t) => {
  const { udp, connect } = await setUp(t, { limits: { udpSessions: 16, udpClientSessions: 100 } });
  const regular = await connect();
  regular.send('one', udp.port);
  regular.send('two', udp.port);
  await regular.untilReceived(2);
  const others = await Promise.all(Array.from({ length: 60 }, () => connect()));
  for (const other of others) other.send('made up', udp.port);
  await until(
    () => udp.outcomes.length > 0 && udp.refused.length > 0,
    'sessions to go and datagrams to be dropped',
  );
  assert.ok(udp.open <= 16);
  assert.ok(udp.outcomes.every(({ reason }) => reason === 'TooManyConnections'));
  assert.deepEqual([...new Set(udp.refused)], ['TooManySessions']);
  regular.send('three', udp.port);
  await regular.untilReceived(3);
});

test('where all sessions are in use, a new client gets nothing until one is over', async (t) => {
  const { udp, connect } = await setUp(t, { limits: { udpSessions: 2, udpSessionMs: 400 } });
  const clients = [await connect(), await connect()];
  for (const client of clients) {
    client.send('one', udp.port);
    client.send('two', udp.port);
    await client.untilReceived(2);
  }
  const late = await connect();
  late.send('let me in', udp.port);
  await until(() => udp.refused.length > 0, 'a datagram to be dropped');
  assert.equal(late.received.length, 0);
  await udp.untilOutcomes(1);
  await until(() => {
    late.send('now', udp.port);
    return late.received.length > 0;
  }, 'an answer');
});

test('one client address has so many sessions at most, and others are not worse off', async (t) => {
  const { udp, connect } = await setUp(t, { limits: { udpClientSessions: 2 } });
  const clients = await Promise.all([connect(), connect(), connect()]);
  for (const client of clients) client.send('x', udp.port);
  await until(() => udp.refused.length === 1, 'one to be dropped');
  const other = await connect('127.0.0.2');
  other.send('x', udp.port);
  await other.untilReceived(1);
});

test('a drain ends no session, and begins none', async (t) => {
  const { udp, connect } = await setUp(t, { limits: { udpSessionMs: 200 } });
  const known = await connect();
  known.send('one', udp.port);
  await known.untilReceived(1);
  udp.listener.drain();
  const late = await connect();
  late.send('too late', udp.port);
  known.send('two', udp.port);
  await known.untilReceived(2);
  await udp.listener.open.whenZero(10_000);
  assert.equal(udp.outcomes.length, 1);
  assert.equal(udp.outcomes[0]?.reason, null);
  assert.equal(late.received.length, 0);
});

test('what is still there at the end of the grace is ended', async (t) => {
  const { udp, connect } = await setUp(t);
  const client = await connect();
  client.send('one', udp.port);
  await client.untilReceived(1);
  udp.close();
  assert.equal(udp.outcomes[0]?.reason, 'Draining');
});

test('a port that is taken is told of in words', async (t) => {
  const { udp } = await setUp(t);
  await assert.rejects(TestUdp.start({ port: udp.port }), (error) => {
    assert.ok(error instanceof ListenError);
    assert.equal(error.message, `entry point "dns": 127.0.0.1:${udp.port} is already in use`);
    return true;
  });
});

test('an entry point without a host takes datagrams of both address families', async (t) => {
  const { udp, connect } = await setUp(t, { host: '', limits: { udpSessionMs: 50 } });
  const client = await connect();
  client.send('x', udp.port);
  await client.untilReceived(1);
  await udp.untilOutcomes(1);
  assert.equal(udp.outcomes[0]?.clientIp, '127.0.0.1');
});

test('where several threads listen on a port, a client stays with one of them', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const first = await setUp(t, { reusePort: true });
  const second = await setUp(t, { reusePort: true, port: first.udp.port });
  const clients = await Promise.all(Array.from({ length: 40 }, () => first.connect()));
  for (let round = 1; round <= 3; round++) {
    for (const client of clients) client.send('x', first.udp.port);
    for (const client of clients) await client.untilReceived(round);
  }
  const sessions = new Set(first.upstream.from).size + new Set(second.upstream.from).size;
  assert.equal(sessions, clients.length);
  assert.ok(new Set(first.upstream.from).size > 0 && new Set(second.upstream.from).size > 0);
});
