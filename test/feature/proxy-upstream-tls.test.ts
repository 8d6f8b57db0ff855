import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import '../support/leaks.ts';
import type { PlanTransport } from '../../src/model/plan-transport.ts';
import { exchangeRaw, RawSender } from '../support/raw/sender.ts';
import { TestProxy, type TestProxyOptions } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { handshake, switching } from '../support/raw/websocket.ts';
import {
  authorityMaterial,
  pairMaterial,
  TestAuthority,
  type TestPair,
} from '../support/tls/certificates.ts';
import { startSilent, TlsUpstream, type TlsUpstreamOptions } from '../support/tls/upstream.ts';

const host = 'shop.default.svc';
const service = 'default/shop:443';
const transportId = 'default/t';
const get = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';

const authority = await TestAuthority.make();
const stranger = await TestAuthority.make('stranger');
const trusted = authorityMaterial(authority);
const good = await authority.issue([host]);

interface SetUp {
  readonly pair?: TestPair;
  readonly upstream?: TlsUpstreamOptions;
  /** Null names no transport. The authority is believed unless something else is said. */
  readonly transport?: Partial<PlanTransport> | null;
  readonly proxy?: TestProxyOptions;
  readonly proxyLimits?: TestProxyOptions['limits'];
  readonly proxyProtocol?: 1 | 2;
}

async function setUp(
  t: TestContext,
  { pair = good, upstream: tls, transport, proxy: more, proxyProtocol, proxyLimits = {} }: SetUp,
) {
  const upstream = await TlsUpstream.start({ cert: pair.certificate, key: pair.key, ...tls });
  const named = transport === null ? {} : { transport: transportId };
  const header = proxyProtocol === undefined ? {} : { proxyProtocol };
  const proxy = await TestProxy.start({
    routes: [{ targets: [{ service, scheme: 'https', ...named, ...header }] }],
    tls: {
      material: [trusted, authorityMaterial(stranger)],
      transports:
        transport === null
          ? []
          : [{ id: transportId, authorities: [trusted.id], http2: false, ...transport }],
    },
    limits: proxyLimits,
    ...more,
  });
  proxy.setEndpoints(service, [upstream.port]);
  t.after(async () => {
    await proxy.close();
    await upstream.close();
    assert.deepEqual(proxy.errors, []);
    assert.equal(proxy.proxy.inFlight, 0);
  });
  return { upstream, proxy };
}

async function statusAndReason(proxy: TestProxy): Promise<string> {
  const received = await exchangeRaw(proxy.port, get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  const reason = /\r\nX-Fairlead-Reason: (\w+)/i.exec(received)?.[1] ?? 'none';
  return `${received.slice(9, 12)} ${reason}`;
}

const certificates: Readonly<Record<string, () => Promise<TestPair>>> = {
  valid: async () => good,
  expired: () => authority.issue([host], { days: -1 }),
  'of another name': () => authority.issue(['other.default.svc']),
  'of an authority that is not believed': () => stranger.issue([host]),
  'without a name but the common name': () => authority.issue([]),
  'for clients only': () => authority.issue([host], { usage: 'client' }),
};

for (const [name, make] of Object.entries(certificates)) {
  test(`a certificate ${name}: taken only where it is good, or nobody looks at it`, async (t) => {
    const pair = await make();
    const answers: Record<string, string> = {};
    const verifying = name === 'without a name but the common name' ? { serverName: 'nobody' } : {};
    const settings: Record<string, Partial<PlanTransport>> = {
      verify: verifying,
      'verify, with HTTP/2 on offer': { ...verifying, http2: true },
      skip: { insecureSkipVerify: true },
      'skip with names': { insecureSkipVerify: true, peerNames: [{ type: 'DNSName', value: host }] },
    };
    for (const [setting, transport] of Object.entries(settings)) {
      const { proxy, upstream } = await setUp(t, { pair, transport });
      answers[setting] = await statusAndReason(proxy);
      if (answers[setting] !== '200 none') assert.deepEqual(upstream.received.join(''), '', setting);
    }
    const isGood = name === 'valid';
    assert.deepEqual(answers, {
      verify: isGood ? '200 none' : '502 UpstreamTlsFailed',
      'verify, with HTTP/2 on offer': isGood ? '200 none' : '502 UpstreamTlsFailed',
      skip: '200 none',
      'skip with names': isGood ? '200 none' : '502 UpstreamTlsFailed',
    });
  });
}

test('without a transport, only authorities that everybody believes are believed', async (t) => {
  const { proxy } = await setUp(t, { transport: null });
  assert.equal(await statusAndReason(proxy), '502 UpstreamTlsFailed');
});

test('an upstream is named as its service is in the cluster, or as the transport says', async (t) => {
  const first = await setUp(t, {});
  assert.equal(await statusAndReason(first.proxy), '200 none');
  assert.deepEqual(first.upstream.serverNames, [host]);
  const pair = await authority.issue(['db.internal', '10.0.0.1']);
  const second = await setUp(t, { pair, transport: { serverName: 'DB.internal.' } });
  assert.equal(await statusAndReason(second.proxy), '200 none');
  assert.deepEqual(second.upstream.serverNames, ['db.internal']);
  const third = await setUp(t, { pair, transport: { serverName: '10.0.0.1' } });
  assert.equal(await statusAndReason(third.proxy), '200 none');
  assert.deepEqual(third.upstream.serverNames, [false]);
});

test('names that a transport lists decide in place of the name of the upstream', async (t) => {
  const uri = 'spiffe://cluster.local/ns/default/sa/shop';
  const pair = await authority.issue(['unused.test', uri]);
  const answers: string[] = [];
  for (const value of [uri, `${uri}/`, uri.slice(0, -1)]) {
    const { proxy } = await setUp(t, { pair, transport: { peerNames: [{ type: 'URI', value }] } });
    answers.push(await statusAndReason(proxy));
  }
  assert.deepEqual(answers, ['200 none', '502 UpstreamTlsFailed', '502 UpstreamTlsFailed']);
});

test('an upstream that asks for a certificate gets that of the transport', async (t) => {
  const client = await authority.issue(['fairlead'], { usage: 'client' });
  const shown = pairMaterial(client);
  const upstream = { requestCert: true, rejectUnauthorized: true, ca: [authority.certificate] };
  const transport = { clientCertificates: [shown.id] };
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const { proxy, upstream: asks } = await setUp(t, {
      upstream: { ...upstream, maxVersion },
      transport,
      proxy: {
        routes: [{ targets: [{ service, scheme: 'https', transport: transportId }] }],
        tls: {
          material: [trusted, shown],
          transports: [{ id: transportId, authorities: [trusted.id], http2: false, ...transport }],
        },
      },
    });
    assert.equal(await statusAndReason(proxy), '200 none');
    assert.equal(asks.sockets[0]?.getPeerCertificate().subject.CN, 'fairlead');
    const without = await setUp(t, { upstream: { ...upstream, maxVersion } });
    assert.equal(await statusAndReason(without.proxy), '502 UpstreamTlsFailed', maxVersion);
    assert.deepEqual(without.upstream.received.join(''), '');
  }
});

test('a certificate of the transport that is not there keeps everything from being sent', async (t) => {
  const missing = await setUp(t, { transport: { clientCertificates: ['no such'] } });
  assert.equal(await statusAndReason(missing.proxy), '502 UpstreamTlsFailed');
  assert.equal(missing.upstream.accepted, 0);
  const authorities = await setUp(t, { transport: { authorities: ['no such'] } });
  assert.equal(await statusAndReason(authorities.proxy), '502 UpstreamTlsFailed');
  assert.equal(authorities.upstream.accepted, 0);
  const failed = await setUp(t, { transport: { failure: 'SecretNotFound' } });
  assert.equal(await statusAndReason(failed.proxy), '500 RouteBroken');
  assert.equal(failed.upstream.accepted, 0);
});

test('a lowest version without a highest holds, and one that the upstream does not speak fails', async (t) => {
  const { proxy, upstream } = await setUp(t, { transport: { minVersion: 'TLSv1.3' } });
  assert.equal(await statusAndReason(proxy), '200 none');
  assert.equal(upstream.sockets[0]?.getProtocol(), 'TLSv1.3');
  const old = await setUp(t, { transport: { minVersion: 'TLSv1.3' }, upstream: { maxVersion: 'TLSv1.2' } });
  assert.equal(await statusAndReason(old.proxy), '502 UpstreamTlsFailed');
});

test('cipher suites are those of the transport, for TLS 1.2', async (t) => {
  const suite = 'ECDHE-ECDSA-AES256-GCM-SHA384';
  const { proxy, upstream } = await setUp(t, {
    transport: { cipherSuites: [suite] },
    upstream: { maxVersion: 'TLSv1.2' },
  });
  assert.equal(await statusAndReason(proxy), '200 none');
  assert.equal(upstream.sockets[0]?.getCipher().name, suite);
  const newer = await setUp(t, { transport: { cipherSuites: [suite] } });
  assert.equal(await statusAndReason(newer.proxy), '200 none');
  assert.equal(newer.upstream.sockets[0]?.getProtocol(), 'TLSv1.3');
});

test('what an upstream sends in clear before the handshake reaches nobody', async (t) => {
  const injected = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\ninjected';
  const { proxy } = await setUp(t, { upstream: { clearFirst: injected } });
  const received = await exchangeRaw(proxy.port, get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  assert.match(received, /^HTTP\/1\.1 502 /);
  assert.doesNotMatch(received, /injected/);
});

test('a request goes to another endpoint where one fails the handshake, also with a body', async (t) => {
  const { proxy, upstream } = await setUp(t, {});
  const bad = await stranger.issue([host]);
  const other = await TlsUpstream.start({ cert: bad.certificate, key: bad.key });
  t.after(() => other.close());
  proxy.setEndpoints(service, [other.port, upstream.port]);
  const post = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\r\n\r\n';
  const received = await exchangeRaw(proxy.port, post);
  assert.match(received, /^HTTP\/1\.1 200 /);
  assert.equal(proxy.outcomes[0]?.retries, 1);
  assert.equal(proxy.outcomes[0]?.retryReason, 'UpstreamTlsFailed');
  assert.equal(other.received.join(''), '');
});

for (const http2 of [true, false]) {
  test(`a handshake that nobody answers ends when its time is over, with HTTP/2 ${http2 ? '' : 'not '}on offer`, async (t) => {
    const { proxy } = await setUp(t, { transport: { http2 }, proxyLimits: { upstreamHandshakeMs: 50 } });
    const silent = await startSilent();
    t.after(() => silent.close());
    proxy.setEndpoints(service, [silent.port]);
    assert.equal(await statusAndReason(proxy), '502 UpstreamTlsFailed');
  });
}

test('connections are used again, and none of another transport is', async (t) => {
  const { proxy, upstream } = await setUp(t, {});
  const sender = await RawSender.connect(proxy.port);
  const ask = async (count: number) => {
    sender.send(get);
    await until(() => sender.received.split('\r\n\r\nok').length > count, 'an answer');
  };
  await ask(1);
  await ask(2);
  assert.equal(upstream.accepted, 1);
  // The same content: nothing changes.
  proxy.publish(
    [],
    {},
    { transports: [{ id: transportId, authorities: [trusted.id], http2: false, minVersion: 'TLSv1.3' }] },
  );
  await ask(3);
  assert.equal(upstream.accepted, 2);
  await until(() => upstream.sockets[0]?.destroyed === true, 'the end of the old connection');
  const other = authorityMaterial(stranger);
  proxy.publish(
    [],
    {},
    { material: [other], transports: [{ id: transportId, authorities: [other.id], http2: false }] },
  );
  sender.send(get);
  await sender.untilReceived('UpstreamTlsFailed');
  assert.equal(upstream.received.length, 2);
  proxy.publish([], {}, { transports: [{ id: transportId, authorities: [trusted.id] }] });
  assert.equal(await statusAndReason(proxy), '200 none');
  sender.close();
});

test('services that share an endpoint share no connection under different names', async (t) => {
  const pair = await authority.issue([host, 'spare.default.svc']);
  const { proxy, upstream } = await setUp(t, { pair });
  const spare = 'default/spare:443';
  proxy.publish([
    { targets: [{ service, scheme: 'https', transport: transportId }] },
    {
      rule: { kind: 'host', host: 'b.test' },
      targets: [{ service: spare, scheme: 'https', transport: transportId }],
    },
  ]);
  proxy.setEndpoints(spare, [upstream.port]);
  const sender = await RawSender.connect(proxy.port);
  sender.send(get + get.replace('a.test', 'b.test') + get);
  await until(() => sender.received.split('\r\n\r\nok').length === 4, 'three answers');
  assert.deepEqual(upstream.serverNames, [host, 'spare.default.svc']);
  sender.close();
});

test('a WebSocket goes through TLS both ways', async (t) => {
  const { proxy, upstream } = await setUp(t, { upstream: { answer: (received) => switching(received) } });
  const sender = await RawSender.connect(proxy.port);
  sender.send(handshake('/chat'));
  await sender.untilReceived('\r\n\r\n');
  assert.match(sender.received, /^HTTP\/1\.1 101 /);
  upstream.sockets[0]?.write('\x81\x02hi');
  await sender.untilReceived('\x81\x02hi');
  const before = upstream.received[0]?.length ?? 0;
  sender.send('\x81\x82\0\0\0\0yo');
  await until(() => (upstream.received[0]?.length ?? 0) === before + 8, 'a frame');
  sender.close();
  await until(() => upstream.sockets[0]?.destroyed === true, 'the end of the tunnel');
});

test('large bodies pass both ways, with the back-pressure of both sides', async (t) => {
  const size = 4 * 1024 * 1024;
  const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`;
  const { proxy, upstream } = await setUp(t, { upstream: { answer: () => answer } });
  const body = `${'y'.repeat(size - 4)}\r\n\r\n`;
  const received = await exchangeRaw(
    proxy.port,
    `POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n${body}`,
  );
  assert.equal(received.length - received.indexOf('\r\n\r\n') - 4, size);
  assert.ok(upstream.received[0]?.endsWith(body));
});

test('a PROXY header goes before the handshake, and the certificate counts all the same', async (t) => {
  const headerLength = 28;
  const { proxy, upstream } = await setUp(t, { proxyProtocol: 2, upstream: { headerLength } });
  assert.equal(await statusAndReason(proxy), '200 none');
  assert.match(upstream.headers[0] ?? '', /^\r\n\r\n\0\r\nQUIT\n/);
  const bad = await setUp(t, {
    proxyProtocol: 2,
    pair: await stranger.issue([host]),
    upstream: { headerLength },
  });
  assert.equal(await statusAndReason(bad.proxy), '502 UpstreamTlsFailed');
  const gone = await setUp(t, { proxyProtocol: 2 });
  await gone.upstream.close();
  assert.equal(await statusAndReason(gone.proxy), '502 UpstreamConnectFailed');
});

test('a route answers 504 by the time of its transport, and by its own where it has one', async (t) => {
  const transport = { firstByteMs: 50 };
  const { proxy, upstream } = await setUp(t, { transport, upstream: { answer: () => '' } });
  assert.equal(await statusAndReason(proxy), '504 UpstreamTimeout');
  proxy.publish([
    { targets: [{ service, scheme: 'https', transport: transportId }], timeouts: { firstByteMs: 60_000 } },
  ]);
  const sender = await RawSender.connect(proxy.port);
  sender.send(get);
  await until(() => upstream.received.length === 2, 'a request');
  proxy.publish([], {}, { transports: [{ id: transportId, authorities: [trusted.id], firstByteMs: 10 }] });
  assert.equal(sender.received, '');
  sender.close();
});

test('a transport that keeps no connections has each request on one of its own', async (t) => {
  const { proxy, upstream } = await setUp(t, { transport: { idleConnections: 0 } });
  assert.equal(await statusAndReason(proxy), '200 none');
  assert.equal(await statusAndReason(proxy), '200 none');
  assert.equal(upstream.accepted, 2);
  await until(() => upstream.sockets.every((socket) => socket.destroyed), 'the end of both');
});

test('failed handshakes leave nothing behind', async (t) => {
  const { proxy } = await setUp(t, { pair: await stranger.issue([host]) });
  const sender = await RawSender.connect(proxy.port);
  for (let count = 1; count <= 200; count++) {
    sender.send(get);
    await until(() => proxy.outcomes.length === count, 'an answer');
  }
  assert.ok(proxy.outcomes.every(({ reason }) => reason === 'UpstreamTlsFailed'));
  await until(() => proxy.proxy.watched === 1, 'nothing but the client');
  sender.close();
});
