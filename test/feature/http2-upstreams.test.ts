import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createPlainServer } from 'node:net';
import { Readable } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import type { ForwardTarget } from '../../src/model/plan.ts';
import { FrameServer } from '../support/http2/frame-server.ts';
import {
  block,
  code,
  type Field,
  flag,
  frame,
  literal,
  number,
  settings,
  type,
} from '../support/http2/wire.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { TestProxy, type TestProxyOptions } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';

const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const h2c: Partial<ForwardTarget> = { scheme: 'h2c' };
const ok = (id: number, body = 'ok'): Buffer =>
  Buffer.concat([
    frame(type.headers, flag.endHeaders, id, block([[':status', '200']])),
    frame(type.data, flag.endStream, id, body),
  ]);

async function proxyTo(t: TestContext, port: number, options: TestProxyOptions = {}): Promise<TestProxy> {
  const proxy = await TestProxy.start({ endpoints: [port], routes: [{ targets: [h2c] }], ...options });
  t.after(async () => {
    await proxy.close();
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return proxy;
}

async function framesTo(
  t: TestContext,
  script: Parameters<typeof FrameServer.start>[0],
  begin?: Buffer,
  options: TestProxyOptions = {},
) {
  const server = await FrameServer.start(script, begin);
  const proxy = await proxyTo(t, server.port, options);
  t.after(() => server.close());
  return { server, proxy };
}

/** An upstream by `node:http2`. */
async function nodeTo(
  t: TestContext,
  onStream: (stream: ServerHttp2Stream, raw: readonly string[]) => void,
  options: { maxConcurrentStreams?: number; proxy?: TestProxyOptions } = {},
) {
  const { maxConcurrentStreams = 100 } = options;
  const server: Http2Server = createServer({ settings: { maxConcurrentStreams } });
  let sessions = 0;
  server.on('session', () => sessions++);
  server.on('stream', (stream: ServerHttp2Stream, _headers, _flags, raw: string[]) => {
    stream.on('error', () => {});
    onStream(stream, raw);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await proxyTo(t, (server.address() as AddressInfo).port, options.proxy);
  t.after(() => server.close());
  return { proxy, sessions: () => sessions };
}

/** Of the final answer. */
const statusOf = (answer: string): string => /HTTP\/1\.1 ([2-5]\d\d) /.exec(answer)?.[1] ?? '';

function* pieces(bytes: number): Iterable<Buffer> {
  for (let left = bytes; left > 0; left -= 50_000) yield Buffer.alloc(50_000);
}

/** Sends a request on a connection of its own and waits for the end of the answer. */
async function ask(proxy: TestProxy, text: string): Promise<string> {
  return exchangeRaw(proxy.port, text.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
}

describe('requests to an HTTP/2 upstream', () => {
  test('carry pseudo headers in place of start line and Host, and no line of another hop', async (t) => {
    const seen: (readonly string[])[] = [];
    const { proxy } = await nodeTo(t, (stream, raw) => {
      seen.push(raw);
      stream.respond({ ':status': 200 });
      stream.end('ok');
    });
    const lines =
      'TE: trailers, gzip\r\nX-Hop: 1\r\nConnection: keep-alive, x-hop\r\nX-A: b\r\nCookie: a=b\r\n';
    const answer = await exchangeRaw(
      proxy.port,
      `POST /p?q=1 HTTP/1.1\r\nHost: A.test:80\r\nContent-Length: 2\r\n${lines}\r\nhi${get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}`,
    );
    assert.equal(answer.match(/HTTP\/1\.1 200 OK\r\n/g)?.length, 2);
    const [first = []] = seen;
    assert.deepEqual(first.slice(0, 8), [
      ':method',
      'POST',
      ':scheme',
      'http',
      ':authority',
      'A.test:80',
      ':path',
      '/p?q=1',
    ]);
    const names = first.filter((_, index) => index % 2 === 0);
    for (const name of ['host', 'connection', 'x-hop']) assert.ok(!names.includes(name), name);
    assert.equal(first[names.indexOf('te') * 2 + 1], 'trailers');
    assert.equal(first[names.indexOf('content-length') * 2 + 1], '2');
    assert.equal(first[names.indexOf('cookie') * 2 + 1], 'a=b');
    assert.equal(proxy.outcomes[0]?.status, 200);
  });

  test('share one connection, and another one begins where the upstream takes no more streams', async (t) => {
    let open = 0;
    let most = 0;
    const waiting: ServerHttp2Stream[] = [];
    const { proxy, sessions } = await nodeTo(
      t,
      (stream) => {
        most = Math.max(most, ++open);
        waiting.push(stream);
      },
      { maxConcurrentStreams: 3 },
    );
    const answers = Array.from({ length: 7 }, () => ask(proxy, get));
    await until(() => waiting.length === 7, 'seven requests');
    assert.equal(sessions(), 3);
    for (const stream of waiting) {
      stream.respond({ ':status': 200 });
      stream.end('ok');
    }
    for (const answer of await Promise.all(answers)) assert.equal(statusOf(answer), '200');
    // Those that come now find room on what is there.
    const next = ask(proxy, get);
    await until(() => waiting.length === 8, 'one more');
    waiting[7]?.respond({ ':status': 204 }, { endStream: true });
    assert.equal(statusOf(await next), '204');
    assert.equal(sessions(), 3);
  });

  test('and answers of megabytes go through whole, at the same time', async (t) => {
    const { proxy, sessions } = await nodeTo(t, (stream) => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    });
    const body = Buffer.alloc(3_000_000, 'abcdefgh').toString('latin1');
    const head = `POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    const answers = await Promise.all([1, 2, 3].map(() => exchangeRaw(proxy.port, head + body)));
    for (const answer of answers) {
      const data = answer
        .slice(answer.indexOf('\r\n\r\n') + 4)
        .replace(/[0-9a-f]+\r\n((?:abcdefgh|[a-h])*)\r\n/g, '$1');
      assert.equal(statusOf(answer), '200');
      assert.equal(data.replace(/0?\r\n\r\n$/, '').length, body.length);
    }
    assert.equal(sessions(), 1);
  });

  test('whose client does not read hold up no other one', async (t) => {
    let begun = 0;
    const { proxy, sessions } = await nodeTo(t, (stream, raw) => {
      if (raw.includes('/large')) begun++;
      stream.respond({ ':status': 200 });
      if (raw.includes('/large')) Readable.from(pieces(20_000_000)).pipe(stream);
      else stream.end('ok');
    });
    const slow = await Promise.all(Array.from({ length: 20 }, () => RawSender.connect(proxy.port)));
    for (const sender of slow) {
      sender.pause();
      sender.send('GET /large HTTP/1.1\r\nHost: a.test\r\n\r\n');
    }
    await until(() => begun === 20, 'all of them');
    for (let count = 0; count < 5; count++) assert.equal(statusOf(await ask(proxy, get)), '200');
    assert.equal(sessions(), 1);
    for (const sender of slow) sender.close();
    await until(() => proxy.proxy.inFlight === 0, 'their end');
  });

  test('that nobody waits for any more are reset, and the connection goes on', async (t) => {
    const { server, proxy } = await framesTo(t, (connection, id, index) => {
      if (index > 0) connection.send(ok(id));
    });
    const sender = await RawSender.connect(proxy.port);
    sender.send(get);
    await until(() => server.connections[0]?.ids.length === 1, 'the request');
    sender.close();
    const [connection] = server.connections;
    await until(() => connection?.of(type.reset).length === 1, 'RST_STREAM');
    assert.deepEqual(connection?.of(type.reset)[0]?.payload, number(code.cancel));
    assert.equal(statusOf(await ask(proxy, get)), '200');
    assert.equal(server.connections.length, 1);
  });
});

test('a connection that begins with a PROXY header is for one client alone', async (t) => {
  const received: string[] = [];
  const upstream = createPlainServer((socket) => {
    const index = received.push('') - 1;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      received[index] += bytes.toString('latin1');
      if (received[index]?.includes('SM\r\n\r\n')) socket.destroy();
    });
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  t.after(() => upstream.close());
  const proxy = await proxyTo(t, (upstream.address() as AddressInfo).port, {
    routes: [{ targets: [{ ...h2c, proxyProtocol: 1 }] }],
  });
  assert.deepEqual((await Promise.all([ask(proxy, get), ask(proxy, get)])).map(statusOf), ['502', '502']);
  assert.equal(received.length, 2);
  for (const text of received)
    assert.match(text, /^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\nPRI \* HTTP\/2\.0\r\n/);
});

describe('an upstream that goes away', () => {
  test('gets what it has not begun again, on another connection', async (t) => {
    const { server, proxy } = await framesTo(t, (connection, id, index) => {
      if (index === 0)
        connection.send(frame(type.goAway, 0, 0, Buffer.concat([number(0), number(code.none)])));
      else connection.send(ok(id));
    });
    assert.equal(statusOf(await ask(proxy, get)), '200');
    assert.equal(server.connections.length, 2);
    assert.equal(proxy.outcomes[0]?.retries, 1);
  });

  test('may finish what it has begun', async (t) => {
    const { server, proxy } = await framesTo(t, (connection, id, index) => {
      if (index === 0) {
        connection.send(frame(type.goAway, 0, 0, Buffer.concat([number(id), number(code.none)])));
      }
      connection.send(ok(id));
    });
    assert.equal(statusOf(await ask(proxy, get)), '200');
    assert.equal(statusOf(await ask(proxy, get)), '200');
    assert.equal(server.connections.length, 2);
    await until(() => server.connections[0]?.isClosed === true, 'the end of the first');
    assert.equal(proxy.outcomes[0]?.retries, 0);
  });

  test('is asked once more where it refuses a stream, and not a third time', async (t) => {
    let most = 1;
    const { server, proxy } = await framesTo(t, (connection, id, index) => {
      if (index < most) connection.send(frame(type.reset, 0, id, number(code.refused)));
      else connection.send(ok(id));
    });
    assert.equal(statusOf(await ask(proxy, get)), '200');
    most = 9;
    assert.equal(statusOf(await ask(proxy, get)), '502');
    assert.deepEqual(
      server.connections.map(({ ids }) => ids.length),
      [4],
    );
  });

  test('is not asked again where it resets a stream that it may have begun', async (t) => {
    const { server, proxy } = await framesTo(t, (connection, id, index) => {
      if (index === 0) connection.send(ok(id));
      else connection.send(frame(type.reset, 0, id, number(code.internal)));
    });
    assert.equal(statusOf(await ask(proxy, get)), '200');
    assert.equal(statusOf(await ask(proxy, get)), '502');
    assert.equal(server.connections[0]?.ids.length, 2);
    assert.equal(server.connections.length, 1);
  });

  test('is not believed dead for its silence alone: it is asked for a sign of life first', async (t) => {
    const { server, proxy } = await framesTo(t, () => {}, undefined, {
      routes: [{ targets: [{ ...h2c, transport: 't' }] }],
      tls: { transports: [{ id: 't', readIdleMs: 30, pingTimeoutMs: 40 }] },
    });
    const answer = ask(proxy, get);
    await until(() => server.connections[0]?.of(type.ping).length === 1, 'PING');
    assert.equal(proxy.outcomes.length, 0);
    server.connections[0]?.send(frame(type.ping, 1, 0, server.connections[0].of(type.ping)[0]?.payload));
    await until(() => server.connections[0]?.of(type.ping).length === 2, 'PING again');
    assert.equal(statusOf(await answer), '504');
    await until(() => server.connections[0]?.isClosed === true, 'the end');
  });
});

describe('an upstream that breaks the rules', () => {
  const wrong = (fields: readonly Field[]) => (id: number) =>
    frame(type.headers, flag.endHeaders | flag.endStream, id, block(fields));
  const status: Field = [':status', '200'];
  const head = (id: number, ...more: readonly Field[]) =>
    frame(type.headers, flag.endHeaders, id, block([status, ...more]));
  const push = Buffer.concat([number(2), block([[':method', 'GET']])]);
  const cases: readonly (readonly [what: string, answer: (id: number) => Buffer])[] = [
    ['no status', wrong([['a', 'b']])],
    ['two statuses', wrong([status, status])],
    ['a status of two digits', wrong([[':status', '20']])],
    ['101', wrong([[':status', '101']])],
    ['a status behind a line', wrong([['a', 'b'], status])],
    ['a pseudo header of requests', wrong([status, [':path', '/']])],
    ['a name in upper case', wrong([status, ['A', 'b']])],
    ['a name with a blank', wrong([status, ['a b', 'c']])],
    ['a line break in a value', wrong([status, ['a', 'b\r\nc: d']])],
    ['a line of the connection', wrong([status, ['connection', 'close']])],
    ['Transfer-Encoding', wrong([status, ['transfer-encoding', 'chunked']])],
    ['two lengths', wrong([status, ['content-length', '0'], ['content-length', '0']])],
    ['a length that is none', wrong([status, ['content-length', '+1']])],
    ['a length without a body', wrong([status, ['content-length', '3']])],
    [
      'too many lines',
      wrong([status, ...Array.from({ length: 300 }, (_, index): Field => [`a${index}`, ''])]),
    ],
    ['an informational answer that ends', wrong([[':status', '103']])],
    [
      'informational answers without end',
      (id) =>
        Buffer.concat(
          Array.from({ length: 40 }, () =>
            frame(type.headers, flag.endHeaders, id, block([[':status', '103']])),
          ),
        ),
    ],
    ['a body before the head', (id) => frame(type.data, flag.endStream, id, 'hi')],
    ['a frame that is too large', (id) => frame(type.headers, flag.endHeaders, id, Buffer.alloc(16_385))],
    ['a header block that is malformed', (id) => frame(type.headers, flag.endHeaders, id, Buffer.of(0x80))],
    ['PUSH_PROMISE', (id) => frame(type.push, flag.endHeaders, id, push)],
    ['a stream that nobody opened', (id) => head(id + 2)],
    ['a window that grows too large', () => frame(type.window, 0, 0, number(0x7fffffff))],
    ['a PING on a stream', (id) => frame(type.ping, 0, id, Buffer.alloc(8))],
    [
      'a header block that another frame interrupts',
      (id) => Buffer.concat([frame(type.headers, 0, id, literal(':status', '200')), settings()]),
    ],
  ];
  for (const [what, answer] of cases) {
    test(`by ${what} gets its client 502, and the next request is answered`, async (t) => {
      let isGood = false;
      const { proxy } = await framesTo(t, (connection, id) => connection.send(isGood ? ok(id) : answer(id)));
      assert.equal(statusOf(await ask(proxy, get)), '502');
      isGood = true;
      assert.equal(statusOf(await ask(proxy, get)), '200');
    });
  }

  const late: readonly (readonly [what: string, answer: (id: number) => Buffer])[] = [
    [
      'a body that is longer than its length',
      (id) => Buffer.concat([head(id, ['content-length', '1']), frame(type.data, 1, id, 'hi')]),
    ],
    [
      'a body that is shorter',
      (id) => Buffer.concat([head(id, ['content-length', '3']), frame(type.data, 1, id, 'hi')]),
    ],
    [
      'trailers that do not end',
      (id) => Buffer.concat([head(id), frame(type.headers, flag.endHeaders, id, block([['a', 'b']]))]),
    ],
    [
      'a status among trailers',
      (id) => Buffer.concat([head(id), frame(type.headers, 5, id, block([status]))]),
    ],
    [
      'a reset',
      (id) => Buffer.concat([head(id), frame(type.data, 0, id, 'hi'), frame(type.reset, 0, id, number(2))]),
    ],
  ];
  for (const [what, answer] of late) {
    test(`by ${what} gets its client an answer that is not whole`, async (t) => {
      const { proxy } = await framesTo(t, (connection, id) => connection.send(answer(id)));
      const received = await exchangeRaw(proxy.port, get);
      assert.ok(!received.endsWith('0\r\n\r\n') && !/Content-Length: 2\r\n/i.test(received), received);
      await proxy.untilOutcomes(1);
      assert.notEqual(proxy.outcomes[0]?.reason, null);
    });
  }

  test('by speaking HTTP/1.1 is not understood, and says so', async (t) => {
    const { proxy } = await framesTo(t, () => {}, Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    assert.equal(statusOf(await ask(proxy, get)), '502');
  });

  test('by taking no streams at all is asked once', async (t) => {
    const { server, proxy } = await framesTo(t, () => {}, settings([3, 0]));
    assert.equal(statusOf(await ask(proxy, get)), '502');
    assert.equal(server.connections.length, 1);
  });
});

describe('answers', () => {
  test('without a body say so to clients of HTTP/1, and those to HEAD keep their length', async (t) => {
    const { proxy } = await framesTo(t, (connection, id, index) => {
      const fields: Field[] = [[':status', index === 1 ? '204' : '200']];
      if (index === 2) fields.push(['content-length', '5']);
      connection.send(frame(type.headers, flag.endHeaders | flag.endStream, id, block(fields)));
    });
    assert.match(
      await ask(proxy, get),
      /^HTTP\/1\.1 200 OK\r\n(?:[^\r]+\r\n)*Content-Length: 0\r\n(?:[^\r]+\r\n)*\r\n$/,
    );
    assert.doesNotMatch(await ask(proxy, get), /Content-Length|Transfer-Encoding/i);
    assert.match(await ask(proxy, get.replace('GET', 'HEAD')), /content-length: 5\r\n(?:[^\r]+\r\n)*\r\n$/);
  });

  test('may be preceded by informational ones', async (t) => {
    const { proxy } = await framesTo(t, (connection, id) => {
      const early = block([
        [':status', '103'],
        ['link', '</a>'],
      ]);
      connection.send(frame(type.headers, flag.endHeaders, id, early), ok(id));
    });
    assert.match(
      await ask(proxy, get),
      /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    );
  });

  test('frames of types that nobody knows, and priorities, are ignored', async (t) => {
    const { proxy } = await framesTo(t, (connection, id) => {
      const odd = [0x0a, 0x0c, 0x10, 0x42].map((kind) => frame(kind, 0xff, 0, 'https://a.test'));
      connection.send(...odd, frame(type.priority, 0, id, Buffer.alloc(5)), ok(id));
    });
    assert.equal(statusOf(await ask(proxy, get)), '200');
  });
});
