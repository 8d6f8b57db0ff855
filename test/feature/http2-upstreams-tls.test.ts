import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import '../support/leaks.ts';
import { exchangeRaw } from '../support/raw/sender.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { authorityMaterial, TestAuthority } from '../support/tls/certificates.ts';

const service = 'default/shop:443';
const get = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';
const authority = await TestAuthority.make();
const trusted = authorityMaterial(authority);
const pair = await authority.issue(['shop.default.svc']);

interface SetUp {
  /** The server agrees to HTTP/2. */
  readonly agrees?: boolean;
  /** The transport allows it. */
  readonly http2?: boolean;
}

/** A proxy before a server that agrees to some protocols, and says which one each request came in. */
async function setUp(t: TestContext, { agrees = true, http2 = true }: SetUp) {
  const cert = { cert: pair.certificate, key: pair.key };
  const server = agrees ? createSecureServer({ ...cert, allowHTTP1: true }) : createServer(cert);
  const offered: string[] = [];
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on('secureConnection', (socket: TLSSocket) => offered.push(String(socket.alpnProtocol)));
  const answer = (
    { httpVersion, headers }: { httpVersion: string; headers: Readonly<Record<string, unknown>> },
    response: { end(text: string): unknown },
  ) => response.end(`${httpVersion} ${headers[':scheme'] ?? headers.host}`);
  server.on('request', answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await TestProxy.start({
    routes: [{ targets: [{ service, scheme: 'https', transport: 't' }] }],
    tls: { material: [trusted], transports: [{ id: 't', authorities: [trusted.id], http2 }] },
  });
  proxy.setEndpoints(service, [(server.address() as AddressInfo).port]);
  t.after(async () => {
    await proxy.close();
    for (const socket of open) socket.destroy();
    server.close();
    await until(() => open.size === 0, 'the end of all connections');
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return { proxy, offered };
}

async function bodies(proxy: TestProxy, count: number): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => exchangeRaw(proxy.port, get)));
  return answers.map(
    (answer) => /(?:2\.0|1\.1) [a-z.]+/.exec(answer.slice(answer.indexOf('\r\n\r\n')))?.[0] ?? answer,
  );
}

test('an upstream that agrees to HTTP/2 gets all requests on one connection, in HTTP/2', async (t) => {
  const { proxy, offered } = await setUp(t, {});
  assert.deepEqual(await bodies(proxy, 5), Array(5).fill('2.0 https'));
  assert.deepEqual(await bodies(proxy, 1), ['2.0 https']);
  assert.deepEqual(offered, ['h2']);
});

test('an upstream that agrees to HTTP/1.1 gets every request in that, the first ones too', async (t) => {
  const { proxy, offered } = await setUp(t, { agrees: false });
  assert.deepEqual(await bodies(proxy, 5), Array(5).fill('1.1 a.test'));
  assert.deepEqual(await bodies(proxy, 1), ['1.1 a.test']);
  assert.equal(offered.length, 5);
});

test('HTTP/2 is not offered where the transport does without', async (t) => {
  const { proxy, offered } = await setUp(t, { http2: false });
  assert.deepEqual(await bodies(proxy, 1), ['1.1 a.test']);
  assert.deepEqual(offered, ['http/1.1']);
});
