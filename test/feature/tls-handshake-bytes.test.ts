import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { selfSignedId } from '../../src/model/plan-tls.ts';
import { RawSender } from '../support/raw/sender.ts';
import { setUp } from '../support/raw/set-up.ts';
import type { TestProxyOptions } from '../support/raw/test-proxy.ts';
import { until } from '../support/raw/until.ts';
import { authorityMaterial, pairMaterial, TestAuthority } from '../support/tls/certificates.ts';
import { ask, TlsClient } from '../support/tls/client.ts';
import { clientHello, helloMessage, records, serverName, withLength } from '../support/tls/hello.ts';
import { KeyUpdater } from '../support/tls/key-updates.ts';
import { noOpenssl, openssl } from '../support/tls/openssl.ts';

const authority = await TestAuthority.make();
const own = pairMaterial(await authority.issue(['a.test']), selfSignedId);
const authorities = authorityMaterial(authority);

async function start(t: TestContext, options: TestProxyOptions = {}) {
  return await setUp(
    t,
    {},
    {
      tls: { material: [own, authorities] },
      routes: [{ rule: { kind: 'pathPrefix', prefix: '/', elements: false } }],
      ...options,
    },
  );
}

function protocols(...names: readonly Buffer[]): readonly [number, Buffer] {
  return [16, withLength(Buffer.concat(names.map((name) => withLength(name, 1))), 2)];
}

test('a client that stops behind its ClientHello is closed in time, whatever protocols it offers', async (t) => {
  const { proxy } = await start(t, { limits: { headMs: 100 } });
  const offers = [
    [],
    ['http/1.1'],
    ['h2'],
    ['h2', 'http/1.1'],
    ['acme-tls/1'],
    ['h3'],
    ['postgresql'],
    ['x'.repeat(255)],
  ];
  const senders = await Promise.all(
    offers.flatMap((names) =>
      ['TLSv1.2', 'TLSv1.3'].map(async (maxVersion) => {
        const hello = await clientHello({
          servername: 'a.test',
          maxVersion: maxVersion as 'TLSv1.2',
          ...(names.length === 0 ? {} : { ALPNProtocols: names }),
        });
        const sender = await RawSender.connect(proxy.port);
        sender.send(hello);
        return sender;
      }),
    ),
  );
  for (const sender of senders) await sender.untilOver();
  for (const sender of senders) sender.close();
  await until(() => proxy.proxy.openConnections === 0, 'no connection');
  assert.equal(proxy.refused.length, senders.length);
  assert.equal(await ask(proxy.port, 'a.test', { servername: 'a.test' }), 200);
});

const odd = [
  'a\0.test',
  'a.test\0',
  '\0',
  'a'.repeat(256),
  `${'a.'.repeat(200)}test`,
  'a'.repeat(60_000),
  'a..test',
  '.',
  'xn--\xff.test',
  '\xff\xfe\xfd',
  'ä.test',
  'a.test\r\nx: y',
  '"},{"level":"error',
  '\x1b[2J\x1b[31m',
  '__proto__',
  'constructor',
  '*.test',
  '[::1]',
  '-',
];

test('no bytes in the names of a ClientHello cost another connection anything, or stand in the log', async (t) => {
  const { proxy } = await start(t);
  const open = await TlsClient.connect(proxy.port, { servername: 'a.test' });
  let sent = 0;
  const send = async (extensions: readonly (readonly [number, Buffer])[]): Promise<void> => {
    const sender = await RawSender.connect(proxy.port);
    sender.send(records(helloMessage({ extensions })));
    await sender.untilOver();
    sender.close();
    sent++;
  };
  for (const name of odd) {
    const bytes = Buffer.from(name, 'latin1');
    await send([serverName(bytes)]);
    const protocol = bytes.subarray(0, 255);
    await send([serverName('a.test'), protocols(protocol, Buffer.from('http/1.1'))]);
    await send([serverName('a.test'), protocols(...Array.from({ length: 200 }, () => protocol))]);
  }
  for (let byte = 0; byte < 256; byte++) await send([serverName(Buffer.from([0x61, byte, 0x62]))]);
  // Refusals are counted, by names of ours; those who are refused have no line.
  await until(() => proxy.refused.length === sent, `${sent} refusals`);
  assert.deepEqual(new Set(proxy.refused), new Set(['TlsHandshakeFailed']));
  assert.deepEqual(proxy.errors, []);
  assert.equal(await open.get('a.test'), 200);
  open.close();
});

test('early data is refused: what it holds is not served', { skip: noOpenssl }, async (t) => {
  const { proxy, recorder } = await start(t);
  proxy.proxy.setTicketSeed(new Uint8Array(32).fill(1));
  const directory = mkdtempSync(join(tmpdir(), 'early-data-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const session = join(directory, 'session');
  const early = join(directory, 'early');
  const usual = ['-servername', 'a.test', '-tls1_3', '-ign_eof'];
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`;
  const first = await openssl(proxy.port, [...usual, '-sess_out', session], get('/first'));
  assert.match(first, /HTTP\/1\.1 200/);
  // No ticket of ours allows any (RFC 8446 section 4.6.1), so a client that keeps to what it says sends none.
  assert.doesNotMatch(first, /Max Early Data: [1-9]/);
  writeFileSync(early, get('/early'));
  const second = await openssl(
    proxy.port,
    [...usual, '-sess_in', session, '-early_data', early],
    get('/late'),
  );
  assert.match(second, /Early data was (?:not sent|rejected)/);
  assert.match(second, /HTTP\/1\.1 200/);
  assert.deepEqual(
    recorder.requests.map(({ startLine }) => startLine),
    ['GET /first HTTP/1.1', 'GET /late HTTP/1.1'],
  );
});

test('a ClientHello that says that early data follow gets a handshake, and the data are not taken for a request', async (t) => {
  const { proxy, recorder } = await start(t);
  const hello = await clientHello({ servername: 'a.test', minVersion: 'TLSv1.3' });
  const sender = await RawSender.connect(proxy.port);
  const said = withExtension(hello, 42);
  const request = Buffer.from('GET /early HTTP/1.1\r\nHost: a.test\r\n\r\n');
  // Under no key that anybody agreed on.
  sender.send(Buffer.concat([said, Buffer.from([0x17, 3, 3]), withLength(Buffer.alloc(64, 9), 2), request]));
  await sender.untilOver();
  sender.close();
  await until(() => proxy.refused.length === 1, 'the refusal');
  assert.deepEqual(recorder.requests, []);
  assert.equal(await ask(proxy.port, 'a.test', { servername: 'a.test' }), 200);
});

/** The same ClientHello with an empty extension more. */
function withExtension(hello: Buffer, kind: number): Buffer {
  const body = hello.subarray(5 + 4);
  const sessionEnd = 35 + (body[34] ?? 0);
  const suitesEnd = sessionEnd + 2 + body.readUInt16BE(sessionEnd);
  const at = suitesEnd + 1 + (body[suitesEnd] ?? 0);
  const more = Buffer.from([kind >> 8, kind & 0xff, 0, 0]);
  const all = Buffer.concat([
    body.subarray(0, at),
    withLength(Buffer.concat([body.subarray(at + 2), more]), 2),
  ]);
  return records(Buffer.concat([Buffer.from([1]), withLength(all, 3)]));
}

test('new keys again and again harm no other connection, and many in one record end their own', async (t) => {
  const { proxy } = await start(t);
  const client = await KeyUpdater.connect(proxy.port, { servername: 'a.test' });
  const other = await TlsClient.connect(proxy.port, { servername: 'a.test' });
  t.after(() => {
    client.close();
    other.close();
  });
  for (let round = 0; round < 10; round++) {
    client.update(100, round % 2 === 0);
    assert.equal(await other.get('a.test'), 200);
  }
  client.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
  await until(
    () => client.received.includes('\r\n\r\n') || client.isClosed,
    'an answer under the newest key',
  );
  assert.match(client.received, /^HTTP\/1\.1 200 /);
  client.updateInOneRecord(1_000);
  await until(() => client.isClosed, 'the end of the connection');
  assert.equal(await other.get('a.test'), 200);
});

test('new keys are no sign of life: a connection that sends nothing else is closed in time', async (t) => {
  const { proxy } = await start(t, { limits: { headMs: 300 } });
  const client = await KeyUpdater.connect(proxy.port, { servername: 'a.test' });
  t.after(() => client.close());
  let sent = 0;
  await until(() => {
    if (sent++ < 4_000 && !client.isClosed) client.update(1, true);
    return client.isClosed;
  }, 'the end of the connection');
  await until(() => proxy.proxy.openConnections === 0, 'no connection');
});
