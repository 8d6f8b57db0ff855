import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import type { TcpTarget } from '../../src/model/plan-tcp.ts';
import type { PlanTransport } from '../../src/model/plan-transport.ts';
import { RawSender } from '../support/raw/sender.ts';
import { planTcpRoute } from '../support/raw/tcp-routes.ts';
import { TestProxy } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { authorityMaterial, TestAuthority } from '../support/tls/certificates.ts';
import { TlsUpstream, type TlsUpstreamOptions } from '../support/tls/upstream.ts';

const service = 'default/db:5432';
const transportId = 'default/t';
const authority = await TestAuthority.make();
const stranger = await TestAuthority.make('stranger');
const trusted = authorityMaterial(authority);
const pair = await authority.issue(['db.default.svc']);

interface SetUp {
  readonly upstream?: TlsUpstreamOptions;
  readonly target?: Partial<TcpTarget>;
  readonly transport?: Partial<PlanTransport>;
}

/** A proxy that passes connections on over TLS, before an upstream that echoes. */
async function setUp(t: TestContext, { upstream: tls, target, transport }: SetUp = {}) {
  const upstream = await TlsUpstream.start({ cert: pair.certificate, key: pair.key, ...tls });
  const targets = [{ service, tls: true, transport: transportId, ...target }];
  const proxy = await TestProxy.start({
    routes: [],
    tcpRoutes: [planTcpRoute({ targets }, 0)],
    tls: {
      material: [trusted, authorityMaterial(stranger)],
      transports: [{ id: transportId, authorities: [trusted.id], ...transport }],
    },
  });
  proxy.setEndpoints(service, [upstream.port]);
  t.after(async () => {
    await proxy.close();
    await upstream.close();
    assert.deepEqual(proxy.errors, []);
  });
  return { upstream, proxy };
}

test('a connection of TCP is passed on over TLS, both ways and to its end', async (t) => {
  const { upstream, proxy } = await setUp(t);
  const client = await RawSender.connect(proxy.port);
  client.send('hello');
  await until(() => upstream.received[0] === 'hello', 'bytes at the upstream');
  assert.deepEqual(upstream.serverNames, ['db.default.svc']);
  const answer = randomBytes(4 * 1_048_576);
  upstream.sockets[0]?.end(answer);
  await client.untilOver();
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  assert.equal(digest(client.receivedBuffer), digest(answer));
  client.end();
  await proxy.untilOutcomes(1);
  assert.equal(proxy.outcomes[0]?.reason, null);
  assert.equal(proxy.outcomes[0]?.responseBytes, answer.length);
  client.close();
});

test('a PROXY header goes before the handshake, in clear', async (t) => {
  // `PROXY TCP4 127.0.0.1 127.0.0.1 12345 12345` and its end, with ports of five digits as the system gives them.
  const { upstream, proxy } = await setUp(t, {
    upstream: { headerLength: 44 },
    target: { proxyProtocol: 1 },
  });
  const client = await RawSender.connect(proxy.port);
  client.send('hello');
  await until(() => upstream.received[0] === 'hello', 'bytes at the upstream');
  assert.match(upstream.headers[0] ?? '', /^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d{5} \d{5}\r\n$/);
  client.close();
});

test('an upstream whose certificate is not believed gets nothing, and the client is closed', async (t) => {
  const { upstream, proxy } = await setUp(t, {
    transport: { authorities: [authorityMaterial(stranger).id] },
  });
  const client = await RawSender.connect(proxy.port);
  client.send('secret');
  await client.untilOver();
  await proxy.untilOutcomes(1);
  assert.equal(proxy.outcomes[0]?.reason, 'UpstreamTlsFailed');
  assert.deepEqual(upstream.received.join(''), '');
  client.close();
});
