import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../../support/leaks.ts';
import { agreesToTls, readPostgresStart, sslRequest } from '../../../../src/proxy/tcp/postgres.ts';
import { BytePeer } from '../../../support/raw/byte-peer.ts';
import { RawSender } from '../../../support/raw/sender.ts';
import { TestRelays } from '../../../support/raw/test-relays.ts';
import { until } from '../../../support/raw/until.ts';

const gssRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30]);

test('a request for TLS is recognised once it is whole, in whatever pieces it comes', () => {
  for (const [request, kind] of [
    [sslRequest, 'sslRequest'],
    [gssRequest, 'gssRequest'],
  ] as const) {
    for (let length = 0; length < 8; length++) {
      assert.equal(readPostgresStart(request.subarray(0, length)), 'more');
    }
    assert.equal(readPostgresStart(request), kind);
    assert.equal(readPostgresStart(Buffer.concat([request, Buffer.from('x')])), 'stuffed');
  }
});

test('what differs from a request in any byte is something else', () => {
  for (let at = 0; at < 8; at++) {
    const bytes = Buffer.from(sslRequest);
    bytes[at] = (bytes[at] ?? 0) ^ 0x40;
    assert.equal(readPostgresStart(bytes), 'other');
    assert.equal(readPostgresStart(bytes.subarray(0, at + 1)), 'other');
  }
  assert.equal(readPostgresStart(Buffer.from('GET / HTTP/1.1')), 'other');
  assert.equal(readPostgresStart(Buffer.from([0x16, 3, 1])), 'other');
});

test('an upstream agrees with one S and nothing behind it', () => {
  assert.equal(agreesToTls(Buffer.from('S')), true);
  for (const answer of ['N', 'E', 'SS', 'S\u0016\u0003', '', 's']) {
    assert.equal(agreesToTls(Buffer.from(answer)), false, JSON.stringify(answer));
  }
});

async function setUp(onBytes: (write: (text: string) => void, seen: number) => void, proxyProtocol?: 1) {
  const peer = await BytePeer.start(({ socket }) => {
    let seen = 0;
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      onBytes((text) => socket.write(text), seen);
    });
  });
  const relays = await TestRelays.start({
    endpoints: { s: [peer.port] },
    routes: [{ targets: [proxyProtocol === undefined ? {} : { proxyProtocol }] }],
    start: { isPostgres: true, early: Buffer.from('ClientHello') },
    tls: 'passthrough',
  });
  const client = await RawSender.connect(relays.port);
  const close = async () => {
    client.close();
    await relays.close();
    await peer.close();
    assert.deepEqual(relays.bugs, []);
  };
  return { peer, relays, client, close };
}

test('with passthrough the upstream is asked for TLS first, and gets the ClientHello once it has agreed', async () => {
  const { peer, relays, client, close } = await setUp((write, seen) => {
    if (seen === 8) write('S');
    if (seen > 20) write('ServerHello');
  });
  const upstream = await peer.connection();
  client.send(', rest of it');
  await upstream.untilReceived('rest of it');
  assert.deepEqual(upstream.received, Buffer.concat([sslRequest, Buffer.from('ClientHello, rest of it')]));
  await client.untilReceived('ServerHello');
  assert.equal(client.received, 'ServerHello', 'the answer of the upstream is not for the client');
  assert.equal(relays.outcomes.length, 0);
  await close();
});

test('a PROXY header goes before the question', async () => {
  const { peer, close } = await setUp(() => {}, 1);
  const upstream = await peer.connection();
  await until(() => upstream.received.includes(sslRequest), 'the question');
  const header = upstream.received.subarray(0, -sslRequest.length).toString('latin1');
  assert.match(header, /^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\n$/);
  await close();
});

for (const answer of ['N', 'Eerror', 'Sand bytes that nobody encrypted']) {
  test(`an upstream that answers ${JSON.stringify(answer)} gets nothing more, and the client is closed`, async () => {
    const { peer, relays, client, close } = await setUp((write) => write(answer));
    await client.untilOver();
    await relays.untilOutcomes(1);
    assert.equal(relays.outcomes[0]?.reason, 'UpstreamBadResponse');
    assert.equal(client.received, '');
    assert.deepEqual(peer.connections[0]?.received, sslRequest);
    await close();
  });
}
