import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { startFairlead } from '../support/fairlead.ts';
import { get, startUpstream } from '../support/http.ts';
import { endpoints, ingressRoute, service } from '../support/objects.ts';
import { exchangeRaw } from '../support/raw/sender.ts';

const message = 'the limit of open files lowers the limit of connections';

test('limits of flags and timeouts of routes reach the proxy threads', async (context) => {
  const silent = createServer((socket) => socket.on('error', () => {}).on('end', () => socket.destroy()));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  context.after(() => silent.close());
  const address = silent.address();
  assert.ok(typeof address === 'object' && address !== null);
  const one = await startUpstream(context, 'one');
  const { port, lines } = await startFairlead(context, {
    objects: [
      service('one'),
      ...endpoints('one', [one]),
      service('silent'),
      ...endpoints('silent', [address.port]),
      ingressRoute('one', 'Host(`one.example`)', 'one'),
      ingressRoute('silent', 'Host(`silent.example`)', 'silent', { timeouts: { firstByte: '50ms' } }),
    ],
    flags: ['--header-count=3', '--max-connections=102'],
    world: { openFiles: 256 },
  });
  assert.equal((await get(port, 'one.example')).body, 'one GET /');
  const head = 'GET / HTTP/1.1\r\nHost: one.example\r\nA: b\r\nC: d\r\nE: f\r\n\r\n';
  assert.match(await exchangeRaw(port, head), /^HTTP\/1\.1 431 /);
  assert.equal((await get(port, 'silent.example')).status, 504);
  const told = lines.filter((line) => line.message === message);
  assert.deepEqual(told, [{ level: 'info', fields: { connections: 102, openFiles: 256 }, message }]);
});

test('more connections than the limit of open files bears are allowed where they were asked for, with a warning', async (context) => {
  const { lines } = await startFairlead(context, {
    flags: ['--max-connections=103'],
    world: { openFiles: 256 },
  });
  assert.deepEqual(
    lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields),
    [{ connections: 103, openFiles: 256 }],
  );
});
