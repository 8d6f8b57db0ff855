import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import { RawSender } from '../support/raw/sender.ts';
import { TestProxy, type TestProxyOptions } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { frame, handshake, switching } from '../support/raw/websocket.ts';
import { type EchoConnection, type EchoOptions, WebSocketEcho } from '../support/raw/websocket-echo.ts';

async function setUp(t: TestContext, upstream: EchoOptions = {}, options: TestProxyOptions = {}) {
  const echo = await WebSocketEcho.start(upstream);
  const proxy = await TestProxy.start({ endpoints: [echo.port], ...options });
  t.after(async () => {
    await proxy.close();
    await echo.close();
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
    assert.equal(proxy.proxy.openConnections, 0);
  });
  return { echo, proxy };
}

/** Opens a tunnel and returns both of its ends. */
async function open({ echo, proxy }: { echo: WebSocketEcho; proxy: TestProxy }) {
  const { length } = echo.connections;
  const sender = await RawSender.connect(proxy.port);
  sender.send(handshake());
  await sender.untilReceived('\r\n\r\n');
  return { sender, upstream: await echo.connection(length) };
}

/** What a client has received behind the head of its answer. */
function inside(sender: RawSender): string {
  return sender.received.slice(sender.received.indexOf('\r\n\r\n') + 4);
}

/** Waits until an upstream that does not close by itself has seen the end of its tunnel. */
async function untilLeft(upstream: EchoConnection, ms?: number): Promise<void> {
  await until(() => upstream.hasEnded || upstream.isClosed, "the upstream's end", ms);
}

/** Resolves with a number that has stopped changing. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  let same = 0;
  await until(() => {
    const now = read();
    same = now === last ? same + 1 : 0;
    last = now;
    return same === 60;
  }, 'a number to settle');
  return last;
}

const mebi = 1_048_576;
/** More than all socket buffers of two connections can hold. */
const flood = 96 * mebi;
/** No part of it looks like another one, so that bytes in a wrong place show. */
const chunk = randomBytes(mebi);

/** Writes `flood` bytes as fast as they are taken; the returned function tells how many have been handed to the system. */
function pour(write: (bytes: Buffer) => boolean, onDrain: (next: () => void) => void): () => number {
  let written = 0;
  const next = (): void => {
    while (written < flood) {
      written += chunk.length;
      if (write(chunk)) continue;
      onDrain(next);
      return;
    }
  };
  next();
  return () => written;
}

test('a client that does not read holds its upstream back, and then gets everything', async (t) => {
  const world = await setUp(t, { echoes: false });
  const { sender, upstream } = await open(world);
  sender.pause();
  const { socket } = upstream;
  const before = process.memoryUsage().arrayBuffers;
  const written = pour(
    (bytes) => socket.write(bytes),
    (next) => socket.once('drain', next),
  );
  const held = await settled(written);
  assert.ok(held < flood / 2, `${held} bytes were taken`);
  assert.ok(process.memoryUsage().arrayBuffers - before < 24 * mebi, 'memory grew');
  // The other direction is not held back.
  sender.send(frame('still here', { masked: true }));
  await until(() => upstream.frames.length === 1, 'a frame of the client that does not read');
  const head = sender.received.indexOf('\r\n\r\n') + 4;
  sender.resume();
  await until(() => sender.receivedBytes === head + flood, 'all bytes', 60_000);
  const { receivedBuffer } = sender;
  for (let at = head; at < head + flood; at += mebi) {
    assert.ok(receivedBuffer.subarray(at, at + mebi).equals(chunk), `the bytes from ${at} on`);
  }
  sender.close();
});

test('bytes that wait for a client are not overwritten by those that come behind them', async (t) => {
  const world = await setUp(t, { echoes: false });
  const { sender, upstream } = await open(world);
  const head = sender.receivedBytes;
  sender.pause();
  const sent: Buffer[] = [];
  // Small enough that several of them wait in the proxy before it stops reading.
  while (upstream.socket.writableLength < 200_000 && sent.length < 5_000) {
    const piece = randomBytes(20_000);
    sent.push(piece);
    upstream.socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const whole = Buffer.concat(sent);
  sender.resume();
  await until(() => sender.receivedBytes === head + whole.length, 'all bytes', 60_000);
  assert.ok(sender.receivedBuffer.subarray(head).equals(whole));
  sender.close();
});

test('an upstream that does not read holds its client back, and then gets everything', async (t) => {
  const world = await setUp(t, { reads: false });
  const { sender, upstream } = await open(world);
  upstream.socket.pause();
  let sent = 0;
  for (; sent < flood; sent += chunk.length) sender.send(chunk);
  // What the proxy has taken is what the client could get rid of.
  const held = await settled(() => sender.unsentBytes);
  assert.ok(held > flood / 2, `only ${held} bytes stayed with the client`);
  upstream.socket.write(frame('still here'));
  await sender.untilReceived('still here');
  upstream.socket.resume();
  await until(() => upstream.tunnelBytes === flood, 'all bytes', 60_000);
  sender.close();
});

test('a client that leaves its buffer untouched for too long is closed, and so is its upstream', async (t) => {
  const world = await setUp(t, { echoes: false }, { limits: { clientStallMs: 30 } });
  const { sender, upstream } = await open(world);
  sender.pause();
  pour(
    (bytes) => upstream.socket.write(bytes),
    (next) => upstream.socket.once('drain', next),
  );
  await until(() => upstream.isClosed, 'the upstream to be closed');
  await world.proxy.untilOutcomes(1);
  sender.close();
});

test('a silent tunnel is closed on both sides', async (t) => {
  const world = await setUp(t, { echoes: false }, { limits: { tunnelIdleMs: 30 } });
  const { sender, upstream } = await open(world);
  await sender.untilOver();
  await untilLeft(upstream);
  await world.proxy.untilOutcomes(1);
  assert.equal(world.proxy.outcomes[0]?.status, 101);
  assert.equal(world.proxy.outcomes[0]?.reason, null);
  sender.close();
});

test('a tunnel lives on, whatever is published meanwhile', async (t) => {
  const world = await setUp(t);
  const { sender, upstream } = await open(world);
  for (let count = 1; count <= 300; count++) {
    world.proxy.publish([{ fails: count % 2 === 0, rule: { kind: 'host', host: `h${count}.test` } }]);
    world.proxy.setEndpoints('s', count % 3 === 0 ? [world.echo.port] : []);
    if (count % 50 > 0) continue;
    sender.send(frame(`swap ${count}.`, { masked: true }));
    await sender.untilReceived(`swap ${count}.`);
  }
  assert.equal(upstream.isClosed, false);
  assert.equal(world.proxy.outcomes.length, 0);
  sender.close();
});

test('at the end of a drain a client is told that the server goes away, and not before', async (t) => {
  const world = await setUp(t, {}, { routes: [{ rule: { kind: 'host', host: '127.0.0.1' } }] });
  const socket = new WebSocket(`ws://127.0.0.1:${world.proxy.port}/`);
  const received: unknown[] = [];
  socket.addEventListener('message', ({ data }) => received.push(data));
  const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve));
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const drained = world.proxy.proxy.drain(300);
  socket.send('while it drains');
  await until(() => received.length === 1, 'an echo during the drain');
  const { code, wasClean } = await closed;
  assert.deepEqual({ code, wasClean }, { code: 1001, wasClean: true });
  await drained;
  await until(() => world.echo.openCount === 0, 'the upstream to be closed');
  assert.equal(world.proxy.outcomes[0]?.status, 101);
  assert.equal(world.proxy.outcomes[0]?.reason, 'Draining');
});

test('a Close of ours is sent between frames only, and never behind one of the upstream', async (t) => {
  const world = await setUp(t, { echoes: false });
  const goingAway = '\x88\x02\x03\xe9';
  const whole = frame('whole').toString('latin1');
  const close = frame(Buffer.from([3, 232]), { opcode: 8 }).toString('latin1');
  const cases = [
    ['', goingAway],
    [whole, whole + goingAway],
    [whole.slice(0, 1), whole.slice(0, 1)],
    [whole.slice(0, -1), whole.slice(0, -1)],
    [whole + close, whole + close],
    [
      frame('masked', { masked: true }).toString('latin1'),
      frame('masked', { masked: true }).toString('latin1'),
    ],
  ] as const;
  const tunnels: { sender: RawSender; upstream: EchoConnection; wanted: string }[] = [];
  for (const [sent, wanted] of cases) {
    const tunnel = await open(world);
    if (sent !== '') tunnel.upstream.socket.write(Buffer.from(sent, 'latin1'));
    await until(() => inside(tunnel.sender) === sent, 'what the upstream said');
    tunnels.push({ ...tunnel, wanted });
  }
  const drained = world.proxy.proxy.drain(10);
  for (const { sender, upstream, wanted } of tunnels) {
    await sender.untilOver();
    assert.equal(inside(sender), wanted);
    await untilLeft(upstream);
    sender.close();
  }
  await drained;
});

test('whoever breaks off closes the other side within a second', async (t) => {
  const world = await setUp(t, { echoes: false });
  for (const leave of ['close', 'reset'] as const) {
    const { sender, upstream } = await open(world);
    sender[leave]();
    await untilLeft(upstream, 1_000);
    upstream.socket.end();
    await until(() => upstream.isClosed, 'the upstream to be closed', 1_000);
  }
  for (const leave of ['destroy', 'resetAndDestroy'] as const) {
    const { sender, upstream } = await open(world);
    upstream.socket.write(frame('farewell'));
    await sender.untilReceived('farewell');
    upstream.socket[leave]();
    await sender.untilOver(1_000);
    sender.end();
  }
  await world.proxy.untilOutcomes(4);
  assert.deepEqual(
    world.proxy.outcomes.map(({ status, reason }) => [status, reason]),
    [
      [101, null],
      [101, 'ClientClosed'],
      [101, null],
      [101, 'UpstreamReset'],
    ],
  );
});

test('one side may stop sending and still listen', async (t) => {
  const world = await setUp(t, { echoes: false });
  const first = await open(world);
  first.sender.send(frame('all I have', { masked: true }));
  first.sender.end();
  await until(() => first.upstream.hasEnded, 'the end at the upstream');
  assert.equal(first.upstream.frames[0]?.payload.toString(), 'all I have');
  first.upstream.socket.write(frame('and my answer'));
  await first.sender.untilReceived('and my answer');
  assert.equal(first.sender.isOver, false);
  first.upstream.socket.end(frame('that is all'));
  await first.sender.untilReceived('that is all');
  await world.proxy.untilOutcomes(1);

  const second = await open(world);
  second.upstream.socket.end(frame('I am done'));
  await second.sender.untilOver();
  assert.match(inside(second.sender), /I am done$/);
  second.sender.send(frame('I am not', { masked: true }));
  await until(() => second.upstream.frames.length === 1, 'what the client still had to say');
  second.sender.end();
  await until(() => second.upstream.isClosed, 'both to be closed');
  await world.proxy.untilOutcomes(2);
  assert.deepEqual(
    world.proxy.outcomes.map(({ reason }) => reason),
    [null, null],
  );
});

test('a side that never answers the end of the other one does not keep the tunnel', async (t) => {
  const world = await setUp(t, { echoes: false }, { limits: { tunnelHalfClosedMs: 30 } });
  const { sender, upstream } = await open(world);
  sender.end();
  await sender.untilOver();
  await untilLeft(upstream);
  const other = await open(world);
  other.upstream.socket.end();
  await until(() => other.upstream.isClosed, 'the other upstream to be closed');
  await world.proxy.untilOutcomes(2);
  other.sender.close();
});

test('what a client said last reaches a slow upstream after both have ended', async (t) => {
  const world = await setUp(t, { echoes: false, reads: false });
  const { sender, upstream } = await open(world);
  upstream.socket.pause();
  const bytes = 12 * mebi;
  sender.send(Buffer.alloc(bytes, 1));
  sender.end();
  upstream.socket.end();
  await sender.untilOver();
  upstream.socket.resume();
  await until(() => upstream.tunnelBytes === bytes && upstream.hasEnded, 'all of it');
  sender.close();
  await world.proxy.untilOutcomes(1);
  assert.equal(world.proxy.outcomes[0]?.requestBytes, bytes);
});

test('two hundred tunnels at a time keep to themselves', async (t) => {
  const world = await setUp(t);
  const count = 200;
  const senders = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const sender = await RawSender.connect(world.proxy.port);
      sender.send(handshake(`/${index}`));
      await sender.untilReceived('\r\n\r\n');
      return sender;
    }),
  );
  assert.equal(world.proxy.proxy.inFlight, count);
  assert.equal(world.proxy.proxy.openConnections, count);
  for (let round = 0; round < 5; round++) {
    for (const [index, sender] of senders.entries()) {
      sender.send(frame(`<${index}:${round}>`.repeat(50), { masked: true }));
    }
  }
  for (const [index, sender] of senders.entries()) {
    const wanted = Array.from({ length: 5 }, (_, round) => frame(`<${index}:${round}>`.repeat(50)));
    const text = Buffer.concat(wanted).toString('latin1');
    await until(() => inside(sender).length === text.length, `the echoes of tunnel ${index}`);
    assert.equal(inside(sender), text);
  }
  for (const sender of senders) sender.close();
  await world.proxy.untilOutcomes(count);
  await until(() => world.echo.openCount === 0, 'no upstream connection to be left');
  await until(() => world.proxy.proxy.openConnections === 0, 'no connection to be left');
});

test('closing at once takes tunnels along, even one whose client has gone', async (t) => {
  const world = await setUp(t, { echoes: false, reads: false });
  const plain = await open(world);
  const slow = await open(world);
  slow.upstream.socket.pause();
  slow.sender.send(Buffer.alloc(12 * mebi, 1));
  slow.sender.end();
  slow.upstream.socket.end();
  await slow.sender.untilOver();
  await world.proxy.proxy.close();
  await until(() => world.proxy.outcomes.length === 2, 'both outcomes');
  assert.equal(world.proxy.proxy.inFlight, 0);
  slow.upstream.socket.resume();
  await untilLeft(slow.upstream);
  await untilLeft(plain.upstream);
  plain.sender.close();
  slow.sender.close();
});

test('a tunnel opens on a connection that has been used before, on both sides', async (t) => {
  let isFirst = true;
  const world = await setUp(t, {
    answer: (connection) => {
      if (!isFirst) return switching(connection.head);
      isFirst = false;
      connection.head = '';
      return 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    },
  });
  const sender = await RawSender.connect(world.proxy.port);
  sender.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
  await sender.untilReceived('\r\n\r\nok');
  sender.send(handshake());
  await sender.untilReceived('HTTP/1.1 101 ');
  assert.equal(world.echo.connections.length, 1);
  sender.send(frame('through', { masked: true }));
  await sender.untilReceived('through');
  sender.close();
});
