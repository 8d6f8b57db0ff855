import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../src/model/log.ts';
import { startProxy } from '../../src/proxy/proxy.ts';
import { RawRecorder } from '../support/raw/recorder.ts';
import { RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

test('at the connection limit idle connections make room, and where none is idle accepting pauses', async (t) => {
  const { recorder, proxy } = await setUp(t, {}, { limits: { connections: 3 } });
  const idle = await RawSender.connect(proxy.port);
  idle.send(get);
  await idle.untilReceived('\r\n\r\nok');
  recorder.script = () => undefined;
  const busy = [await RawSender.connect(proxy.port), await RawSender.connect(proxy.port)];
  for (const sender of busy) sender.send(get);
  await idle.untilOver();
  await recorder.untilRequests(3);
  const third = await RawSender.connect(proxy.port);
  third.send(get);
  await recorder.untilRequests(4);
  await until(() => proxy.proxy.openConnections === 3, 'three connections');
  await assert.rejects(RawSender.connect(proxy.port));
  third.close();
  recorder.script = () => ok;
  await until(() => proxy.proxy.openConnections === 2, 'room');
  let late: RawSender | undefined;
  for (let attempt = 0; attempt < 100 && late === undefined; attempt++) {
    late = await RawSender.connect(proxy.port).catch(() => undefined);
  }
  late?.send(get);
  await late?.untilReceived('\r\n\r\nok');
  for (const sender of [...busy, late, idle]) sender?.close();
});

test('a port in use is refused with a sentence that names the entry point', async (t) => {
  const { proxy } = await setUp(t);
  const entryPoint = { name: 'second', host: '127.0.0.1', port: proxy.port, tls: false };
  const recorder = { finished() {}, connectionOpened() {}, connectionClosed() {}, connectionRefused() {} };
  await assert.rejects(
    startProxy({
      entryPoints: [entryPoint],
      reusePort: false,
      recorder,
      trustedIps: [],
      hideReason: false,
      hostName: 'x',
      log: silentLog,
    }),
    { entryPoint: 'second', message: `entry point "second": 127.0.0.1:${proxy.port} is already in use` },
  );
});

test('a bug costs one connection, is logged, and leaves everybody else alone', async (t) => {
  const recorder = await RawRecorder.start();
  const proxy = await TestProxy.start({
    endpoints: [recorder.port],
    onOutcome: ({ target }) => {
      if (target.startsWith('/bug')) throw new Error('a bug for this test');
    },
  });
  t.after(async () => {
    await proxy.close();
    await recorder.close();
  });
  const other = await RawSender.connect(proxy.port);
  for (const target of ['/bug', '/bug/no-route']) {
    const sender = await RawSender.connect(proxy.port);
    sender.send(`GET ${target} HTTP/1.1\r\nHost: ${target === '/bug' ? 'a' : 'b'}.test\r\n\r\n`);
    await sender.untilOver();
    sender.close();
  }
  assert.equal(proxy.errors.length, 2);
  other.send(get);
  await other.untilReceived('\r\n\r\nok');
  other.close();
  await until(() => proxy.proxy.openConnections === 0 && proxy.proxy.inFlight === 0, 'nothing to be left');
});

test('draining answers what is in flight, says that connections close, and then ends', async (t) => {
  const { recorder, proxy } = await setUp(t);
  recorder.script = () => undefined;
  const idle = await RawSender.connect(proxy.port);
  const busy = await RawSender.connect(proxy.port);
  busy.send(get);
  await recorder.untilRequests(1);
  const drained = proxy.proxy.drain(10_000);
  await idle.untilOver();
  await assert.rejects(RawSender.connect(proxy.port));
  assert.equal(proxy.proxy.inFlight, 1);
  recorder.connections[0]?.socket.write(ok);
  await busy.untilOver();
  assert.match(busy.received, /\r\nConnection: close\r\n\r\nok$/);
  busy.close();
  idle.close();
  await drained;
  assert.equal(proxy.proxy.openConnections, 0);
});

test('a request that is on its way on an idle connection when draining begins is answered', async (t) => {
  const { proxy } = await setUp(t);
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('\r\n\r\nok');
  const drained = proxy.proxy.drain(10_000);
  sender.send(get);
  await sender.untilOver();
  assert.match(sender.received, /ok.*\r\nConnection: close\r\n\r\nok$/s);
  sender.close();
  await drained;
  assert.equal(proxy.proxy.openConnections, 0);
});

test('draining ends after its grace, whatever is still in flight', async (t) => {
  const { recorder, proxy } = await setUp(t);
  recorder.script = () => undefined;
  const busy = await RawSender.connect(proxy.port);
  busy.send(get);
  await recorder.untilRequests(1);
  await proxy.proxy.drain(20);
  await busy.untilOver();
  assert.equal(proxy.proxy.openConnections, 0);
  assert.equal(proxy.outcomes[0]?.status, 499);
  busy.close();
});
