import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import type { ClientAuthMode, PlanTlsOptions } from '../../src/model/plan-tls.ts';
import { setUp } from '../support/raw/set-up.ts';
import type { TestRoute, TestTls } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { authorityMaterial, pairMaterial, TestAuthority } from '../support/tls/certificates.ts';
import { ask, TlsClient } from '../support/tls/client.ts';

const [servers, trusted, stranger] = await Promise.all([
  TestAuthority.make('servers'),
  TestAuthority.make('trusted'),
  TestAuthority.make('stranger'),
]);
const [publicPair, securePair, wildPair] = await Promise.all([
  servers.issue(['public.test']),
  servers.issue(['secure.test']),
  servers.issue(['*.apps.test']),
]);
const [good, late, foreign] = await Promise.all([
  trusted.issue(['client'], { usage: 'client' }),
  trusted.issue(['late'], { usage: 'client', days: -1 }),
  stranger.issue(['foreign'], { usage: 'client' }),
]);
const material = [publicPair, securePair, wildPair].map((pair) => pairMaterial(pair));
const [publicId = '', secureId = '', wildId = ''] = material.map(({ id }) => id);
const authorities = authorityMaterial(trusted);

type Options = Partial<PlanTlsOptions> & { readonly id: string };

function mutual(mode: ClientAuthMode, ids: readonly string[] = [authorities.id]): Options {
  return { id: 'default/mutual', clientAuth: { mode, authorities: ids } };
}

const hosts = [
  { host: 'public.test', certificates: [publicId], options: 'default' },
  { host: 'secure.test', certificates: [secureId], options: 'default/mutual' },
  { host: '*.apps.test', certificates: [wildId], options: 'default/mutual' },
];

async function start(t: TestContext, options: Options, extra: TestTls = {}, routes?: readonly TestRoute[]) {
  const { proxy } = await setUp(
    t,
    {},
    {
      routes: routes ?? [{ rule: { kind: 'pathPrefix', prefix: '/', elements: false } }],
      tls: {
        ...extra,
        material: [...material, authorities, ...(extra.material ?? [])],
        hosts,
        options: [options],
      },
    },
  );
  return proxy;
}

function having(pair: { certificate: string; key: string }): ConnectionOptions {
  return { cert: pair.certificate, key: pair.key };
}

/** What a client of `secure.test` gets with a certificate: 200, or false where it is turned away. */
async function admitted(port: number, options: ConnectionOptions): Promise<boolean> {
  const answer = await ask(port, 'secure.test', { servername: 'secure.test', ...options });
  assert.ok(answer === 200 || typeof answer === 'string', String(answer));
  return answer === 200;
}

const cases: readonly (readonly [ClientAuthMode, readonly boolean[]])[] = [
  // Without a certificate, with a good one, one that is over, and one of an authority that nobody knows.
  ['NoClientCert', [true, true, true, true]],
  ['RequestClientCert', [true, true, true, true]],
  ['RequireAnyClientCert', [false, true, true, true]],
  ['VerifyClientCertIfGiven', [true, true, false, false]],
  ['RequireAndVerifyClientCert', [false, true, false, false]],
];

for (const [mode, expected] of cases) {
  test(`${mode} lets in whom it says, in TLS 1.2 and 1.3`, async (t) => {
    const proxy = await start(t, mutual(mode));
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const clients = [{}, having(good), having(late), having(foreign)];
      const let_in: boolean[] = [];
      for (const client of clients) let_in.push(await admitted(proxy.port, { maxVersion, ...client }));
      assert.deepEqual(let_in, expected, maxVersion);
    }
  });
}

test('every spelling of a name meets the same settings', async (t) => {
  const proxy = await start(t, mutual('RequireAndVerifyClientCert'));
  for (const servername of ['secure.test', 'SECURE.TEST', 'Secure.Test.', 'x.apps.test', 'X.APPS.test.']) {
    assert.equal(typeof (await ask(proxy.port, servername, { servername })), 'string', servername);
    assert.equal(await ask(proxy.port, servername, { servername, ...having(good) }), 200, servername);
  }
  const withPort = await ask(proxy.port, 'secure.test', { servername: 'secure.test:443' });
  assert.equal(withPort, 'ERR_SSL_TLSV1_ALERT_DECODE_ERROR');
});

test('a request for a host with other settings than its connection was made with is misdirected', async (t) => {
  const proxy = await start(t, mutual('RequireAndVerifyClientCert'));
  const servername = 'public.test';
  for (const host of ['secure.test', 'SECURE.test', 'secure.test.', 'secure.test:443', 'x.apps.test']) {
    assert.equal(await ask(proxy.port, host, { servername }), 421, host);
  }
  // Clients that name no host, or one that nobody knows, are not let around it either.
  for (const name of ['', 'unknown.test']) {
    const client = await TlsClient.connect(proxy.port, { servername: name });
    assert.equal(client.isSecure, false);
    client.close();
  }
  const client = await TlsClient.connect(proxy.port, { servername });
  assert.equal(await client.get('public.test'), 200);
  assert.equal(await client.get('secure.test'), 421);
  assert.match(client.received, /X-Fairlead-Reason: MisdirectedRequest\r\n/);
  assert.equal(await client.get('PUBLIC.test.'), 200);
  client.close();
  const inner = { servername: 'secure.test', ...having(good) };
  assert.equal(await ask(proxy.port, 'public.test', inner), 421);
  assert.equal(await ask(proxy.port, 'x.apps.test', inner), 421, 'another certificate');
});

test('a connection that names no host meets the settings of no host', async (t) => {
  const own = { host: '', certificates: [publicId], options: 'default' };
  const { proxy } = await setUp(
    t,
    {},
    {
      routes: [{ rule: { kind: 'pathPrefix', prefix: '/', elements: false } }],
      tls: {
        material: [...material, authorities],
        hosts: [...hosts, own],
        options: [mutual('RequireAndVerifyClientCert')],
      },
    },
  );
  for (const servername of ['', 'unknown.test', '127.0.0.1.x']) {
    assert.equal(await ask(proxy.port, 'secure.test', { servername }), 421, servername);
    assert.equal(await ask(proxy.port, 'a.apps.test', { servername }), 421, servername);
  }
  assert.equal(await ask(proxy.port, 'public.test', { servername: '' }), 200);
});

test('a route that names settings asks for them whatever its host says', async (t) => {
  const proxy = await start(t, mutual('RequireAndVerifyClientCert'), {}, [
    { rule: { kind: 'pathPrefix', prefix: '/', elements: false } },
    {
      rule: { kind: 'path', path: '/inner' },
      priority: 9,
      tls: true,
      tlsOptions: 'default/mutual',
    },
    { rule: { kind: 'path', path: '/lost' }, priority: 9, tls: true, tlsOptions: 'default/nowhere' },
  ]);
  const client = await TlsClient.connect(proxy.port, { servername: 'public.test' });
  assert.equal(await client.get('public.test', '/'), 200);
  assert.equal(await client.get('public.test', '/inner'), 421);
  assert.equal(await client.get('public.test', '/lost'), 421);
  client.close();
  const inner = await TlsClient.connect(proxy.port, { servername: 'secure.test', ...having(good) });
  assert.equal(await inner.get('secure.test', '/inner'), 200);
  assert.equal(await inner.get('secure.test', '/lost'), 421);
  inner.close();
});

test('authorities that cannot be read, or are not there, refuse all handshakes', async (t) => {
  const unreadable = { id: 'unreadable', kind: 'authorities', certificates: 'no certificate' } as const;
  const half = {
    id: 'half',
    kind: 'authorities',
    certificates: `${trusted.certificate}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
  } as const;
  for (const ids of [['unreadable'], ['half'], ['missing'], [authorities.id, 'missing'], []]) {
    const options = mutual('RequireAndVerifyClientCert', ids);
    const proxy = await start(t, options, { material: [unreadable, half] });
    const client = await TlsClient.connect(proxy.port, { servername: 'secure.test', ...having(good) });
    assert.equal(client.error?.code, 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', ids.join());
    client.close();
    assert.equal(await ask(proxy.port, 'public.test', { servername: 'public.test' }), 200);
  }
});

test('settings that cannot be had refuse all handshakes', async (t) => {
  const broken: readonly Options[] = [
    { ...mutual('NoClientCert'), failure: 'SecretNotFound' },
    { ...mutual('NoClientCert'), cipherSuites: ['NO-SUCH-SUITE'] },
    { ...mutual('NoClientCert'), curves: ['no-such-curve'] },
  ];
  for (const options of broken) {
    const proxy = await start(t, options);
    const client = await TlsClient.connect(proxy.port, { servername: 'secure.test' });
    assert.equal(client.error?.code, 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE');
    client.close();
    proxy.errors.length = 0;
  }
});

/** Makes a session, and tells whether it is resumed for another name. */
async function resumption(port: number, first: ConnectionOptions, second: ConnectionOptions) {
  const client = await TlsClient.connect(port, first);
  await client.get(String(first.servername));
  await until(() => client.session !== null || client.isClosed, 'a session');
  const { session } = client;
  client.close();
  assert.ok(session !== null);
  // Sessions are kept with the name that they were made for; a client that means no good does not care.
  const stolen = session.subarray(session.indexOf(Buffer.from([0x30, 0x82])));
  const again = await TlsClient.connect(port, { ...second, session: stolen });
  const isReused = again.isSecure && again.socket.isSessionReused() === true;
  const answer = again.isSecure ? await again.get(String(second.servername)) : null;
  again.close();
  return { isReused, answer };
}

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`${maxVersion}: a session is resumed with the same settings, and with no others`, async (t) => {
    const proxy = await start(t, mutual('RequireAndVerifyClientCert'));
    proxy.proxy.setTicketSeed(new Uint8Array(32).fill(1));
    const open = { servername: 'public.test', maxVersion };
    const inner = { servername: 'secure.test', maxVersion };
    const withCertificate = { ...inner, ...having(good) };
    assert.deepEqual(await resumption(proxy.port, open, open), { isReused: true, answer: 200 });
    assert.deepEqual(await resumption(proxy.port, withCertificate, inner), { isReused: true, answer: 200 });
    // A ticket of the public host must not stand for a certificate that was never shown.
    assert.deepEqual(await resumption(proxy.port, open, inner), { isReused: false, answer: null });
    const apps = { ...inner, servername: 'x.apps.test' };
    assert.deepEqual(await resumption(proxy.port, withCertificate, apps), { isReused: false, answer: null });
  });

  test(`${maxVersion}: no session survives a change of authorities, or of the seed`, async (t) => {
    const proxy = await start(t, mutual('RequireAndVerifyClientCert'));
    proxy.proxy.setTicketSeed(new Uint8Array(32).fill(1));
    const withCertificate = { servername: 'secure.test', maxVersion, ...having(good) };
    const client = await TlsClient.connect(proxy.port, withCertificate);
    await client.get('secure.test');
    await until(() => client.session !== null, 'a session');
    const session = client.session?.subarray(client.session.indexOf(Buffer.from([0x30, 0x82])));
    client.close();
    const bare = { servername: 'secure.test', maxVersion, ...(session === undefined ? {} : { session }) };
    assert.equal(await admitted(proxy.port, bare), true);
    const others = authorityMaterial(stranger);
    proxy.publish(
      [],
      {},
      { material: [others], options: [mutual('RequireAndVerifyClientCert', [others.id])] },
    );
    assert.equal(await admitted(proxy.port, bare), false);
    assert.equal(await admitted(proxy.port, withCertificate), false);
    assert.equal(await admitted(proxy.port, { ...withCertificate, ...having(foreign) }), true);
    proxy.publish([], {}, { options: [mutual('RequireAndVerifyClientCert')] });
    assert.equal(await admitted(proxy.port, bare), true, 'the same settings as before');
    proxy.proxy.setTicketSeed(new Uint8Array(32).fill(2));
    assert.equal(await admitted(proxy.port, bare), false);
  });

  test(`${maxVersion}: without session tickets no session is resumed`, async (t) => {
    const proxy = await start(t, { id: 'default', sessionTickets: false });
    proxy.proxy.setTicketSeed(new Uint8Array(32).fill(1));
    const client = await TlsClient.connect(proxy.port, { servername: 'public.test', maxVersion });
    await client.get('public.test');
    const { session } = client;
    client.close();
    if (session === null) return;
    const again = await TlsClient.connect(proxy.port, { servername: 'public.test', maxVersion, session });
    assert.equal(await again.get('public.test'), 200);
    assert.equal(again.socket.isSessionReused(), false);
    again.close();
  });
}

test('authorities that change hold for the next request of a connection that is open', async (t) => {
  const proxy = await start(t, mutual('RequireAndVerifyClientCert'));
  const client = await TlsClient.connect(proxy.port, { servername: 'secure.test', ...having(good) });
  assert.equal(await client.get('secure.test'), 200);
  const others = authorityMaterial(stranger);
  proxy.publish([], {}, { material: [others], options: [mutual('RequireAndVerifyClientCert', [others.id])] });
  assert.equal(await client.get('secure.test'), 421);
  client.close();
});
