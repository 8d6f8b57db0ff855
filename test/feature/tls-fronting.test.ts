import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { FrameClient } from '../support/http2/frame-client.ts';
import { type Field, preface, request, settings, type } from '../support/http2/wire.ts';
import { RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';
import { authorityMaterial, pairMaterial, TestAuthority } from '../support/tls/certificates.ts';
import { ask, TlsClient } from '../support/tls/client.ts';
import { noOpenssl, openssl } from '../support/tls/openssl.ts';

const [servers, trusted] = await Promise.all([TestAuthority.make('servers'), TestAuthority.make('trusted')]);
// One certificate for all of them: what keeps the hosts apart is their settings alone.
const shared = pairMaterial(await servers.issue(['public.test', 'secure.test', '*.apps.test']));
const good = await trusted.issue(['client'], { usage: 'client' });
const authorities = authorityMaterial(trusted);
const certificate: ConnectionOptions = { cert: good.certificate, key: good.key };
const certificates = [shared.id];

/** `secure.test` and `*.apps.test` are for clients with a certificate only; all other names meet the settings of all. */
async function start(t: TestContext, script?: () => string) {
  return await setUp(t, script === undefined ? {} : { script }, {
    routes: [
      { rule: { kind: 'host', host: 'public.test' } },
      { rule: { kind: 'host', host: 'secure.test' }, tls: true, tlsOptions: 'default/mutual' },
      { rule: { kind: 'host', host: 'x.apps.test' }, tls: true, tlsOptions: 'default/mutual' },
    ],
    tls: {
      material: [shared, authorities],
      hosts: [
        { host: 'public.test', certificates, options: 'default' },
        { host: 'secure.test', certificates, options: 'default/mutual' },
        { host: '*.apps.test', certificates, options: 'default/mutual' },
        { host: '', certificates, options: 'default' },
      ],
      options: [
        {
          id: 'default/mutual',
          clientAuth: { mode: 'RequireAndVerifyClientCert', authorities: [authorities.id] },
        },
      ],
    },
  });
}

const upgrade =
  'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

function get(host: string, lines = ''): string {
  return `GET / HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`;
}

/** Requests of HTTP/2 to a host, as a request and as one for a WebSocket. */
function fields(host: string, scheme = 'https'): Field[] {
  return request({ ':scheme': scheme, ':authority': host });
}

function connectFields(host: string): Field[] {
  return request({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': 'https',
    ':authority': host,
    ':path': '/',
  });
}

/** A connection of HTTP/2 over TLS, which may be closed at once. */
async function http2(t: TestContext, port: number, options: ConnectionOptions): Promise<FrameClient> {
  const to = { host: '127.0.0.1', port, servername: '', rejectUnauthorized: false, ALPNProtocols: ['h2'] };
  const client = await FrameClient.raw(port, { socket: connectTls({ ...to, ...options }) });
  t.after(() => client.close());
  client.send(preface, settings());
  return client;
}

/** The status of an answer to a stream; 0 where the stream or its connection ends without one. */
async function statusOf(client: FrameClient, id: number): Promise<number> {
  const isReset = (): boolean => client.frames.some((each) => each.type === type.reset && each.id === id);
  const isOver = (): boolean => client.isClosed || client.status(id) !== 0 || isReset();
  await until(isOver, `an answer to ${id}`);
  return client.status(id);
}

/** Asks for something, in a tunnel or by a request that is whole. */
async function asked(client: FrameClient, id: number, wanted: readonly Field[]): Promise<number> {
  client.request(id, wanted, wanted[0]?.[1] !== 'CONNECT');
  return await statusOf(client, id);
}

async function http1Upgrade(port: number, host: string, options: ConnectionOptions): Promise<number> {
  const client = await TlsClient.connect(port, options);
  client.send(get(host, `${upgrade}Upgrade: websocket\r\n`));
  await until(() => client.received.includes('\r\n\r\n') || client.isClosed || client.hasEnded, 'an answer');
  client.close();
  return Number(/^HTTP\/1\.1 (\d+)/.exec(client.received)?.[1] ?? 0);
}

test('every protocol asks for the certificate that the settings of a host ask for', async (t) => {
  const { proxy, recorder } = await start(t);
  let served = 0;
  for (const host of ['secure.test', 'x.apps.test']) {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const bare = { servername: host, maxVersion };
      const shown = { ...bare, ...certificate };
      assert.equal(typeof (await ask(proxy.port, host, bare)), 'string');
      assert.equal(await http1Upgrade(proxy.port, host, bare), 0);
      for (const wanted of [fields(host), connectFields(host)]) {
        const client = await http2(t, proxy.port, bare);
        assert.equal(await asked(client, 1, wanted), 0);
      }
      assert.equal(recorder.requests.length, served, 'nothing comes through without a certificate');
      assert.equal(await ask(proxy.port, host, shown), 200);
      assert.equal(await http1Upgrade(proxy.port, host, shown), 200, 'an upstream that does not agree');
      const client = await http2(t, proxy.port, shown);
      assert.equal(await asked(client, 1, fields(host)), 200);
      assert.equal(await asked(client, 3, connectFields(host)), 0, 'an upstream that does not agree');
      served += 4;
      await until(() => recorder.requests.length === served, 'all four requests');
    }
  }
});

test('no protocol without TLS reaches a host whose settings ask for a certificate', async (t) => {
  const { proxy, recorder } = await start(t);
  for (const lines of [
    '',
    `${upgrade}Upgrade: websocket\r\n`,
    'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n',
  ]) {
    const sender = await RawSender.connect(proxy.port);
    sender.send(get('secure.test', lines));
    await sender.untilReceived('\r\n\r\n');
    sender.close();
    assert.match(sender.received, /^HTTP\/1\.1 404 /, lines);
  }
  const client = await FrameClient.open(proxy.port);
  t.after(() => client.close());
  assert.equal(await asked(client, 1, fields('secure.test', 'http')), 404);
  assert.equal(
    await asked(client, 3, fields('secure.test', 'https')),
    400,
    'a scheme that is not that of the connection',
  );
  assert.deepEqual(recorder.requests, []);
});

test('a connection of HTTP/2 is used for no host with other settings, whatever it was used for before', async (t) => {
  const { proxy, recorder } = await start(t);
  const client = await http2(t, proxy.port, { servername: 'public.test' });
  let id = -1;
  const answerTo = async (wanted: readonly Field[]): Promise<number> => {
    id += 2;
    return await asked(client, id, wanted);
  };
  assert.equal(await answerTo(fields('public.test')), 200);
  const spellings = [
    'secure.test',
    'SECURE.test',
    'secure.test.',
    'secure.test:443',
    'x.apps.test',
    'X.APPS.TEST.',
  ];
  for (const host of spellings) {
    assert.equal(await answerTo(fields(host)), 421, host);
    assert.equal(await answerTo(connectFields(host)), 421, host);
    assert.equal(await answerTo(fields('Public.Test.')), 200, 'the connection goes on');
  }
  assert.equal(recorder.requests.length, spellings.length + 1);
  // The other way round too: who has shown a certificate is not taken for one of those that need none.
  const inner = await http2(t, proxy.port, { servername: 'secure.test', ...certificate });
  assert.equal(await asked(inner, 1, fields('secure.test')), 200);
  assert.equal(await asked(inner, 3, fields('public.test')), 421);
  assert.equal(
    await asked(inner, 5, fields('x.apps.test')),
    200,
    'the same settings and the same certificate',
  );
});

test('a client that names no host, or one that nobody knows, gets into no host with settings of its own', async (t) => {
  const { proxy, recorder } = await start(t);
  for (const servername of ['', 'unknown.test', 'x.y.apps.test', 'apps.test', 'secure.test.public.test']) {
    for (const extra of [{}, certificate]) {
      const options = { servername, ...extra };
      assert.equal(await ask(proxy.port, 'secure.test', options), 421, servername);
      assert.equal(await http1Upgrade(proxy.port, 'x.apps.test', options), 421, servername);
      const client = await http2(t, proxy.port, options);
      assert.equal(await asked(client, 1, fields('secure.test')), 421, servername);
    }
  }
  assert.deepEqual(recorder.requests, []);
  assert.equal(await ask(proxy.port, 'public.test', { servername: '' }), 200);
});

test('a client that names an address meets the settings of no host', { skip: noOpenssl }, async (t) => {
  const { proxy, recorder } = await start(t);
  for (const name of ['127.0.0.1', '0x7f.1']) {
    const output = await openssl(proxy.port, ['-servername', name, '-ign_eof'], get('secure.test'));
    assert.match(output, /HTTP\/1\.1 421 /, name);
  }
  assert.deepEqual(recorder.requests, []);
});
