import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameClient } from '../support/http2/frame-client.ts';
import {
  block,
  code,
  flag,
  frame,
  literal,
  number,
  preface,
  request,
  settings,
  type,
  waits,
} from '../support/http2/wire.ts';
import type { Script } from '../support/raw/recorder.ts';
import { RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

const answers: Script = ({ startLine }) =>
  startLine.includes(waits) ? undefined : 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const waiting = request({ ':method': 'POST', ':path': waits });

/** Numbers from 0 up to 1 that are the same in each run (Park and Miller). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function randomBytes(random: () => number, most: number): Buffer {
  return Buffer.from(Array.from({ length: Math.floor(random() * most) }, () => Math.floor(random() * 256)));
}

const states: readonly (readonly [name: string, id: number])[] = [
  ['the connection', 0],
  ['a stream that is open', 1],
  ['a stream that is half-closed', 3],
  ['a stream that is closed', 5],
  ['a stream that is idle', 99],
];

for (const [name, id] of states) {
  test(`frames of all types that nobody knows are ignored on ${name}`, async (t) => {
    const { proxy } = await setUp(t, { script: answers, keeps: false });
    const client = await FrameClient.open(proxy.port);
    t.after(() => client.close());
    client.request(1, waiting, false);
    client.request(3, waiting);
    client.request(5);
    assert.equal(await client.answered(5), 200);
    for (let kind = 10; kind < 256; kind++) {
      client.send(frame(kind, kind & 0xff, id, 'x'.repeat(kind % 7)));
    }
    await client.untilPong();
    client.request(101);
    assert.equal(await client.answered(101), 200);
    assert.ok(!client.frames.some((found) => found.type === type.reset || found.type === type.goAway));
  });
}

test('random frames, in any order and on any stream, cost no other connection anything', async (t) => {
  const { proxy } = await setUp(t, { script: answers, keeps: false }, { keepsOutcomes: false });
  const bystander = await FrameClient.open(proxy.port);
  t.after(() => bystander.close());
  const random = randomOf(7);
  for (let round = 0; round < 150; round++) {
    const client = await FrameClient.open(proxy.port);
    client.request(1, waiting, false);
    client.request(3);
    for (let count = 0; count < 40 && !client.isClosed; count++) {
      const id = Math.floor(random() * 4) * 2 + (random() < 0.8 ? 1 : 0);
      client.send(frame(Math.floor(random() * 12), Math.floor(random() * 64), id, randomBytes(random, 40)));
    }
    if (round % 3 !== 0) await new Promise((resolve) => setImmediate(resolve));
    client.close();
  }
  await until(
    () => proxy.proxy.inFlight === 0 && proxy.proxy.openConnections === 1,
    'all but one to be gone',
  );
  bystander.request(1);
  assert.equal(await bystander.answered(1), 200);
});

test('header blocks of random bytes are answered, reset or end their connection, and cost no other anything', async (t) => {
  const { proxy } = await setUp(t, { script: answers, keeps: false }, { keepsOutcomes: false });
  const bystander = await FrameClient.open(proxy.port);
  t.after(() => bystander.close());
  const random = randomOf(11);
  for (let round = 0; round < 150; round++) {
    const client = await FrameClient.open(proxy.port);
    for (let id = 1; id < 40 && !client.isClosed; id += 2) {
      const bytes = randomBytes(random, 60);
      const mixed = random() < 0.5 ? Buffer.concat([block(request()), bytes]) : bytes;
      client.send(frame(type.headers, flag.endHeaders | flag.endStream, id, mixed));
    }
    if (round % 2 === 0) await until(() => client.isClosed || client.frames.length > 3, 'what it leads to');
    client.close();
  }
  await until(
    () => proxy.proxy.inFlight === 0 && proxy.proxy.openConnections === 1,
    'all but one to be gone',
  );
  bystander.request(1);
  assert.equal(await bystander.answered(1), 200);
});

test('connections that are reset inside of a header block leave nothing behind', async (t) => {
  const { proxy, recorder } = await setUp(t, { script: answers, keeps: false });
  const begun = Buffer.concat([preface, settings(), frame(type.headers, 0, 1, block(request()))]);
  const more = frame(type.continuation, 0, 1, literal('x-a', 'b'));
  const cuts = [
    begun.length,
    begun.length + 1,
    begun.length + 9,
    begun.length + 12,
    begun.length + more.length,
  ];
  for (let round = 0; round < 40; round++) {
    const senders = await Promise.all(cuts.map(() => RawSender.connect(proxy.port)));
    for (const [index, sender] of senders.entries()) {
      sender.send(Buffer.concat([begun, more, more]).subarray(0, cuts[index]));
    }
    if (round % 2 === 0) await Promise.all(senders.map((sender) => sender.untilReceived('\0')));
    for (const [index, sender] of senders.entries()) sender[index % 2 === 0 ? 'close' : 'reset']();
  }
  await until(() => proxy.proxy.openConnections === 0, 'no connection');
  assert.equal(recorder.connections.length, 0);
});

test('a stream may be reset at any moment of its exchange', async (t) => {
  const { proxy, recorder } = await setUp(t, { keeps: false });
  const client = await FrameClient.open(proxy.port);
  t.after(() => client.close());
  const reset = (id: number): void => client.send(frame(type.reset, 0, id, number(8)));
  const came = (id: number, kind: number) => () =>
    client.frames.some((found) => found.id === id && found.type === kind);
  const moments: readonly (readonly [
    name: string,
    answer: string | undefined,
    act: (id: number) => Promise<void>,
  ])[] = [
    ['with its head', undefined, async () => {}],
    ['inside of its body', undefined, async (id) => client.data(id, 'x', false)],
    ['behind its body', undefined, async (id) => client.data(id, 'x', true)],
    [
      'when informational answers have come',
      'HTTP/1.1 103 Early Hints\r\n\r\n',
      async (id) => await until(came(id, type.headers), 'an answer'),
    ],
    [
      'inside of its answer',
      'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf',
      async (id) => await until(came(id, type.data), 'a part of it'),
    ],
  ];
  let id = -1;
  for (let round = 0; round < 20; round++) {
    for (const [name, answer, act] of moments) {
      recorder.script = () => answer;
      id += 2;
      client.request(id, request({ ':method': 'POST' }), false);
      // Answered as soon as its head is there, whatever of the body is still to come.
      if (answer !== undefined) client.data(id, '', true);
      await act(id);
      reset(id);
      await client.untilPong(String(id).padStart(8, '0'));
      assert.equal(client.isClosed, false, name);
    }
  }
  await until(() => proxy.proxy.inFlight === 0, 'nothing in flight');
  await until(() => recorder.openCount === 0, 'the upstream connections to be closed');
  recorder.script = () => 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  client.request(id + 2);
  assert.equal(await client.answered(id + 2), 200);
});

test('an answer goes whole through windows that are opened byte by byte', async (t) => {
  const text = Array.from({ length: 300 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
  const script = (): string => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  const { proxy } = await setUp(t, { script });
  const client = await FrameClient.open(proxy.port, { settings: [[4, 0]] });
  t.after(() => client.close());
  client.request(1);
  for (let length = 1; length <= text.length; length++) {
    client.send(frame(type.window, 0, 1, number(1)));
    await until(() => client.body(1).length >= length || client.isClosed, `${length} bytes`);
    assert.equal(client.body(1), text.slice(0, length));
  }
  assert.equal(await client.answered(1), 200);
});

const paths: readonly (readonly [path: string, status: number])[] = [
  ['', 400],
  ['svc/Method', 400],
  ['*', 400],
  ['http://a.test/svc/Method', 400],
  ['?/svc/Method', 400],
  ['//svc/Method', 200],
];

test('a path that does not begin with a slash reaches no rule', async (t) => {
  const { proxy, recorder } = await setUp(t, { script: answers });
  const client = await FrameClient.open(proxy.port);
  t.after(() => client.close());
  for (const [index, [path, status]] of paths.entries()) {
    const id = index * 2 + 1;
    client.request(id, request({ ':path': path }));
    const isReset = (): boolean => client.frames.some((each) => each.type === type.reset && each.id === id);
    await until(() => client.status(id) !== 0 || isReset(), 'what it leads to');
    if (status === 200 || client.status(id) !== 0) assert.equal(client.status(id), status, path);
  }
  assert.deepEqual(
    recorder.requests.map(({ startLine }) => startLine),
    ['GET //svc/Method HTTP/1.1'],
  );
});

const badSettings: readonly (readonly [what: string, id: number, value: number])[] = [
  ['a frame size of 0', 5, 0],
  ['a frame size below 16,384', 5, 16_383],
  ['a frame size above 2^24-1', 5, 2 ** 24],
  ['a window above 2^31-1', 4, 2 ** 31],
  ['push that is neither on nor off', 2, 2],
  ['extended CONNECT that is neither on nor off', 8, 2],
];

for (const [what, id, value] of badSettings) {
  test(`SETTINGS with ${what} end the connection, at its begin and with answers under way`, async (t) => {
    const { proxy } = await setUp(t, { script: answers, keeps: false });
    for (const isLate of [false, true]) {
      const client = await FrameClient.raw(proxy.port);
      t.after(() => client.close());
      if (isLate)
        client.send(preface, settings(), frame(type.headers, 4, 1, block(waiting)), settings([id, value]));
      else client.send(preface, settings([id, value]));
      await client.untilGone(code.protocol, code.flowControl);
    }
    await until(() => proxy.proxy.openConnections === 0 && proxy.proxy.inFlight === 0, 'no connection');
  });
}
