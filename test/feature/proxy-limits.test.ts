import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import type { Limits } from '../../src/proxy/limits.ts';
import { FaultRelay } from '../support/raw/fault-relay.ts';
import { splitMessages } from '../support/raw/messages.ts';
import { RawRecorder, type RecorderOptions } from '../support/raw/recorder.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

async function setUp(t: TestContext, limits: Partial<Limits>, upstream: RecorderOptions = {}) {
  const recorder = await RawRecorder.start(upstream);
  const relay = await FaultRelay.start(recorder.port);
  const proxy = await TestProxy.start({ endpoints: [relay.port], limits });
  t.after(async () => {
    await proxy.close();
    await relay.close();
    await recorder.close();
    assert.deepEqual(recorder.faults, []);
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return { recorder, relay, proxy };
}

test('a head that does not come to its end is 408', async (t) => {
  const { proxy } = await setUp(t, { headMs: 30 });
  assert.match(
    await exchangeRaw(proxy.port, 'GET / HTTP/1.1\r\nHost: a.te'),
    /^HTTP\/1\.1 408 [\s\S]*RequestTimeout/,
  );
  assert.equal(proxy.outcomes[0]?.status, 408);
});

test('a head that dribbles is 408 although bytes keep coming', async (t) => {
  const { proxy } = await setUp(t, { headMs: 50 });
  const sender = await RawSender.connect(proxy.port);
  sender.send('GET / HTTP/1.1\r\nHost: a.test\r\n');
  await until(() => {
    if (!sender.isOver) sender.send('A: b\r\n');
    return sender.isOver;
  }, 'the end');
  assert.match(sender.received, /^HTTP\/1\.1 408 /);
  sender.close();
});

test('a new connection without a byte is closed without a word', async (t) => {
  const { proxy } = await setUp(t, { headMs: 30 });
  assert.equal(await exchangeRaw(proxy.port, ''), '');
  assert.equal(proxy.outcomes.length, 0);
});

test('an idle connection is closed without a word', async (t) => {
  const { proxy } = await setUp(t, { keepAliveMs: 30 });
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilOver();
  assert.equal(splitMessages(sender.received).rest, '');
  assert.equal(proxy.outcomes.length, 1);
  sender.close();
});

test('a body that stops coming is 408, and its upstream request is destroyed', async (t) => {
  const { recorder, proxy } = await setUp(t, { bodyIdleMs: 30 });
  const answer = await exchangeRaw(
    proxy.port,
    'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nhalf',
  );
  assert.match(answer, /^HTTP\/1\.1 408 /);
  await until(() => recorder.openCount === 0, 'the upstream connection to be destroyed');
  assert.equal(recorder.requests.length, 0);
});

test('an upstream that does not answer is 504, and its connection is destroyed', async (t) => {
  const { recorder, proxy } = await setUp(t, { firstByteMs: 30 }, { script: () => undefined });
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('X-Fairlead-Reason: UpstreamTimeout');
  assert.match(sender.received, /^HTTP\/1\.1 504 /);
  await until(() => recorder.openCount === 0, 'the upstream connection to be destroyed');
  assert.equal(recorder.requests.length, 1);
  sender.close();
});

test('a blackhole is 504, and a client of the same connection is served after it', async (t) => {
  const { relay, proxy } = await setUp(t, { firstByteMs: 30 });
  relay.fault = { kind: 'blackhole' };
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('UpstreamTimeout');
  relay.fault = { kind: 'none' };
  sender.send(get);
  await sender.untilReceived('\r\n\r\nok');
  sender.close();
});

test('an unused upstream connection is closed after its time', async (t) => {
  const { recorder, proxy } = await setUp(t, { poolIdleMs: 30 });
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('\r\n\r\nok');
  await until(() => recorder.openCount === 0, 'the unused connection to be closed');
  sender.close();
});

test('an unused upstream connection is closed before the upstream does it, where it says when', async (t) => {
  const { recorder, proxy } = await setUp(
    t,
    {},
    { script: () => ok.replace('OK', 'OK\r\nKeep-Alive: max=5, timeout=1') },
  );
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('\r\n\r\nok');
  await until(() => recorder.openCount === 0, 'the unused connection to be closed');
  sender.close();
});

test('answers in slices, slow ones and resets end as they must', async (t) => {
  const { relay, proxy } = await setUp(
    t,
    {},
    { script: () => `HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n${'x'.repeat(500)}` },
  );
  for (const fault of [
    { kind: 'slice', bytes: 1 },
    { kind: 'bandwidth', bytes: 50, everyMs: 2 },
  ] as const) {
    relay.fault = fault;
    const answer = await exchangeRaw(proxy.port, get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    assert.equal(splitMessages(answer).messages[0]?.body, 'x'.repeat(500));
    proxy.setEndpoints('s', []);
    proxy.setEndpoints('s', [relay.port]);
  }
  for (const afterBytes of [0, 5, 40, 100]) {
    relay.fault = { kind: 'reset', afterBytes };
    const answer = await exchangeRaw(proxy.port, get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    if (afterBytes > 60) assert.equal(splitMessages(answer).messages.length, 0);
    else assert.match(answer, /^(HTTP\/1\.1 502 |HTTP\/1\.1 200 OK\r\nContent-Length: 500\r\n)/);
  }
});

test('a client that does not read holds its upstream back, and is let go after its time', async (t) => {
  let written = 0;
  const chunk = Buffer.alloc(65_536, 'x');
  const { recorder, proxy } = await setUp(
    t,
    { clientStallMs: 300 },
    {
      script: (_request, { socket }) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n');
        const fill = (): void => {
          while (!socket.destroyed && written < 1_073_741_824) {
            written += chunk.length;
            if (!socket.write(chunk)) return;
          }
        };
        socket.on('drain', fill);
        fill();
        return undefined;
      },
    },
  );
  // Not through the relay, which takes what it gets.
  proxy.setEndpoints('s', [recorder.port]);
  const sender = await RawSender.connect(proxy.port);
  sender.pause();
  sender.send(get);
  await until(() => recorder.connections[0]?.isClosed === true, 'the stalled client to be let go', 20_000);
  // Kernel buffers of three hops, not the 1 GiB that the upstream would send.
  assert.ok(written < 64 * 1_048_576, `${written} bytes`);
  assert.ok((proxy.outcomes[0]?.responseBytes ?? 0) < 32 * 1_048_576);
  sender.close();
});

test('an upstream that does not read holds its client back', async (t) => {
  const { recorder, proxy } = await setUp(
    t,
    { firstByteMs: 300 },
    {
      onConnection: ({ socket }) => socket.pause(),
      keeps: false,
    },
  );
  proxy.setEndpoints('s', [recorder.port]);
  const sender = await RawSender.connect(proxy.port);
  sender.send('POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 67108864\r\n\r\n');
  for (let index = 0; index < 1024; index++) sender.send(Buffer.alloc(65_536, 'x'));
  await sender.untilReceived('UpstreamTimeout', 20_000);
  assert.ok(
    (proxy.outcomes[0]?.requestBytes ?? 0) < 48 * 1_048_576,
    `${proxy.outcomes[0]?.requestBytes} bytes`,
  );
  sender.close();
  await until(() => recorder.openCount <= 1, 'the upstream connection');
});

test('pipelined requests of a client that does not read do not pile up answers', async (t) => {
  // Small enough that one answer never fills a buffer, so that only the next request can be held back.
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n${'x'.repeat(30_000)}`;
  const { recorder, proxy } = await setUp(t, { clientStallMs: 60_000 }, { script: () => answer });
  proxy.setEndpoints('s', [recorder.port]);
  const sender = await RawSender.connect(proxy.port);
  sender.pause();
  sender.send(get.repeat(2_000));
  let last = 0;
  let lastChange = performance.now();
  await until(() => {
    const { length } = recorder.requests;
    if (length !== last) lastChange = performance.now();
    last = length;
    return length === 2_000 || (length > 0 && performance.now() - lastChange > 500);
  }, 'the flow to stand still');
  assert.ok(last < 1_000, `${last} answers`);
  sender.resume();
  await until(() => sender.receivedBytes > 60_000_000, 'all answers', 60_000);
  await proxy.untilOutcomes(2_000);
  sender.close();
});

test('a client that reads late gets every byte of a large answer as it was', async (t) => {
  const block = Buffer.from(Array.from({ length: 65_521 }, (_, index) => (index * 7 + (index >> 8)) % 256));
  const blocks = 400;
  const { recorder, proxy } = await setUp(
    t,
    { clientStallMs: 60_000 },
    {
      script: (_request, { socket }) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${block.length * blocks}\r\n\r\n`);
        for (let index = 0; index < blocks; index++) socket.write(block);
        return undefined;
      },
    },
  );
  proxy.setEndpoints('s', [recorder.port]);
  const sender = await RawSender.connect(proxy.port);
  sender.pause();
  sender.send(get);
  await recorder.untilRequests(1);
  for (let turn = 0; turn < 40; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    sender.resume();
    await new Promise((resolve) => setImmediate(resolve));
    sender.pause();
  }
  sender.resume();
  await until(() => sender.receivedBytes > block.length * blocks, 'all bytes', 30_000);
  await proxy.untilOutcomes(1);
  const { received } = sender;
  const body = Buffer.from(received.slice(received.indexOf('\r\n\r\n') + 4), 'latin1');
  assert.equal(body.length, block.length * blocks);
  for (let index = 0; index < blocks; index++) {
    assert.ok(
      body.subarray(index * block.length, (index + 1) * block.length).equals(block),
      `block ${index}`,
    );
  }
  sender.close();
});

test('large bodies pass whole in both directions', async (t) => {
  const bodies = await setUp(
    t,
    {},
    {
      script: ({ body }) =>
        `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    },
  );
  const body = Array.from({ length: 300_000 }, (_, index) => String.fromCharCode(index % 251)).join('');
  const sender = await RawSender.connect(bodies.proxy.port);
  for (const framed of [
    `Content-Length: ${body.length}\r\n\r\n${body}`,
    `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16).toUpperCase()}\r\n${body}\r\n0\r\n\r\n`,
  ]) {
    const before = sender.receivedBytes;
    sender.send(`PUT / HTTP/1.1\r\nHost: a.test\r\n${framed}`);
    await until(() => sender.receivedBytes > before && sender.received.endsWith('\r\n0\r\n\r\n'), 'the echo');
    const { messages } = splitMessages(sender.received.slice(before));
    assert.ok(messages[0]?.body === body);
  }
  sender.close();
});
