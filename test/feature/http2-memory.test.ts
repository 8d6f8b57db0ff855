import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesInUse, growth } from '../support/heap.ts';
import { FrameClient } from '../support/http2/frame-client.ts';
import {
  block,
  frame,
  integer,
  number,
  preface,
  request,
  settings,
  text,
  type,
  waits,
} from '../support/http2/wire.ts';
import type { Script } from '../support/raw/recorder.ts';
import { RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

const answers: Script = ({ startLine }) =>
  startLine.includes(waits) ? undefined : 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

const hello = Buffer.concat([preface, settings()]);
const waiting = request({ ':method': 'POST', ':path': waits });
const ways: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['as soon as they have begun', hello],
  ['with a request under way', Buffer.concat([hello, frame(type.headers, 4, 1, block(waiting))])],
  ['inside of a frame', Buffer.concat([hello, frame(type.headers, 4, 1, block(waiting)).subarray(0, 20)])],
  ['with a window above its limit', Buffer.concat([hello, frame(type.window, 0, 0, number(0x7fffffff))])],
  [
    'with a stream whose window is above its limit',
    Buffer.concat([
      hello,
      frame(type.headers, 4, 1, block(waiting)),
      frame(type.window, 0, 1, number(0x7fffffff)),
    ]),
  ],
];

for (const [name, bytes] of ways) {
  test(`connections that end ${name} leave no memory behind`, async (t) => {
    const { proxy } = await setUp(t, { script: answers, keeps: false }, { keepsOutcomes: false });
    const cycle = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round += 20) {
        const senders = await Promise.all(Array.from({ length: 20 }, () => RawSender.connect(proxy.port)));
        for (const sender of senders) sender.send(bytes);
        for (const sender of senders) await sender.untilReceived('\0');
        for (const sender of senders) sender.reset();
      }
      await until(() => proxy.proxy.openConnections === 0 && proxy.proxy.inFlight === 0, 'no connection');
    };
    await cycle(200);
    // A session that is not let go holds more than 4 KiB.
    const limit = 3_000_000;
    const grown = await growth(limit, () => cycle(1_000));
    assert.ok(grown < limit, `${grown} bytes more`);
  });
}

test('names of headers and hosts of past requests over HTTP/2 are not remembered', async (t) => {
  const { proxy } = await setUp(
    t,
    { keeps: false },
    { keepsOutcomes: false, limits: { keepAliveRequests: 0 } },
  );
  const client = await FrameClient.open(proxy.port);
  t.after(() => client.close());
  let sent = 0;
  const send = async (count: number): Promise<void> => {
    for (const last = sent + count; sent < last; sent++) {
      const id = sent * 2 + 1;
      const names = Array.from(
        { length: 50 },
        (_, index) => [`x-${sent}-${index}-${'n'.repeat(100)}`, '1'] as const,
      );
      client.request(id, request({ ':authority': `h${sent}.test`, ':path': `/${sent}` }, names));
      if (sent % 50 !== 49) continue;
      await client.answered(id);
      client.send(frame(type.window, 0, 0, number(10_000)));
    }
    client.frames.length = 0;
    client.blocks.length = 0;
  };
  await send(500);
  // 11 MB of names go by each time.
  const limit = 4_000_000;
  const grown = await growth(limit, () => send(2_000));
  assert.ok(grown < limit, `${grown} bytes more`);
});

test('headers that stand for much and wait for an answer are held within a budget', async (t) => {
  const { proxy } = await setUp(t, { script: answers, keeps: false }, { keepsOutcomes: false });
  const before = await bytesInUse();
  const client = await FrameClient.open(proxy.port, { settings: [[4, 0]] });
  t.after(() => client.close());
  const entry = Buffer.concat([Buffer.of(0x40), text('x-bomb'), text('b'.repeat(3_900))]);
  const head = block(request({ ':path': waits }));
  client.send(frame(type.headers, 5, 1, Buffer.concat([head, entry])));
  // Three times the entry of the table, in one byte each: as much as a head may be.
  const named = Buffer.alloc(3, integer(62, 7, 0x80));
  for (let id = 3; id < 400; id += 2) {
    client.send(frame(type.headers, 5, id, Buffer.concat([head, named])));
  }
  await client.untilPong();
  const held = (await bytesInUse()) - before;
  assert.ok(held < 10_000_000, `${held} bytes more`);
  // At the most as many as there may be streams; the others were refused.
  assert.ok(proxy.proxy.inFlight <= 100, `${proxy.proxy.inFlight} in flight`);
  client.close();
  await until(() => proxy.proxy.openConnections === 0 && proxy.proxy.inFlight === 0, 'no connection');
});
