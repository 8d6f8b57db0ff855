import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { selfSignedId } from '../../src/model/plan-tls.ts';
import { sslRequest } from '../../src/proxy/tcp/postgres.ts';
import { headerOf } from '../support/raw/messages.ts';
import type { RecorderOptions, Script } from '../support/raw/recorder.ts';
import { RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import type { TestProxyOptions } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { authorityMaterial, pairMaterial, TestAuthority } from '../support/tls/certificates.ts';
import { ask, TlsClient } from '../support/tls/client.ts';
import { clientHello, records } from '../support/tls/hello.ts';

const authority = await TestAuthority.make();
const [pair, secure, client] = await Promise.all([
  authority.issue(['a.test']),
  authority.issue(['secure.test']),
  authority.issue(['client'], { usage: 'client' }),
]);
const own = pairMaterial(pair, selfSignedId);
const securePair = pairMaterial(secure);
const authorities = authorityMaterial(authority);
const tls = {
  material: [own, securePair, authorities],
  hosts: [{ host: 'secure.test', certificates: [securePair.id], options: 'default/mutual' }],
  options: [
    {
      id: 'default/mutual',
      clientAuth: { mode: 'RequireAndVerifyClientCert', authorities: [authorities.id] },
    } as const,
  ],
};
const anything = { rule: { kind: 'pathPrefix', prefix: '/', elements: false } } as const;

async function start(t: TestContext, options: TestProxyOptions = {}, upstream: RecorderOptions = {}) {
  return await setUp(t, upstream, { tls, routes: [anything], ...options });
}

/** A connection whose first bytes are sent as `cut` says, each piece in a turn of its own; the rest as it comes. */
function cutting(port: number, cut: (hello: Buffer) => readonly Buffer[]): Duplex {
  const raw: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let isFirst = true;
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      if (!isFirst) {
        raw.write(chunk, () => done());
        return;
      }
      isFirst = false;
      const pieces = [...cut(chunk)];
      const next = (): void => {
        const piece = pieces.shift();
        if (piece === undefined) done();
        else raw.write(piece, () => setImmediate(next));
      };
      next();
    },
    final(done) {
      raw.end(done);
    },
    destroy(error, done) {
      raw.destroy();
      done(error);
    },
  });
  raw.on('data', (bytes: Buffer) => wire.push(bytes));
  raw.on('end', () => wire.push(null));
  raw.on('error', () => undefined);
  raw.on('close', () => wire.destroy());
  return wire;
}

/** With a group whose keys are short there are fewer places to cut at. */
const small = { ecdhCurve: 'X25519' };

async function handshakeCut(
  port: number,
  servername: string,
  cut: (hello: Buffer) => readonly Buffer[],
): Promise<boolean> {
  const socket: TLSSocket = connectTls({
    socket: cutting(port, cut),
    servername,
    ...small,
    rejectUnauthorized: false,
  });
  let answer = '';
  let isOver = false;
  socket.on('data', (bytes: Buffer) => {
    answer += bytes.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isOver = true;
  });
  socket.write(`GET / HTTP/1.1\r\nHost: ${servername}\r\n\r\n`);
  await until(() => isOver || answer.includes('\r\n\r\n'), 'an answer or the end');
  socket.destroy();
  return answer.startsWith('HTTP/1.1 200');
}

test('a ClientHello that is cut anywhere meets the settings of its host all the same', async (t) => {
  const { proxy } = await start(t);
  const hello = await clientHello({ servername: 'secure.test', ...small });
  const cutAt = (at: number) => (bytes: Buffer) => [bytes.subarray(0, at), bytes.subarray(at)];
  // The random parts do not change its length.
  for (let at = 1; at < hello.length; at++) {
    assert.equal(await handshakeCut(proxy.port, 'secure.test', cutAt(at)), false, `cut at ${at}`);
  }
  for (let at = 1; at < hello.length; at += 7) {
    assert.equal(await handshakeCut(proxy.port, 'a.test', cutAt(at)), true, `cut at ${at}`);
  }
  for (const size of [1, 2, 3, 5, 40, 100, 300]) {
    const cut = (bytes: Buffer) => [records(bytes.subarray(5), size)];
    assert.equal(await handshakeCut(proxy.port, 'secure.test', cut), false, `records of ${size}`);
    assert.equal(await handshakeCut(proxy.port, 'a.test', cut), true, `records of ${size}`);
  }
  const allowed = { servername: 'secure.test', cert: client.certificate, key: client.key };
  assert.equal(await ask(proxy.port, 'secure.test', allowed), 200);
});

test('a connection that stops before its handshake is done is closed in time, whatever it began with', async (t) => {
  const { proxy } = await start(t, { limits: { headMs: 100 } });
  const hello = await clientHello({ servername: 'a.test' });
  const starts = [
    ...[1, 2, 5, 8, 60, hello.length - 1, hello.length].map((length) => hello.subarray(0, length)),
    ...[1, 3, 4, 8, 23].map((length) => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n').subarray(0, length)),
    ...[1, 4, 7, 8].map((length) => sslRequest.subarray(0, length)),
    Buffer.alloc(0),
  ];
  const senders = await Promise.all(
    starts.map(async (bytes) => {
      const sender = await RawSender.connect(proxy.port);
      if (bytes.length > 0) sender.send(bytes);
      return sender;
    }),
  );
  for (const sender of senders) await sender.untilOver();
  for (const sender of senders) sender.close();
  await until(() => proxy.proxy.openConnections === 0, 'no connection');
  assert.deepEqual(new Set(proxy.refused), new Set(['TlsHandshakeTimeout']));
});

test('bytes that dribble do not make the time for a handshake longer', async (t) => {
  const { proxy } = await start(t, { limits: { headMs: 200 } });
  const hello = await clientHello({ servername: 'a.test' });
  const sender = await RawSender.connect(proxy.port);
  let at = 0;
  const timer = setInterval(() => {
    if (at < 100) sender.send(hello.subarray(at, ++at));
  }, 20);
  await sender.untilOver();
  clearInterval(timer);
  sender.close();
  assert.ok(at < 100, 'it was closed while bytes came');
  assert.deepEqual(proxy.refused, ['TlsHandshakeTimeout']);
});

test('thousands of half handshakes cost others nothing, and end in time', async (t) => {
  const { proxy } = await start(t, { limits: { headMs: 1_500 } });
  const hello = await clientHello({ servername: 'a.test' });
  const senders: RawSender[] = [];
  t.after(() => {
    for (const sender of senders) sender.close();
  });
  for (let begun = 0; begun < 2_000; begun += 100) {
    const some = await Promise.all(Array.from({ length: 100 }, () => RawSender.connect(proxy.port)));
    for (const [index, sender] of some.entries())
      sender.send(hello.subarray(0, 1 + ((index * 5) % hello.length)));
    senders.push(...some);
  }
  assert.equal(await ask(proxy.port, 'a.test', { servername: 'a.test' }), 200);
  for (const sender of senders) await sender.untilOver();
  await until(() => proxy.proxy.openConnections === 0, 'no connection');
  // That to the upstream.
  assert.equal(proxy.proxy.watched, 1);
});

test('what follows a ClientHello and is no TLS ends the connection, and no other', async (t) => {
  const { proxy } = await start(t);
  const hello = await clientHello({ servername: 'a.test' });
  const open = await TlsClient.connect(proxy.port, { servername: 'a.test' });
  for (const garbage of [
    'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n',
    '\0'.repeat(20_000),
    '\x16\x03\x03\x40\x00x',
  ]) {
    const sender = await RawSender.connect(proxy.port);
    sender.send(Buffer.concat([hello, Buffer.from(garbage, 'latin1')]));
    await sender.untilOver();
    sender.close();
  }
  assert.equal(await open.get('a.test'), 200);
  open.close();
  await until(() => proxy.refused.length === 3, 'the refusals');
  assert.deepEqual(new Set(proxy.refused), new Set(['TlsHandshakeFailed']));
});

test('a ClientHello that no client makes is refused with an alert', async (t) => {
  const { proxy } = await start(t);
  for (const bytes of [
    Buffer.from([0x16, 3, 1, 0, 4, 2, 0, 0, 0]),
    Buffer.from([0x16, 3, 1, 0, 0]),
    records(Buffer.concat([Buffer.from([1, 0, 0, 10]), Buffer.alloc(10)])),
  ]) {
    const sender = await RawSender.connect(proxy.port);
    sender.send(bytes);
    await sender.untilOver();
    assert.deepEqual([...sender.receivedBuffer], [0x15, 3, 3, 0, 2, 2, 50]);
    sender.close();
  }
});

test('one port takes clear text and TLS, and tells upstreams which it was', async (t) => {
  const { proxy, recorder } = await start(t);
  assert.equal(await ask(proxy.port, 'a.test', { servername: 'a.test' }), 200);
  const sender = await RawSender.connect(proxy.port);
  sender.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
  await sender.untilReceived('\r\n\r\n');
  sender.close();
  const seen = recorder.requests.map((request) => headerOf(request, 'x-forwarded-proto'));
  assert.deepEqual(seen, ['https', 'http']);
  assert.deepEqual(
    recorder.requests.map((request) => headerOf(request, 'x-forwarded-port')),
    [String(proxy.port), String(proxy.port)],
  );
});

test('routes for TLS take nothing in clear text, and routes for clear text nothing over TLS', async (t) => {
  const { proxy } = await start(t, {
    routes: [
      { ...anything, tls: true, rule: { kind: 'host', host: 'tls.test' } },
      { ...anything, tls: false, rule: { kind: 'host', host: 'clear.test' } },
    ],
  });
  const clear = async (host: string): Promise<string> => {
    const sender = await RawSender.connect(proxy.port);
    sender.send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await sender.untilReceived('\r\n\r\n');
    sender.close();
    return sender.received.slice(9, 12);
  };
  assert.equal(await clear('tls.test'), '404');
  assert.equal(await clear('clear.test'), '200');
  assert.equal(await ask(proxy.port, 'tls.test', { servername: 'tls.test' }), 200);
  assert.equal(await ask(proxy.port, 'clear.test', { servername: 'clear.test' }), 404);
});

const shortAnswer = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort';
const large = 'x'.repeat(3_000_000);

test('large bodies go both ways over TLS, and back-pressure holds', async (t) => {
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n${large}`;
  const { proxy, recorder } = await start(t, {}, { script: () => answer });
  const socket = await TlsClient.connect(proxy.port, { servername: 'a.test' });
  socket.socket.pause();
  socket.send(`POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${large.length}\r\n\r\n${large}`);
  await until(() => recorder.requests.length === 1, 'the request');
  socket.socket.resume();
  await until(() => socket.receivedBytes > large.length, 'the answer');
  assert.ok(socket.received.endsWith(large));
  assert.equal(await socket.get('a.test'), 200);
  socket.close();
});

test('a client that closes its sending side is answered still, and is told the end', async (t) => {
  const { proxy } = await start(t);
  const socket = await TlsClient.connect(proxy.port, { servername: 'a.test' });
  socket.socket.end('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
  await until(() => socket.hasEnded, 'the end');
  assert.match(socket.received, /^HTTP\/1\.1 200 /);
  assert.equal(socket.error, null);
  await until(() => proxy.proxy.openConnections === 0, 'no connection');
});

test('an answer that its upstream cuts short ends without the goodbye of TLS', async (t) => {
  const script: Script = (_request, { socket }) => void socket.end(shortAnswer);
  const { proxy, recorder } = await start(t, {}, { script });
  const socket = await TlsClient.connect(proxy.port, { servername: 'a.test' });
  socket.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
  await until(() => socket.isClosed, 'the end');
  assert.equal(socket.error?.code, 'ECONNRESET');
  assert.equal(recorder.requests.length, 1);
});

test('a client that leaves in the middle of an answer ends its request', async (t) => {
  const { proxy } = await start(t, {}, { script: () => shortAnswer });
  const socket = await TlsClient.connect(proxy.port, { servername: 'a.test' });
  socket.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
  await until(() => socket.received.includes('short'), 'the begin');
  socket.close();
  await proxy.untilOutcomes(1);
  assert.equal(proxy.outcomes[0]?.reason, 'ClientClosed');
  await until(() => proxy.proxy.openConnections === 0, 'no connection');
});

test('a drain answers the last request over TLS and says goodbye', async (t) => {
  const { proxy } = await start(t, { limits: { lastCallMs: 50, lingerMs: 50 } });
  const [idle, busy] = await Promise.all([
    TlsClient.connect(proxy.port, { servername: 'a.test' }),
    TlsClient.connect(proxy.port, { servername: 'a.test' }),
  ]);
  const waiting = await RawSender.connect(proxy.port);
  assert.equal(await busy.get('a.test'), 200);
  const drained = proxy.proxy.drain(5_000);
  assert.equal(await busy.get('a.test'), 200);
  assert.match(busy.received, /Connection: close\r\n/);
  await Promise.all([idle.untilClosed(), busy.untilClosed(), waiting.untilOver()]);
  waiting.close();
  await drained;
  assert.deepEqual(
    [idle, busy].map(({ error }) => error),
    [null, null],
  );
  for (const socket of [idle, busy]) socket.close();
});

test('with a PROXY header before it TLS is TLS, of the client that the header tells of', async (t) => {
  const { proxy, recorder } = await start(t, {
    entryPoint: { proxyProtocol: true },
    trustedIps: ['127.0.0.1'],
    limits: { headMs: 300 },
  });
  const hello = 'PROXY TCP4 192.0.2.1 192.0.2.2 1234 443\r\n';
  const header = (bytes: Buffer) => [Buffer.concat([Buffer.from(hello), bytes])];
  assert.equal(await handshakeCut(proxy.port, 'a.test', header), true);
  const [request] = recorder.requests;
  assert.equal(request === undefined ? '' : headerOf(request, 'x-real-ip'), '192.0.2.1');
  const sender = await RawSender.connect(proxy.port);
  sender.send(`${hello}\x16\x03`);
  await sender.untilOver();
  sender.close();
  assert.deepEqual(proxy.refused, ['TlsHandshakeTimeout']);
});
