import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { selfSignedId } from '../../src/model/plan-tls.ts';
import { setUp } from '../support/raw/set-up.ts';
import { until } from '../support/raw/until.ts';
import { authorityMaterial, pairMaterial, TestAuthority } from '../support/tls/certificates.ts';
import { ask } from '../support/tls/client.ts';
import { TlsUpstream } from '../support/tls/upstream.ts';

const authority = await TestAuthority.make();
const [pair, upstreamPair] = await Promise.all([authority.issue(['a.test']), authority.issue(['up.test'])]);
const own = pairMaterial(pair, selfSignedId);
const authorities = authorityMaterial(authority);
const anything = { rule: { kind: 'pathPrefix', prefix: '/', elements: false } } as const;

/** Bytes that no key of a connection has made. */
const broken: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['clear text', Buffer.from('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')],
  ['a record under another key', Buffer.concat([Buffer.from([0x17, 3, 3, 0, 64]), Buffer.alloc(64, 7)])],
  ['a record that is too long', Buffer.from([0x17, 3, 3, 0xff, 0xff, 0, 0])],
  ['an alert in clear text', Buffer.from([0x15, 3, 3, 0, 2, 2, 40])],
];

/** A client over TLS, and the connection beneath it. */
async function secured(
  port: number,
  options: ConnectionOptions,
): Promise<{ raw: Socket; socket: TLSSocket }> {
  const raw = connect({ port, host: '127.0.0.1', noDelay: true });
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      raw.write(chunk, () => done());
    },
  });
  raw.on('data', (bytes: Buffer) => wire.push(bytes));
  raw.on('error', () => {});
  const socket = connectTls({ ...options, socket: wire, rejectUnauthorized: false });
  socket.on('error', () => {});
  let isSecure = false;
  socket.on('secureConnect', () => {
    isSecure = true;
  });
  await until(() => isSecure || raw.destroyed, 'a handshake');
  return { raw, socket };
}

for (const [name, bytes] of broken) {
  test(`${name} behind a handshake closes the connection of a client at once`, async (t) => {
    const { proxy } = await setUp(t, {}, { tls: { material: [own] }, routes: [anything] });
    for (const ALPNProtocols of [['http/1.1'], ['h2']]) {
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const { raw, socket } = await secured(proxy.port, {
          servername: 'a.test',
          ALPNProtocols,
          maxVersion,
        });
        raw.write(bytes);
        // A peer that was only forgotten would wait for ever.
        await until(() => raw.readableEnded || raw.destroyed, 'the end of the connection');
        socket.destroy();
        raw.destroy();
        await until(() => proxy.proxy.openConnections === 0, 'no connection');
      }
    }
    assert.equal(await ask(proxy.port, 'a.test', { servername: 'a.test' }), 200);
  });

  test(`${name} of an upstream closes its connection at once`, async (t) => {
    const upstream = await TlsUpstream.start({ cert: upstreamPair.certificate, key: upstreamPair.key });
    t.after(() => upstream.close());
    const transport = { id: 'default/t', authorities: [authorities.id], serverName: 'up.test' };
    const { proxy } = await setUp(
      t,
      {},
      {
        endpoints: [upstream.port],
        tls: { material: [own, authorities], transports: [transport] },
        routes: [{ ...anything, targets: [{ scheme: 'https', transport: transport.id }] }],
      },
    );
    assert.equal(await ask(proxy.port, 'a.test', { servername: 'a.test' }), 200);
    assert.equal(upstream.beneath.length, 1);
    upstream.beneath[0]?.write(bytes);
    await until(() => upstream.beneath.length === 0, 'the connection to be closed');
    assert.equal(await ask(proxy.port, 'a.test', { servername: 'a.test' }), 200);
  });
}
