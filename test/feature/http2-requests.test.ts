import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FrameClient, type FrameClientOptions } from '../support/http2/frame-client.ts';
import { block, code, type Field, flag, frame, literal, request, type } from '../support/http2/wire.ts';
import type { RecorderOptions } from '../support/raw/recorder.ts';
import { setUp } from '../support/raw/set-up.ts';
import type { TestProxyOptions } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

interface World {
  readonly upstream?: RecorderOptions;
  readonly proxy?: TestProxyOptions;
  readonly client?: FrameClientOptions;
}

async function world(t: TestContext, options: World = {}) {
  const { proxy, recorder } = await setUp(t, options.upstream, options.proxy);
  const client = await FrameClient.open(proxy.port, options.client);
  t.after(() => client.close());
  return { proxy, recorder, client };
}

const post = (more: readonly Field[] = []): Field[] => request({ ':method': 'POST' }, more);

test('a request arrives as HTTP/1.1, with one Host and our lines', async (t) => {
  const { client, recorder, proxy } = await world(t);
  client.request(
    1,
    request({ ':path': '/a?b=c' }, [
      ['user-agent', 'me'],
      ['x-forwarded-for', '6.6.6.6'],
    ]),
  );
  assert.equal(await client.answered(1), 200);
  assert.equal(
    recorder.received.split('X-Forwarded-Port')[0],
    'GET /a?b=c HTTP/1.1\r\nHost: a.test\r\nuser-agent: me\r\nX-Forwarded-For: 127.0.0.1\r\n' +
      'X-Real-Ip: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n',
  );
  await proxy.untilOutcomes(1);
  const [outcome] = proxy.outcomes;
  assert.equal(outcome?.protocol, 'http/2');
  assert.equal(outcome?.host, 'a.test');
  assert.equal(outcome?.userAgent, 'me');
  assert.equal(outcome?.status, 200);
});

test('Host stands for a missing :authority, and may repeat it', async (t) => {
  const { client, recorder } = await world(t);
  client.request(1, request({ ':authority': null }, [['host', 'a.test']]));
  client.request(3, request({}, [['host', 'a.test']]));
  assert.equal(await client.answered(1), 200);
  assert.equal(await client.answered(3), 200);
  assert.equal(recorder.requests.length, 2);
});

const refusals: readonly (readonly [why: string, fields: readonly Field[], status: number])[] = [
  ['Host that differs from :authority', request({}, [['host', 'b.test']]), 400],
  [
    'Host twice',
    request({ ':authority': null }, [
      ['host', 'a.test'],
      ['host', 'a.test'],
    ]),
    400,
  ],
  ['no host at all', request({ ':authority': null }), 400],
  ['an :authority with user information', request({ ':authority': 'me@a.test' }), 400],
  ['an :authority with port 0', request({ ':authority': 'a.test:0' }), 400],
  ['a :path without a slash', request({ ':path': 'svc/Method' }), 400],
  ['a whole URL as :path', request({ ':path': 'http://a.test/' }), 400],
  ['a * as :path of GET', request({ ':path': '*' }), 400],
  ['a fragment', request({ ':path': '/a#b' }), 400],
  ['a blank in :path', request({ ':path': '/a b' }), 400],
  ['a dot segment', request({ ':path': '/a/../b' }), 400],
  ['a scheme that is not that of the connection', request({ ':scheme': 'https' }), 400],
  ['a scheme in another spelling', request({ ':scheme': 'hTTp' }), 400],
  ['a method that is no token', request({ ':method': 'GE T' }), 400],
  [
    'two lengths',
    request({ ':method': 'POST' }, [
      ['content-length', '0'],
      ['content-length', '0'],
    ]),
    400,
  ],
  ['a length that is no number', request({ ':method': 'POST' }, [['content-length', '+1']]), 400],
  [
    'CONNECT',
    [
      [':method', 'CONNECT'],
      [':authority', 'a.test:443'],
    ],
    405,
  ],
  ['TRACE', request({ ':method': 'TRACE' }), 405],
  ['a long target', request({ ':path': `/${'a'.repeat(8_192)}` }), 414],
  ['an unknown expectation', request({}, [['expect', 'miracles']]), 417],
  [
    'more than 100 lines',
    request(
      {},
      Array.from({ length: 101 }, (_, at) => [`x-${at}`, ''] as const),
    ),
    431,
  ],
  ['a long line', request({}, [['x-long', 'a'.repeat(8_200)]]), 431],
  ['an unknown protocol of CONNECT', request({ ':method': 'CONNECT', ':protocol': 'quic' }), 501],
];

for (const [why, fields, status] of refusals) {
  test(`${why} is answered with ${status}, and nothing reaches the upstream`, async (t) => {
    const { client, recorder, proxy } = await world(t);
    client.request(1, fields);
    assert.equal(await client.answered(1), status);
    await proxy.untilOutcomes(1);
    assert.equal(proxy.outcomes[0]?.status, status);
    assert.equal(recorder.received, '');
    await client.untilPong();
  });
}

const malformed: readonly (readonly [why: string, fields: readonly Field[]])[] = [
  ['CR LF in a value', request({}, [['x-a', 'b\r\nx-c: d']])],
  ['NUL in a value', request({}, [['x-a', 'b\0c']])],
  ['a blank before a value', request({}, [['x-a', ' b']])],
  ['a blank behind a value', request({}, [['x-a', 'b\t']])],
  ['a colon in a name', request({}, [['x:a', 'b']])],
  ['a blank in a name', request({}, [['x a', 'b']])],
  ['CR LF in :path', request({ ':path': '/\r\nx: y' })],
  ['CR LF in :authority', request({ ':authority': 'a.test\r\nx: y' })],
  ['transfer-encoding', request({ ':method': 'POST' }, [['transfer-encoding', 'chunked']])],
  ['upgrade', request({}, [['upgrade', 'h2c']])],
  ['keep-alive', request({}, [['keep-alive', 'timeout=5']])],
  ['proxy-connection', request({}, [['proxy-connection', 'close']])],
  ['a length and END_STREAM', request({}, [['content-length', '5']])],
  ['CONNECT with a path', request({ ':method': 'CONNECT', ':scheme': null })],
  [':protocol without CONNECT', request({ ':protocol': 'websocket' })],
];

for (const [why, fields] of malformed) {
  test(`${why} resets the stream, and nothing reaches the upstream`, async (t) => {
    const { client, recorder } = await world(t);
    client.request(1, fields);
    await client.untilReset(1, code.protocol);
    await client.untilPong();
    assert.equal(recorder.received, '');
  });
}

test('crumbs of a cookie arrive as one line', async (t) => {
  const { client, recorder } = await world(t);
  client.request(
    1,
    request({}, [
      ['cookie', 'a=1'],
      ['x-a', 'b'],
      ['cookie', 'c=2'],
      ['cookie', 'd=3'],
    ]),
  );
  assert.equal(await client.answered(1), 200);
  assert.match(recorder.received, /\r\ncookie: a=1; c=2; d=3\r\n/);
});

test('te: trailers is understood and belongs to this connection only', async (t) => {
  const { client, recorder } = await world(t);
  client.request(1, request({}, [['te', 'trailers']]));
  assert.equal(await client.answered(1), 200);
  assert.doesNotMatch(recorder.received, /^te:/im);
});

test('a body of unknown length arrives in chunks, and trailers do not', async (t) => {
  const { client, recorder } = await world(t);
  client.request(1, post(), false);
  client.data(1, 'hello', false);
  client.data(1, ' world', false);
  client.send(
    frame(type.headers, flag.endHeaders | flag.endStream, 1, literal('x-forwarded-for', '6.6.6.6')),
  );
  assert.equal(await client.answered(1), 200);
  assert.equal(recorder.requests[0]?.body, 'hello world');
  assert.match(recorder.received, /Transfer-Encoding: chunked\r\n/);
  assert.doesNotMatch(recorder.received, /6\.6\.6\.6/);
});

test('a body with a length arrives with it, wherever END_STREAM stands', async (t) => {
  const { client, recorder } = await world(t);
  client.request(1, post([['content-length', '5']]), false);
  client.data(1, 'hel', false);
  client.data(1, 'lo', false);
  client.data(1, '', true);
  client.request(3, post([['content-length', '5']]), false);
  client.data(3, 'hello', true);
  assert.equal(await client.answered(1), 200);
  assert.equal(await client.answered(3), 200);
  assert.deepEqual(
    recorder.requests.map(({ body }) => body),
    ['hello', 'hello'],
  );
});

test('a body that is shorter than its length never becomes a whole request', async (t) => {
  const { client, recorder, proxy } = await world(t);
  client.request(1, post([['content-length', '9']]), false);
  client.data(1, 'hello', true);
  await client.untilReset(1, code.protocol);
  await proxy.untilOutcomes(1);
  assert.equal(recorder.requests.length, 0);
  await until(() => recorder.openCount === 0, 'the upstream connection to be closed');
});

test('a body that is longer than its length never becomes a whole request', async (t) => {
  const { client, recorder, proxy } = await world(t);
  client.request(1, post([['content-length', '5']]), false);
  client.data(1, 'hello', false);
  await until(() => recorder.received.includes('hell'), 'the upstream to have most of it');
  client.data(1, ' world', true);
  await client.untilReset(1, code.protocol);
  await proxy.untilOutcomes(1);
  assert.equal(proxy.outcomes[0]?.reason, 'AmbiguousFraming');
  assert.equal(recorder.requests.length, 0);
  await until(() => recorder.openCount === 0, 'the upstream connection to be closed');
});

test('malformed trailers leave the upstream without the end of the body', async (t) => {
  const { client, recorder, proxy } = await world(t);
  client.request(1, post(), false);
  client.data(1, 'hello', false);
  client.send(frame(type.headers, flag.endHeaders | flag.endStream, 1, block([['connection', 'close']])));
  await client.untilReset(1, code.protocol);
  await proxy.untilOutcomes(1);
  assert.equal(recorder.requests.length, 0);
});

test('a client that waits for 100 (Continue) gets it', async (t) => {
  const { client } = await world(t);
  client.request(1, post([['expect', '100-continue']]), false);
  await until(() => client.blocks.length > 0, 'an answer');
  assert.deepEqual(client.blocks[0]?.fields, [[':status', '100']]);
  client.data(1, 'hello', true);
  assert.equal(await client.answered(1), 200);
});

test('informational answers reach the client', async (t) => {
  const script = (): string =>
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  const { client } = await world(t, { upstream: { script } });
  client.request(1);
  assert.equal(await client.answered(1), 200);
  assert.deepEqual(client.blocks[0]?.fields, [
    [':status', '103'],
    ['link', '</a>'],
  ]);
});

test('the lines of an answer arrive in lower case, without those of a connection', async (t) => {
  const script = (): string =>
    'HTTP/1.1 404 Not Found\r\nX-One: 1\r\nConnection: x-two\r\nX-Two: 2\r\nKeep-Alive: timeout=9\r\n' +
    'Transfer-Encoding: chunked\r\nDate: today\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
  const { client } = await world(t, { upstream: { script } });
  client.request(1);
  assert.equal(await client.answered(1), 404);
  assert.deepEqual(client.blocks[0]?.fields, [
    [':status', '404'],
    ['x-one', '1'],
    ['date', 'today'],
  ]);
  assert.equal(client.body(1), 'abc');
});

test('an answer without a body ends with its head', async (t) => {
  const script = (): string => 'HTTP/1.1 204 No Content\r\n\r\n';
  const { client } = await world(t, { upstream: { script } });
  client.request(1);
  assert.equal(await client.answered(1), 204);
  assert.equal(client.blocks[0]?.ends, true);
  assert.ok(!client.frames.some((found) => found.type === type.data));
});

test('an answer of more lines than a frame holds arrives whole', async (t) => {
  const value = 'v'.repeat(20_000);
  const script = (): string =>
    `HTTP/1.1 200 OK\r\nX-Long: ${value}\r\nX-Last: 1\r\nContent-Length: 0\r\n\r\n`;
  const { client } = await world(t, { upstream: { script } });
  client.request(1);
  assert.equal(await client.answered(1), 200);
  assert.deepEqual(client.blocks[0]?.fields.slice(1, 3), [
    ['x-long', value],
    ['x-last', '1'],
  ]);
  await client.untilPong();
});

test('an answer that comes before the end of its request ends the stream both ways', async (t) => {
  const { client, proxy } = await world(t, { proxy: { routes: [] } });
  client.request(1, post(), false);
  assert.equal(await client.answered(1), 404);
  await client.untilReset(1, code.none);
  // What was on its way by then is nobody's fault.
  client.data(1, 'late', false);
  client.send(frame(type.headers, flag.endHeaders | flag.endStream, 1, literal('x-late', '1')));
  await client.untilPong();
  assert.equal(proxy.outcomes.length, 1);
});

test('an upstream that breaks off inside its answer resets the stream, and no other', async (t) => {
  const script = ({ startLine }: { startLine: string }, { socket }: { socket: { end(): void } }): string => {
    if (startLine.includes('/broken')) setImmediate(() => socket.end());
    return 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello';
  };
  const { client } = await world(t, { upstream: { script: script as never } });
  client.request(1, request({ ':path': '/waits' }));
  client.request(3, request({ ':path': '/broken' }));
  await client.untilReset(3, code.internal);
  assert.equal(client.body(3), 'hello');
  await client.untilPong();
  assert.ok(!client.frames.some((found) => found.type === type.reset && found.id === 1));
});

test('a client that resets a stream frees its upstream at once', async (t) => {
  const { client, recorder, proxy } = await world(t, { upstream: { script: () => undefined } });
  client.request(1);
  await recorder.untilRequests(1);
  client.send(frame(type.reset, 0, 1, Buffer.from([0, 0, 0, 8])));
  await proxy.untilOutcomes(1);
  assert.equal(proxy.outcomes[0]?.status, 499);
  await until(() => recorder.openCount === 0, 'the upstream connection to be closed');
});

test('a client that goes away frees all of its upstreams', async (t) => {
  const { client, recorder, proxy } = await world(t, { upstream: { script: () => undefined } });
  for (const id of [1, 3, 5]) client.request(id);
  await recorder.untilRequests(3);
  client.close();
  await proxy.untilOutcomes(3);
  await until(() => recorder.openCount === 0, 'the upstream connections to be closed');
});

test('frames may be cut anywhere', async (t) => {
  const { client, recorder } = await world(t);
  const bytes = Buffer.concat([
    frame(type.headers, flag.endHeaders, 1, block(post())),
    frame(type.data, flag.padded, 1, '\x03hello\0\0\0'),
    frame(type.data, flag.endStream, 1, ' world'),
  ]);
  for (const byte of bytes) {
    client.send(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(await client.answered(1), 200);
  assert.equal(recorder.requests[0]?.body, 'hello world');
});
