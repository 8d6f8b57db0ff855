import assert from 'node:assert/strict';
import { test } from 'node:test';
import { abuses } from '../support/http2/abuse.ts';
import { FrameClient } from '../support/http2/frame-client.ts';
import { code, frame, number, request, type, waits } from '../support/http2/wire.ts';
import type { Script } from '../support/raw/recorder.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

const answers: Script = ({ startLine }) => {
  if (startLine.includes(waits)) return undefined;
  const length = startLine.includes('/large') ? 100_000 : 2;
  return `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;
};

/** More than any budget. */
const rounds = 2_500;
/** A budget, and the streams that may be open besides. */
const mostUpstreamRequests = 1_200;

for (const abuse of abuses) {
  test(`${abuse.name}: the connection is closed before it costs much`, async (t) => {
    const { proxy, recorder } = await setUp(t, { script: answers, keeps: false });
    const bystander = await FrameClient.open(proxy.port);
    const client = await FrameClient.open(proxy.port);
    t.after(() => {
      bystander.close();
      client.close();
    });
    client.send(abuse.first ?? Buffer.alloc(0));
    for (let index = 0; index < rounds && !client.isClosed; index++) {
      client.send(abuse.round(index));
      // In its own time, so that upstreams have some to begin the work.
      if (index % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
    }
    await client.untilGone(code.calm);
    assert.ok(
      recorder.connections.length < mostUpstreamRequests,
      `${recorder.connections.length} upstream connections`,
    );
    await until(() => proxy.proxy.inFlight === 0, 'the upstream work to be cancelled');
    bystander.request(1);
    assert.equal(await bystander.answered(1), 200);
  });
}

test('header blocks that grow when they are decoded are refused and do no other harm', async (t) => {
  const { proxy } = await setUp(t, { script: answers, keeps: false });
  const bomb = abuses.find(({ name }) => name.startsWith('header blocks'));
  assert.ok(bomb);
  const client = await FrameClient.open(proxy.port);
  t.after(() => client.close());
  client.send(bomb.first ?? Buffer.alloc(0));
  for (let index = 0; index < 50; index++) client.send(bomb.round(index));
  assert.equal(await client.answered(101), 431);
  client.request(201);
  assert.equal(await client.answered(201), 200);
});

test('a client that asks and does not read is not read from either', async (t) => {
  const { proxy } = await setUp(
    t,
    { script: answers, keeps: false },
    { keepsOutcomes: false, limits: { clientStallMs: 500, keepAliveRequests: 0 } },
  );
  const client = await FrameClient.open(proxy.port, { answers: false });
  t.after(() => client.close());
  client.pause();
  // Answers of ours in small frames that no window limits.
  const ping = frame(type.ping, 0, 0, '12345678');
  const ask = (index: number): void =>
    client.request(index * 2 + 1, request({ ':authority': 'nobody.test' }));
  let index = 0;
  await until(() => {
    for (let count = 0; count < 200 && client.unsentBytes < 1_000_000; count++) ask(index++);
    return client.isClosed || client.unsentBytes >= 1_000_000;
  }, 'the client to be held back');
  client.send(ping);
  await until(() => proxy.proxy.openConnections === 0, 'the connection to be closed');
});

test('answers that no window has room for wait in little memory and not for ever', async (t) => {
  const { proxy } = await setUp(t, { script: answers, keeps: false }, { limits: { clientStallMs: 200 } });
  const client = await FrameClient.open(proxy.port, { settings: [[4, 0]] });
  t.after(() => client.close());
  for (let index = 0; index < 20; index++) client.request(index * 2 + 1, request({ ':path': '/large' }));
  for (let index = 0; index < 20; index++) await client.untilReset(index * 2 + 1, code.cancel);
  // Whoever takes something in time is not meant.
  client.request(101);
  await client.untilFrame((found) => found.type === type.headers && found.id === 101, 'HEADERS');
  client.send(frame(type.window, 0, 101, number(10)));
  assert.equal(await client.answered(101), 200);
});
