import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { selfSignedId } from '../../src/model/plan-tls.ts';
import type { TlsMaterial } from '../../src/model/tls-material.ts';
import { setUp } from '../support/raw/set-up.ts';
import type { TestTls } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { pairMaterial, TestAuthority } from '../support/tls/certificates.ts';
import { TlsClient } from '../support/tls/client.ts';

const authority = await TestAuthority.make();

async function issue(name: string, keyType: 'ec' | 'rsa' = 'ec'): Promise<TlsMaterial> {
  return pairMaterial(await authority.issue([name], { keyType }));
}

const ownMaterial = pairMaterial(await authority.issue(['self.signed']), selfSignedId);

async function start(t: TestContext, tls: TestTls) {
  const routes = [{ rule: { kind: 'pathPrefix', prefix: '/', elements: false } as const }];
  const material = [ownMaterial, ...(tls.material ?? [])];
  return (await setUp(t, {}, { routes, tls: { ...tls, material } })).proxy;
}

/** The common name of the certificate that a name gets; null where the handshake is refused. */
async function served(port: number, servername: string, options = {}): Promise<string | null> {
  const client = await TlsClient.connect(port, { servername, ...options });
  const name = client.isSecure ? client.commonName : null;
  client.close();
  return name;
}

test('a handshake gets the certificate of its name, of the wildcard over it, or the default one', async (t) => {
  const [exact, wildcard, other] = await Promise.all([issue('exact'), issue('wildcard'), issue('other')]);
  const proxy = await start(t, {
    material: [exact, wildcard, other],
    hosts: [
      { host: 'a.test', certificates: [exact.id], options: 'default' },
      { host: '*.a.test', certificates: [wildcard.id], options: 'default' },
      { host: '', certificates: [other.id], options: 'default' },
    ],
  });
  const names: readonly (readonly [string, string])[] = [
    ['a.test', 'exact'],
    ['A.TEST', 'exact'],
    ['a.test.', 'exact'],
    ['x.a.test', 'wildcard'],
    ['X.A.Test.', 'wildcard'],
    ['y.x.a.test', 'other'],
    ['test', 'other'],
    ['unknown.test', 'other'],
    // No name at all.
    ['', 'other'],
  ];
  for (const [name, certificate] of names) {
    assert.equal(await served(proxy.port, name), certificate, JSON.stringify(name));
  }
});

test('without a default certificate the self-signed one is served', async (t) => {
  const proxy = await start(t, {});
  for (const name of ['', 'unknown.test', '127.0.0.1.test']) {
    assert.equal(await served(proxy.port, name), 'self.signed');
  }
});

test('a host without certificates refuses its handshakes, and no other host does', async (t) => {
  const exact = await issue('exact');
  const proxy = await start(t, {
    material: [exact],
    hosts: [
      { host: 'broken.test', certificates: [], options: 'default' },
      { host: 'missing.test', certificates: ['0'.repeat(64)], options: 'default' },
      { host: 'lost.test', certificates: [exact.id], options: 'default/lost' },
      { host: 'a.test', certificates: [exact.id], options: 'default' },
    ],
  });
  for (const servername of ['broken.test', 'missing.test', 'lost.test', 'BROKEN.test.']) {
    const client = await TlsClient.connect(proxy.port, { servername });
    assert.equal(client.error?.code, 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', servername);
    client.close();
  }
  assert.deepEqual(proxy.refused, new Array(4).fill('TlsHandshakeFailed'));
  assert.equal(await served(proxy.port, 'a.test'), 'exact');
});

test('with sniStrict a name that the plan does not have is told so', async (t) => {
  const exact = await issue('exact');
  const proxy = await start(t, {
    material: [exact],
    hosts: [{ host: 'a.test', certificates: [exact.id], options: 'default' }],
    options: [{ id: 'default', sniStrict: true }],
  });
  for (const servername of ['', 'b.test']) {
    const client = await TlsClient.connect(proxy.port, { servername });
    assert.equal(client.error?.code, 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME', servername);
    client.close();
  }
  assert.deepEqual(proxy.refused, ['UnknownHost', 'UnknownHost']);
  assert.equal(await served(proxy.port, 'a.test'), 'exact');
});

test('certificates with keys of both types stand side by side, and each client gets the one that it can check', async (t) => {
  const [ec, rsa] = await Promise.all([issue('ec'), issue('rsa', 'rsa')]);
  const second = await issue('second');
  const proxy = await start(t, {
    material: [ec, rsa, second],
    hosts: [{ host: 'a.test', certificates: [ec.id, rsa.id, second.id], options: 'default' }],
  });
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    assert.equal(await served(proxy.port, 'a.test', { maxVersion }), 'ec');
    const sigalgs = 'RSA-PSS+SHA256:RSA+SHA256';
    assert.equal(await served(proxy.port, 'a.test', { maxVersion, sigalgs }), 'rsa');
  }
});

test('the status of a certificate is sent along, to those who ask', async (t) => {
  const [ec, rsa] = await Promise.all([issue('ec'), issue('rsa', 'rsa')]);
  const proxy = await start(t, {
    material: [ec, rsa],
    hosts: [
      { host: 'a.test', certificates: [ec.id, rsa.id], options: 'default' },
      { host: 'b.test', certificates: [rsa.id], options: 'default' },
    ],
  });
  const statusOf = async (servername: string, options = {}): Promise<string | null> => {
    const client = TlsClient.open(proxy.port, { servername, requestOCSP: true, ...options });
    let status: string | null | undefined;
    client.socket.on('OCSPResponse', (bytes: Buffer | null) => {
      status = bytes === null ? null : bytes.toString();
    });
    await until(() => client.isSecure && status !== undefined, 'a status');
    client.close();
    return status ?? null;
  };
  assert.equal(await statusOf('a.test'), null);
  proxy.proxy.setStaple(ec.id, Buffer.from('status of ec'));
  assert.equal(await statusOf('a.test'), 'status of ec');
  assert.equal(await statusOf('a.test', { sigalgs: 'RSA-PSS+SHA256:RSA+SHA256' }), null);
  assert.equal(await statusOf('b.test'), null);
  assert.equal(await served(proxy.port, 'a.test'), 'ec');
  proxy.proxy.setStaple(ec.id, null);
  assert.equal(await statusOf('a.test'), null);
});

test('a new certificate is served from the next handshake on, and open connections go on', async (t) => {
  const [old, next] = await Promise.all([issue('old'), issue('next')]);
  const host = (id: string) => ({ host: 'a.test', certificates: [id], options: 'default' });
  const proxy = await start(t, { material: [old], hosts: [host(old.id)] });
  const open = await TlsClient.connect(proxy.port, { servername: 'a.test' });
  assert.equal(open.commonName, 'old');
  proxy.publish([], {}, { material: [next], hosts: [host(next.id)] });
  proxy.proxy.setTlsMaterial([], [old.id]);
  assert.equal(await served(proxy.port, 'a.test'), 'next');
  assert.equal(await open.get('a.test'), 200);
  open.close();
});

test('certificates that change all the time fail no handshake', async (t) => {
  const pairs = await Promise.all([issue('one'), issue('two')]);
  const [one, two] = pairs;
  assert.ok(one !== undefined && two !== undefined);
  const host = ({ id }: TlsMaterial) => ({ host: 'a.test', certificates: [id], options: 'default' });
  const proxy = await start(t, { material: [one], hosts: [host(one)] });
  const seen = new Set<string | null>();
  for (let turn = 0; turn < 40; turn++) {
    const [now, before] = turn % 2 === 0 ? [two, one] : [one, two];
    const running = [served(proxy.port, 'a.test'), served(proxy.port, 'A.test')];
    await new Promise((resolve) => setImmediate(resolve));
    proxy.publish([], {}, { material: [now], hosts: [host(now)] });
    proxy.proxy.setTlsMaterial([], [before.id]);
    running.push(served(proxy.port, 'a.test'));
    for (const name of await Promise.all(running)) seen.add(name);
  }
  assert.deepEqual([...seen].toSorted(), ['one', 'two']);
  assert.deepEqual(proxy.refused, []);
});

test('the engine is one that testers find nothing in: version, suite, group, no renegotiation', async (t) => {
  const proxy = await start(t, {});
  const old = await TlsClient.connect(proxy.port, {
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  assert.equal(old.isSecure, false);
  const weak = await TlsClient.connect(proxy.port, {
    maxVersion: 'TLSv1.2',
    ciphers: 'ECDHE-ECDSA-AES128-SHA',
  });
  assert.equal(weak.isSecure, false);
  const usual = await TlsClient.connect(proxy.port, { maxVersion: 'TLSv1.2' });
  assert.equal(usual.socket.getCipher().name, 'ECDHE-ECDSA-AES128-GCM-SHA256');
  assert.ok(usual.socket instanceof TLSSocket);
  let refusal: Error | null = null;
  usual.socket.renegotiate({}, (error) => {
    refusal = error;
  });
  await until(() => refusal !== null || usual.error !== null || usual.isClosed, 'the refusal to renegotiate');
  for (const client of [old, weak, usual]) client.close();
});
