import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import '../support/leaks.ts';
import { splitMessages } from '../support/raw/messages.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

for (const status of ['200 OK', '417 Expectation Failed', '500 Internal Server Error']) {
  test(`a request with Expect that its upstream answers at once with ${status} crosses no other`, async (t) => {
    const { recorder, proxy } = await setUp(t, {
      onBytes: ({ socket, received }, chunk) => {
        const text = chunk.toString('latin1');
        const tag = /^GET \/(\d+) /.exec(text)?.[1];
        if (tag !== undefined) socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${tag.length}\r\n\r\n${tag}`);
        else if (received.split('POST /').length === 2 && text.startsWith('POST /'))
          socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\nearly`);
      },
    });
    for (let index = 0; index < 20; index++) {
      const sender = await RawSender.connect(proxy.port);
      const lines = 'Host: a.test\r\nExpect: 100-continue\r\nContent-Length: 50\r\n';
      sender.send(`POST / HTTP/1.1\r\n${lines}\r\n`);
      await sender.untilReceived('early');
      sender.send(`${'x'.repeat(25)}${get}`);
      await sender.untilOver();
      const answers = sender.received.replace('HTTP/1.1 100 Continue\r\n\r\n', '');
      assert.equal(splitMessages(answers).messages.length, 1);
      assert.match(answers, new RegExp(`^HTTP/1\\.1 ${status}\\r\\n[\\s\\S]*Connection: close\\r\\n`));
      const next = await exchangeRaw(proxy.port, get.replace('GET / ', `GET /${index} `));
      assert.equal(splitMessages(next).messages[0]?.body, String(index));
      sender.close();
    }
    assert.ok(!recorder.received.includes('xGET / '));
  });
}

for (const [name, bytes, status] of [
  ['no route', 'POST / HTTP/1.1\r\nHost: b.test\r\nContent-Length: 50\r\n\r\nhalf', 404],
  ['a chunked body', 'PUT / HTTP/1.1\r\nHost: b.test\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhalf', 404],
  ['a method that is not forwarded', 'TRACE / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 50\r\n\r\n', 405],
] as const) {
  test(`a refused request with ${name} whose body has not come ends its connection`, async (t) => {
    const { recorder, proxy } = await setUp(t);
    const sender = await RawSender.connect(proxy.port);
    sender.send(bytes);
    await sender.untilReceived('\r\n\r\n');
    sender.send(`GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n${get}`);
    await sender.untilOver();
    assert.match(sender.received, new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*\\r\\nConnection: close\\r\\n`));
    assert.equal(splitMessages(sender.received).messages.length, 1);
    assert.equal(recorder.connections.length, 0);
    sender.close();
  });
}

test('a client that leaves at any point leaves nothing behind', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const post = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\n';
  const chunked = 'POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n';
  const half = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf';
  const points: readonly (readonly [name: string, bytes: string, answer: string, sign: string])[] = [
    ['connected', '', '', ''],
    ['inside a head', 'GET / HTTP/1.1\r\nHo', '', ''],
    ['behind a head with a body to come', post, '', ''],
    ['inside a body', `${post}half`, '', ''],
    ['inside a chunk', `${chunked}5\r\nha`, '', ''],
    ['behind a request', get, '', ''],
    ['inside an answer', get, half, 'half'],
    ['between informational and final answer', get, 'HTTP/1.1 103 Early Hints\r\n\r\n', '103'],
    ['between two requests', 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n', ok, 'ok'],
    ['with requests waiting', get.replace('Connection: close\r\n', '').repeat(3), '', ''],
  ];
  for (const leave of ['close', 'reset'] as const) {
    for (const [name, bytes, answer, sign] of points) {
      recorder.script = () => (answer === '' ? undefined : answer);
      const senders = await Promise.all(Array.from({ length: 5 }, () => RawSender.connect(proxy.port)));
      for (const sender of senders) sender.send(bytes);
      for (const sender of senders) await sender.untilReceived(sign);
      for (const sender of senders) sender[leave]();
      await until(() => proxy.proxy.inFlight === 0, `nothing in flight after ${leave} ${name}`);
    }
  }
  recorder.script = () => ok;
  assert.match(await exchangeRaw(proxy.port, get), /ok$/);
  // What is left upstream is unused, and so one connection for each client that got its whole answer at most.
  await until(() => recorder.openCount <= 5, 'the upstream requests to be destroyed');
});

test('bodies that are promised and never come cost nobody else anything', async (t) => {
  const { recorder, proxy } = await setUp(t, {}, { limits: { bodyIdleMs: 150 } });
  const slow = await Promise.all(Array.from({ length: 200 }, () => RawSender.connect(proxy.port)));
  for (const [index, sender] of slow.entries()) {
    const method = index % 2 === 0 ? 'POST' : 'GET';
    sender.send(`${method} /slow HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000\r\n\r\n`);
  }
  assert.match(await exchangeRaw(proxy.port, get), /ok$/);
  for (const sender of slow) {
    await sender.untilOver();
    assert.match(sender.received, /^HTTP\/1\.1 408 [\s\S]*\r\nConnection: close\r\n/);
    sender.close();
  }
  assert.equal(recorder.requests.length, 1);
  await until(() => recorder.openCount <= 1, 'the upstream connections to be closed');
});

test('header names, hosts and paths of past requests are not remembered', async (t) => {
  const { proxy } = await setUp(t, { keeps: false });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const sender = await RawSender.connect(proxy.port);
  let sent = 0;
  const send = async (count: number): Promise<void> => {
    for (const last = sent + count; sent < last; sent++) {
      const name = (index: number): string => `X-${sent}-${index}-${'n'.repeat(100)}: ${sent}\r\n`;
      const lines = Array.from({ length: 50 }, (_, index) => name(index)).join('');
      sender.send(`GET /${sent}/${'p'.repeat(100)} HTTP/1.1\r\nHost: h${sent}.test\r\n${lines}\r\n`);
      if (sent % 50 === 49) await proxy.untilOutcomes(sent + 1);
    }
    proxy.outcomes.length = 0;
    sent = 0;
    collect();
  };
  await send(500);
  const before = process.memoryUsage().heapUsed;
  for (let round = 0; round < 5; round++) await send(1_000);
  // 27 MB of names went by.
  assert.ok(process.memoryUsage().heapUsed - before < 9_000_000);
  sender.close();
});

test('an upstream that fails at any byte of its answer gives a whole answer, 502 or a cut one, and no other', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const answer =
    'HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\n, x\r\n0\r\n\r\n';
  const headLength = answer.indexOf('\r\n\r\n') + 4;
  for (let length = 0; length <= answer.length; length++) {
    for (const end of ['end', 'destroy'] as const) {
      recorder.script = (_request, { socket }) => {
        socket.write(answer.slice(0, length), () => (end === 'end' ? socket.end() : socket.destroy()));
        return undefined;
      };
      const received = await exchangeRaw(proxy.port, get);
      const { messages, rest, fault } = splitMessages(received);
      assert.equal(fault, null);
      if (length < headLength) assert.match(received, /^HTTP\/1\.1 502 /);
      if (length < answer.length && length >= headLength) assert.equal(messages.length, 0, received);
      if (length === answer.length) assert.equal(messages[0]?.body, 'hello, x');
      assert.ok(messages.length === 0 || rest === '');
    }
  }
});
