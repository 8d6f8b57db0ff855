import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import type { PlanTcpRoute } from '../../src/model/plan-tcp.ts';
import { selfSignedId } from '../../src/model/plan-tls.ts';
import { sslRequest } from '../../src/proxy/tcp/postgres.ts';
import { BytePeer } from '../support/raw/byte-peer.ts';
import { RawRecorder } from '../support/raw/recorder.ts';
import { RawSender } from '../support/raw/sender.ts';
import { planTcpRoute, type TestTcpRoute } from '../support/raw/tcp-routes.ts';
import { TestProxy, type TestProxyOptions } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { authorityMaterial, pairMaterial, TestAuthority } from '../support/tls/certificates.ts';
import { ask, TlsClient } from '../support/tls/client.ts';
import { clientHello } from '../support/tls/hello.ts';

const authority = await TestAuthority.make();
const [pair, client] = await Promise.all([
  authority.issue(['default']),
  authority.issue(['client'], { usage: 'client' }),
]);
const own = pairMaterial(pair, selfSignedId);
const authorities = authorityMaterial(authority);

const tcp: TestTcpRoute = { targets: [{ service: 'tcp' }] };
const terminate = { mode: 'terminate', options: 'default' } as const;
const passthrough = { mode: 'passthrough' } as const;

function forHost(host: string, tls: PlanTcpRoute['tls'], extra: TestTcpRoute = {}): TestTcpRoute {
  return { ...tcp, rule: { kind: 'hostSni', host }, tls, ...extra };
}

/** A proxy before an upstream of HTTP and one that says who it is, and echoes. */
async function start(t: TestContext, tcpRoutes: readonly TestTcpRoute[], options: TestProxyOptions = {}) {
  const recorder = await RawRecorder.start();
  const peer = await BytePeer.start(({ socket }) => {
    socket.write('tcp here\n');
    socket.pipe(socket);
  });
  const proxy = await TestProxy.start({
    endpoints: [recorder.port],
    tls: { material: [own, authorities] },
    tcpRoutes: tcpRoutes.map(planTcpRoute),
    ...options,
  });
  proxy.setEndpoints('tcp', [peer.port]);
  t.after(async () => {
    await proxy.close();
    await recorder.close();
    await peer.close();
    assert.deepEqual(proxy.errors, []);
  });
  return { proxy, peer };
}

/** Who answers a handshake and a request for a host: the status of HTTP, or `tcp`. */
async function whoAnswers(port: number, servername: string): Promise<number | string> {
  const socket = await TlsClient.connect(port, { servername });
  if (!socket.isSecure) return socket.error?.code ?? 'closed';
  socket.send(`GET / HTTP/1.1\r\nHost: ${servername === '' ? 'a.test' : servername}\r\n\r\n`);
  await until(() => socket.received !== '' || socket.isClosed, 'an answer');
  const answer = socket.received;
  socket.close();
  return answer.startsWith('tcp here') ? 'tcp' : Number(answer.slice(9, 12));
}

test('an entry point for clear TCP alone lets the upstream speak first', async (t) => {
  const { proxy } = await start(t, [tcp], { routes: [] });
  const sender = await RawSender.connect(proxy.port);
  await sender.untilReceived('tcp here\n');
  sender.send('GET / HTTP/1.1\r\n\r\n');
  await sender.untilReceived('HTTP/1.1');
  sender.close();
  await proxy.untilOutcomes(1);
  assert.equal(proxy.outcomes[0]?.protocol, 'tcp');
});

test('beside other routes clear TCP is chosen by what the client sends first', async (t) => {
  const { proxy } = await start(t, [forHost('*', null, { rule: { kind: 'clientIp', range: '127.0.0.2' } })]);
  const from = async (address: string): Promise<string> => {
    const sender = await RawSender.connect(proxy.port, address);
    sender.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
    await until(() => sender.received.length > 8, 'an answer');
    sender.close();
    return sender.received.slice(0, 8);
  };
  assert.equal(await from('127.0.0.1'), 'HTTP/1.1');
  assert.equal(await from('127.0.0.2'), 'tcp here');
});

test('over TLS hosts that are named go before any host, and HTTP before TCP', async (t) => {
  const named = { rule: { kind: 'host', host: 'a.test' } } as const;
  const any = { rule: { kind: 'pathPrefix', prefix: '/', elements: false }, priority: 0 } as const;
  const { proxy } = await start(
    t,
    [forHost('a.test', terminate), forHost('t.test', terminate), forHost('*', terminate)],
    { routes: [named] },
  );
  assert.equal(await whoAnswers(proxy.port, 'a.test'), 200);
  assert.equal(await whoAnswers(proxy.port, 't.test'), 'tcp');
  assert.equal(await whoAnswers(proxy.port, 'x.test'), 'tcp');
  assert.equal(await whoAnswers(proxy.port, ''), 'tcp');
  proxy.publish([named, any]);
  assert.equal(await whoAnswers(proxy.port, 't.test'), 'tcp');
  assert.equal(await whoAnswers(proxy.port, 'x.test'), 200);
});

test('TLS that is passed through reaches the upstream byte for byte', async (t) => {
  const { proxy, peer } = await start(t, [forHost('pass.test', passthrough)]);
  const hello = await clientHello({ servername: 'PASS.test.' });
  const sender = await RawSender.connect(proxy.port);
  for (let at = 0; at < hello.length; at += 100) {
    sender.send(hello.subarray(at, at + 100));
    await new Promise((resolve) => setImmediate(resolve));
  }
  sender.send('and more');
  const connection = await peer.connection();
  await connection.untilReceived('and more');
  assert.deepEqual(connection.received, Buffer.concat([hello, Buffer.from('and more')]));
  sender.close();
  assert.equal(await whoAnswers(proxy.port, 'a.test'), 200);
});

test('settings of a route for TCP hold for its handshakes', async (t) => {
  const mutual = { mode: 'terminate', options: 'default/mutual' } as const;
  const clientAuth = { mode: 'RequireAndVerifyClientCert', authorities: [authorities.id] } as const;
  const { proxy } = await start(
    t,
    [forHost('t.test', mutual), forHost('lost.test', { ...mutual, options: 'x/y' })],
    {
      tls: { material: [own, authorities], options: [{ id: 'default/mutual', clientAuth }] },
    },
  );
  const bare = await TlsClient.connect(proxy.port, { servername: 't.test', maxVersion: 'TLSv1.2' });
  assert.equal(bare.isSecure, false);
  bare.close();
  const known = { servername: 't.test', cert: client.certificate, key: client.key };
  const socket = await TlsClient.connect(proxy.port, known);
  await until(() => socket.received.includes('tcp here'), 'the upstream');
  socket.close();
  assert.equal(await whoAnswers(proxy.port, 'lost.test'), 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE');
});

test('PostgreSQL asks for TLS in its own way where a route for TCP over TLS is there, and nowhere else', async (t) => {
  const { proxy, peer } = await start(t, [forHost('pg.test', passthrough)]);
  const hello = await clientHello({ servername: 'pg.test' });
  const sender = await RawSender.connect(proxy.port);
  for (const byte of sslRequest) {
    sender.send(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await sender.untilReceived('S');
  sender.send(hello);
  const connection = await peer.connection();
  await until(() => connection.received.length > 0, 'the request at the upstream');
  assert.deepEqual(connection.received.subarray(0, 8), sslRequest);
  sender.close();
  // What is no TLS after it, what stands behind it unasked, and a host that no route of TCP is for.
  const other = await clientHello({ servername: 'a.test' });
  for (const [before, after] of [
    [sslRequest, Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    [sslRequest, Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    [Buffer.concat([sslRequest, hello]), null],
    [sslRequest, other],
  ] as const) {
    const refused = await RawSender.connect(proxy.port);
    refused.send(before);
    if (after !== null) {
      await refused.untilReceived('S');
      refused.send(after);
    }
    await refused.untilOver();
    refused.close();
  }
  assert.equal(await ask(proxy.port, 'a.test', { servername: 'a.test' }), 200);
});
