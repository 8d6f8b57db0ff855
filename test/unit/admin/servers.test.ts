import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startMetricsServer } from '../../../src/admin/metrics-server.ts';
import { silentLog } from '../../../src/model/log.ts';

async function started(context: TestContext, missing: string[] = []) {
  const view = {
    missingForReady: () => missing,
    unhealthy: () => missing,
    metrics: async () => ({ type: 'text/plain; version=0.0.4', body: 'up 1\n' }),
  };
  const server = await startMetricsServer({ host: '127.0.0.1', port: 0 }, view, silentLog);
  context.after(() => server.close());
  return { server, view, url: `http://127.0.0.1:${server.address.port}` };
}

/** Sends bytes as they are and gives the whole answer. */
function raw(port: number, bytes: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer = '';
  const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  socket.on('error', reject);
  socket.on('close', () => resolve(answer));
  return promise;
}

test('readiness is 200 when nothing is missing, else 503 and says what', async (context) => {
  const missing: string[] = [];
  const { url } = await started(context, missing);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  missing.push('Ingress has not synced');
  const answer = await fetch(`${url}/readyz`);
  assert.equal(answer.status, 503);
  assert.deepEqual(await answer.json(), { ready: false, missing: ['Ingress has not synced'] });
  assert.equal((await fetch(`${url}/healthz`)).status, 503);
});

test('metrics come with the type of their format', async (context) => {
  const { url } = await started(context);
  const answer = await fetch(`${url}/metrics`);
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4');
  assert.equal(await answer.text(), 'up 1\n');
});

for (const path of [
  '/',
  '/api/plan',
  '/metrics/',
  '//metrics',
  '/x/../metrics',
  '/%6detrics',
  '/metrics/../healthz',
]) {
  test(`the metrics address serves nothing at ${path}`, async (context) => {
    const { server } = await started(context);
    const answer = await raw(
      server.address.port,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 404 /);
  });
}

test('only GET and HEAD are allowed, and HEAD has no body', async (context) => {
  const { url } = await started(context);
  const refused = await fetch(`${url}/metrics`, { method: 'POST', body: 'x' });
  assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD']);
  const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '5', '']);
});

test('an address in use is named in one sentence', async (context) => {
  const { server, view } = await started(context);
  const { port } = server.address;
  await assert.rejects(startMetricsServer({ host: '127.0.0.1', port }, view, silentLog), {
    message: `--metrics 127.0.0.1:${port} cannot be opened: another process uses the address`,
  });
});
