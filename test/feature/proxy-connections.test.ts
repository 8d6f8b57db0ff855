import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitMessages } from '../support/raw/messages.ts';
import { RawRecorder, type RecorderOptions } from '../support/raw/recorder.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

test('requests of many clients, one after the other, share one upstream connection', async (t) => {
  const { recorder, proxy } = await setUp(t);
  for (let index = 0; index < 5; index++) {
    const sender = await RawSender.connect(proxy.port);
    sender.send(get);
    await sender.untilReceived('\r\n\r\nok');
    sender.close();
  }
  assert.equal(recorder.connections.length, 1);
  assert.equal(recorder.requests.length, 5);
});

test('pipelined requests are answered in order, whatever the upstreams take', async (t) => {
  const { recorder, proxy } = await setUp(t);
  recorder.script = ({ startLine }, { socket }) => {
    const path = startLine.split(' ')[1] ?? '';
    const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`;
    setTimeout(() => socket.write(answer), path === '/0' ? 30 : 0);
    return undefined;
  };
  const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
  const lines = paths.map(
    (path) => `GET ${path} HTTP/1.1\r\nHost: ${path === '/7' ? 'b' : 'a'}.test\r\n\r\n`,
  );
  const sender = await RawSender.connect(proxy.port);
  sender.send(lines.join(''));
  await until(() => splitMessages(sender.received).messages.length === 50, '50 answers');
  const bodies = splitMessages(sender.received).messages.map(({ body }) => body);
  assert.deepEqual(
    bodies,
    paths.map((path) => (path === '/7' ? 'No route matches this request.\n' : path)),
  );
  sender.close();
});

test('an upstream connection with bytes behind its answer is not used again', async (t) => {
  const { recorder, proxy } = await setUp(t);
  recorder.script = () => `${ok}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`;
  assert.match(
    await exchangeRaw(proxy.port, get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')),
    /ok$/,
  );
  recorder.script = () => ok;
  assert.match(
    await exchangeRaw(proxy.port, get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')),
    /ok$/,
  );
  assert.equal(recorder.connections.length, 2);
});

test('bytes on an idle upstream connection destroy it, and reach nobody', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('\r\n\r\nok');
  recorder.connections[0]?.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
  await until(() => recorder.connections[0]?.isClosed === true, 'the idle connection to be destroyed');
  sender.send(get);
  await until(() => splitMessages(sender.received).messages.length === 2, 'the second answer');
  assert.ok(!sender.received.includes('evil'));
  assert.equal(recorder.connections.length, 2);
  sender.close();
});

test('an upstream that says that it closes, or speaks HTTP/1.0, is not asked again on that connection', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const sender = await RawSender.connect(proxy.port);
  for (const [count, answer] of [
    'HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok',
    'HTTP/1.1 200 OK\r\nConnection: x, close\r\nContent-Length: 2\r\n\r\nok',
  ].entries()) {
    recorder.script = () => answer;
    sender.send(get);
    await until(() => splitMessages(sender.received).messages.length === count + 1, `answer ${count + 1}`);
    assert.equal(recorder.connections.length, count + 1);
  }
  assert.ok(!/connection:/i.test(sender.received), 'the client keeps its own connection');
  sender.close();
});

test('a client that leaves before the answer takes its upstream request with it', async (t) => {
  const { recorder, proxy } = await setUp(t);
  recorder.script = () => undefined;
  for (const leave of ['close', 'reset'] as const) {
    const before = recorder.connections.length;
    const sender = await RawSender.connect(proxy.port);
    sender.send(get);
    await recorder.untilRequests(before + 1);
    sender[leave]();
    await until(
      () => recorder.connections[before]?.isClosed === true,
      'the upstream request to be destroyed',
      1_000,
    );
    await proxy.untilOutcomes(before + 1);
    const outcome = proxy.outcomes[before];
    assert.equal(outcome?.status, 499);
    assert.equal(outcome?.reason, 'ClientClosed');
    sender.close();
  }
});

test('a client that leaves inside its body leaves no half request behind', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const sender = await RawSender.connect(proxy.port);
  sender.send('POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nhalf');
  await until(() => recorder.received.endsWith('half'), 'the first half upstream');
  sender.close();
  await until(() => recorder.connections[0]?.isClosed === true, 'the upstream request to be destroyed');
  assert.equal(recorder.requests.length, 0);
});

test('an answer that overtakes its request closes both connections after it', async (t) => {
  const { recorder, proxy } = await setUp(t, {
    onBytes: ({ socket, received }) => {
      if (received.endsWith('half'))
        socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig');
    },
  });
  const sender = await RawSender.connect(proxy.port);
  sender.send('POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nhalf');
  await sender.untilOver();
  assert.match(sender.received, /^HTTP\/1\.1 413 [\s\S]*\r\nConnection: close\r\n[\s\S]*big$/);
  sender.send(`x${get}`);
  await until(() => recorder.connections[0]?.isClosed === true, 'the upstream connection to be closed');
  assert.equal(recorder.requests.length, 0);
  assert.equal(proxy.outcomes[0]?.status, 413);
  assert.equal(proxy.outcomes[0]?.reason, null);
  sender.close();
});

test('an upstream that echoes a body while it comes gets all of it', async (t) => {
  const { proxy } = await setUp(t, {
    onBytes: ({ socket, requests }, chunk) => {
      if (socket.bytesWritten === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
      const text = chunk.toString('latin1');
      socket.write(text.slice(text.indexOf('\r\n\r\n') === -1 ? 0 : text.indexOf('\r\n\r\n') + 4));
      assert.ok(requests.length <= 1);
    },
  });
  const sender = await RawSender.connect(proxy.port);
  sender.send('POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nhello');
  await sender.untilReceived('hello');
  sender.send('world');
  await sender.untilReceived('helloworld');
  sender.close();
});

test('a stale connection costs a GET nothing, and a POST is never sent twice', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const warm = await RawSender.connect(proxy.port);
  const resetSecond: RecorderOptions['script'] = (_request, { socket, requests }) => {
    if (requests.length === 1) return ok;
    socket.resetAndDestroy();
    return undefined;
  };
  recorder.script = resetSecond;
  warm.send(get);
  await warm.untilReceived('\r\n\r\nok');
  warm.send('GET /again HTTP/1.1\r\nHost: a.test\r\n\r\n');
  await until(() => splitMessages(warm.received).messages.length === 2, 'the second answer');
  assert.match(splitMessages(warm.received).messages[1]?.startLine ?? '', / 200 /);
  assert.equal(recorder.requests.filter(({ startLine }) => startLine.includes('/again')).length, 2);
  assert.equal(proxy.outcomes[1]?.retries, 1);

  warm.send('POST /once HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n');
  await until(() => splitMessages(warm.received).messages.length === 3, 'the third answer');
  assert.match(splitMessages(warm.received).messages[2]?.startLine ?? '', / 502 /);
  assert.equal(recorder.requests.filter(({ startLine }) => startLine.includes('/once')).length, 1);
  assert.equal(proxy.outcomes[2]?.reason, 'UpstreamReset');
  warm.close();
});

test('a reset on a fresh connection is 502 and not asked again', async (t) => {
  const { recorder, proxy } = await setUp(t);
  recorder.script = (_request, { socket }) => {
    socket.resetAndDestroy();
    return undefined;
  };
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('UpstreamReset');
  assert.equal(recorder.requests.length, 1);
  sender.close();
});

test('where one endpoint refuses, another one is asked, also for a POST with a body', async (t) => {
  const gone = await RawRecorder.start();
  const closedPort = gone.port;
  await gone.close();
  const { recorder, proxy } = await setUp(t);
  proxy.setEndpoints('s', [closedPort, recorder.port]);
  for (let index = 1; index <= 4; index++) {
    const sender = await RawSender.connect(proxy.port);
    sender.send('POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello');
    await sender.untilReceived('\r\n\r\nok');
    assert.equal(recorder.requests.at(-1)?.body, 'hello');
    assert.equal(recorder.requests.length, index);
    sender.close();
  }
  proxy.setEndpoints('s', [closedPort]);
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('UpstreamConnectFailed');
  assert.match(sender.received, /^HTTP\/1\.1 502 /);
  sender.close();
});

test('Expect: 100-continue is answered once the upstream is there, and not forwarded', async (t) => {
  const { recorder, proxy } = await setUp(t);
  const sender = await RawSender.connect(proxy.port);
  sender.send('POST / HTTP/1.1\r\nHost: a.test\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n');
  await sender.untilReceived('HTTP/1.1 100 Continue\r\n\r\n');
  sender.send('hello');
  await sender.untilReceived('\r\n\r\nok');
  assert.equal(recorder.requests[0]?.body, 'hello');
  assert.ok(!/expect/i.test(recorder.received));
  sender.close();
});

test('a refused request with Expect gets its answer without 100, and its connection ends', async (t) => {
  const { proxy } = await setUp(t);
  const bytes = 'POST / HTTP/1.1\r\nHost: b.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n';
  assert.match(await exchangeRaw(proxy.port, bytes), /^HTTP\/1\.1 404 [\s\S]*\r\nConnection: close\r\n/);
});

test('a refused request whose body has come does not cost the connection', async (t) => {
  const { proxy } = await setUp(t);
  const sender = await RawSender.connect(proxy.port);
  sender.send(
    `POST / HTTP/1.1\r\nHost: b.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n${get}`,
  );
  await sender.untilReceived('\r\n\r\nok');
  assert.match(sender.received, /^HTTP\/1\.1 404 [\s\S]*HTTP\/1\.1 200 /);
  assert.ok(!sender.received.includes('close'));
  sender.close();
});

test('answers of our own have a reason, a length, a date and a name, and HEAD gets no body', async (t) => {
  const { proxy } = await setUp(t, {}, { routes: [{ fails: true }] });
  const sender = await RawSender.connect(proxy.port);
  sender.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\nHEAD / HTTP/1.1\r\nHost: b.test\r\n\r\n');
  await sender.untilReceived('404 Not Found');
  const [broken, body = ''] = sender.received.split('\r\n\r\n');
  assert.match(
    broken ?? '',
    /^HTTP\/1\.1 500 Internal Server Error\r\nServer: fairlead\r\nContent-Type: text\/plain\r\nX-Content-Type-Options: nosniff\r\nX-Fairlead-Reason: RouteBroken\r\nDate: [^\r]+\r\nContent-Length: 51$/,
  );
  assert.match(body, /^The route refers to something that cannot be used\.\nHTTP\/1\.1 404 /);
  assert.ok(sender.received.endsWith('\r\n\r\n'));
  sender.close();
});

test('hideReason leaves the code out', async (t) => {
  const { proxy } = await setUp(t, {}, { hideReason: true });
  assert.ok(!(await exchangeRaw(proxy.port, 'x\r\n\r\n')).includes('X-Fairlead-Reason'));
});

test('a service without endpoints is 503, and endpoints that come are used at once', async (t) => {
  const { recorder, proxy } = await setUp(t, {}, { endpoints: [] });
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await sender.untilReceived('X-Fairlead-Reason: NoEndpoints');
  proxy.setEndpoints('s', [recorder.port]);
  sender.send(get);
  await sender.untilReceived('\r\n\r\nok');
  sender.close();
});

test('an endpoint that goes while it answers may finish, and its connections are not kept', async (t) => {
  const { recorder, proxy } = await setUp(t, { script: () => undefined });
  const idle = await RawSender.connect(proxy.port);
  recorder.script = () => ok;
  idle.send(get);
  await idle.untilReceived('\r\n\r\nok');
  recorder.script = () => undefined;
  const busy = [await RawSender.connect(proxy.port), await RawSender.connect(proxy.port)];
  for (const sender of busy) sender.send(get);
  await recorder.untilRequests(3);
  recorder.connections[0]?.socket.write(ok);
  await until(() => proxy.outcomes.length === 2, 'the first of them');
  proxy.setEndpoints('s', []);
  await until(() => recorder.connections[0]?.isClosed === true, 'the unused connection to be closed');
  assert.equal(recorder.connections[1]?.isClosed, false);
  recorder.connections[1]?.socket.write(ok);
  for (const sender of busy) await sender.untilReceived('\r\n\r\nok');
  await until(() => recorder.openCount === 0, 'the other one to be closed');
  for (const sender of [idle, ...busy]) sender.close();
});
