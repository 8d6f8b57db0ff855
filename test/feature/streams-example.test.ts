import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { freePort } from '../support/http.ts';
import { startCommand } from '../support/process.ts';

/** A copy of the example whose upstreams have ports of their own, so that the test gets in nobody's way. */
async function example(context: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const [tcp, udp] = [await freePort(), await freePort()];
  for (const name of readdirSync('examples/tcp').filter((one) => one.endsWith('.yaml'))) {
    const text = readFileSync(join('examples/tcp', name), 'utf8');
    writeFileSync(join(folder, name), text.replaceAll('18091', String(tcp)).replaceAll('18092', String(udp)));
  }
  return folder;
}

/** All that comes until the other side ends. */
async function everything(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('dev serves the example for TCP and UDP: in clear text, by the host of TLS, and datagrams', async (context) => {
  const folder = await example(context);
  const dev = startCommand(context, [
    'dev',
    folder,
    '--entrypoint=websecure=127.0.0.1:0,tls',
    '--entrypoint=echo=127.0.0.1:0,named-only',
    '--entrypoint=echo-udp=127.0.0.1:0/udp',
    '--metrics=127.0.0.1:0',
    '--admin=127.0.0.1:0',
    '--write-kubeconfig',
    join(folder, 'kubeconfig'),
  ]);
  const places = /websecure 127\.0\.0\.1:(\d+), echo 127\.0\.0\.1:(\d+), echo-udp 127\.0\.0\.1:(\d+)\/udp/;
  const [, secure, clear, datagrams] = await dev.printed(new RegExp(`${places.source}[\\s\\S]*Ctrl-C`));
  assert.match(dev.out(), /HostSNI\(`\*`\) on echo +IngressRouteTCP\/default\/echo\/0 +→ default\/echo:7007/);

  const plain = connect(Number(clear), '127.0.0.1');
  // The server speaks first, and the client has not said a word yet.
  await once(plain, 'readable');
  plain.end('clear\n');
  assert.equal(await everything(plain), 'Hello over TCP!\nclear\n');

  const host = { host: '127.0.0.1', servername: 'echo.localhost', rejectUnauthorized: false };
  const encrypted = connectTls({ ...host, port: Number(secure) });
  encrypted.end('by name\n');
  assert.equal(await everything(encrypted), 'Hello over TCP!\nby name\n');

  const client = createSocket('udp4');
  context.after(() => client.close());
  client.send('a datagram', Number(datagrams), '127.0.0.1');
  const [answer] = (await once(client, 'message')) as [Buffer];
  assert.equal(answer.toString(), 'Hello over UDP: a datagram');

  assert.equal(await dev.end('SIGTERM'), 0);
});
