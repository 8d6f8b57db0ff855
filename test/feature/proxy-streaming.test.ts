import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { splitMessages } from '../support/raw/messages.ts';
import { RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Open streams in the gate; `test/bench/streams.ts` opens thousands. */
const streams = process.env.FAIRLEAD_LONG_TESTS === undefined ? 300 : 2_000;

const framings = {
  'Server-Sent Events in chunks': {
    head: 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
    frame: (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`,
    end: '0\r\n\r\n',
  },
  'a body that ends with its connection': {
    head: 'HTTP/1.1 200 OK\r\n\r\n',
    frame: (text: string) => text,
    end: null,
  },
  'a body of known length': {
    head: 'HTTP/1.1 200 OK\r\nContent-Length: 150\r\n\r\n',
    frame: (text: string) => text,
    end: '',
  },
} as const;

for (const [what, { head, frame, end }] of Object.entries(framings)) {
  test(`${what}: each part reaches the client before the next is sent`, async (t) => {
    const { recorder, proxy } = await setUp(t, { script: () => undefined });
    const sender = await RawSender.connect(proxy.port);
    sender.send(get);
    await recorder.untilRequests(1);
    const socket = recorder.connections[0]?.socket;
    socket?.write(head);
    await sender.untilReceived('\r\n\r\n');
    for (let index = 0; index < 10; index++) {
      const event = `data: event ${index}\n\n`;
      socket?.write(frame(event));
      await sender.untilReceived(event);
    }
    if (end === null) socket?.end();
    else socket?.write(end);
    await until(() => splitMessages(sender.received).messages.length === 1, 'the whole answer');
    assert.equal(splitMessages(sender.received).messages[0]?.body.match(/event/g)?.length, 10);
    sender.close();
  });
}

test('each part of a request body reaches the upstream before the next is sent', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const sender = await RawSender.connect(proxy.port);
  sender.send('POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n');
  for (let index = 0; index < 10; index++) {
    sender.send(`6\r\npart ${index}\r\n`);
    await until(() => recorder.received.includes(`part ${index}`), `part ${index}`);
  }
  sender.send('0\r\n\r\n');
  await sender.untilReceived('\r\n\r\nok');
  sender.close();
});

/** Writes as long as there is room, and says how much that was. */
function pour(socket: Socket, count: (bytes: number) => void): void {
  const block = Buffer.alloc(65_536, 'x');
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), block, Buffer.from('\r\n')]);
  const fill = (): void => {
    for (let hasRoom = true; hasRoom && !socket.destroyed; ) {
      count(chunk.length);
      hasRoom = socket.write(chunk);
    }
  };
  socket.on('drain', fill);
  fill();
}

test('a slow reader holds back its own upstream and nobody else', async (t) => {
  let poured = 0;
  const { recorder, proxy } = await setUp(t, {
    keeps: false,
    script: ({ startLine }, { socket }) => {
      if (!startLine.includes('/endless')) return ok;
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      pour(socket, (bytes) => {
        poured += bytes;
      });
      return undefined;
    },
  });
  const slow = await RawSender.connect(proxy.port);
  slow.pause();
  slow.send('GET /endless HTTP/1.1\r\nHost: a.test\r\n\r\n');
  const other = await RawSender.connect(proxy.port);
  let answers = 0;
  let before = -1;
  // It stands still where not a byte more was sent while somebody else got ten answers.
  for (let turn = 0; turn < 200 && (poured !== before || poured === 0); turn++) {
    before = poured;
    for (let index = 0; index < 10; index++) {
      other.send(get);
      answers++;
      await until(() => splitMessages(other.received).messages.length === answers, `answer ${answers}`);
    }
  }
  assert.equal(poured, before);
  // Kernel buffers of two hops and one buffer of ours.
  assert.ok(poured < 32 * 1_048_576, `${poured} bytes`);
  slow.resume();
  await until(() => slow.receivedBytes > 2 * before, 'the flow to go on', 20_000);
  slow.close();
  other.close();
  await until(() => recorder.connections.some(({ isClosed }) => isClosed), 'its upstream to be closed');
});

test('many clients that do not read are let go soon, and one that reads is not', async (t) => {
  const { recorder, proxy } = await setUp(
    t,
    {
      keeps: false,
      script: ({ startLine }, { socket }) => {
        if (!startLine.includes('/endless')) return ok;
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        pour(socket, () => {});
        return undefined;
      },
    },
    { limits: { crowdedStalls: 3, crowdedStallMs: 100, clientStallMs: 3_600_000 } },
  );
  const endless = 'GET /endless HTTP/1.1\r\nHost: a.test\r\n\r\n';
  const slow = await Promise.all(Array.from({ length: 6 }, () => RawSender.connect(proxy.port)));
  for (const sender of slow) {
    sender.pause();
    sender.send(endless);
  }
  await proxy.untilOutcomes(3);
  assert.ok(proxy.outcomes.every(({ reason }) => reason === 'ClientClosed'));
  const reader = await RawSender.connect(proxy.port);
  reader.send(get);
  await reader.untilReceived('\r\n\r\nok');
  for (const sender of [...slow, reader]) sender.close();
  await until(() => proxy.proxy.inFlight === 0, 'nothing in flight');
  await until(
    () => recorder.connections.filter(({ isClosed }) => !isClosed).length <= 1,
    'upstreams to be closed',
  );
});

test('a client that leaves a stream ends its upstream request, however it leaves', async (t) => {
  const { recorder, proxy } = await setUp(t, { script: () => undefined });
  for (const leave of ['close', 'reset', 'end'] as const) {
    const before = recorder.connections.length;
    const sender = await RawSender.connect(proxy.port);
    sender.send(get);
    await recorder.untilRequests(before + 1);
    const upstream = recorder.connections[before];
    upstream?.socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
    await sender.untilReceived('hello');
    sender[leave]();
    // A client that only closed its sending side may still listen; it has left when it is gone for good.
    if (leave === 'end') sender.close();
    await until(() => upstream?.isClosed === true, 'the upstream request to be ended');
    await proxy.untilOutcomes(before + 1);
    assert.equal(proxy.outcomes[before]?.reason, 'ClientClosed');
  }
});

test('one event reaches hundreds of open streams, and they all end', async (t) => {
  const { recorder, proxy } = await setUp(t, {
    script: (_request, { socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      return undefined;
    },
  });
  const senders: RawSender[] = [];
  for (let index = 0; index < streams; index++) {
    const sender = await RawSender.connect(proxy.port);
    sender.send(get);
    senders.push(sender);
  }
  await recorder.untilRequests(streams);
  assert.equal(proxy.proxy.inFlight, streams);
  for (let event = 0; event < 3; event++) {
    for (const { socket } of recorder.connections) socket.write(`7\r\nevent ${event}\r\n`);
    await until(() => senders.every(({ received }) => received.includes(`event ${event}`)), `event ${event}`);
  }
  for (const sender of senders) sender.close();
  await until(() => proxy.proxy.inFlight === 0 && recorder.openCount === 0, 'all streams to be ended');
});
