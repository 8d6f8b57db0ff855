import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { type DevCluster, startDevCluster } from '../../../../src/devcluster/dev-cluster.ts';
import { configMap, configMaps, TestClient } from './client.ts';

let cluster: DevCluster;
let client: TestClient;

before(async () => {
  cluster = await startDevCluster();
  client = new TestClient(cluster);
});

after(async () => {
  client.close();
  await cluster.stop();
});

const isAlive = async () => assert.equal((await client.get('/readyz')).text, 'ok');

/** Sends bytes as they are, and gives back whatever comes. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(cluster.url).port), '127.0.0.1');
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

test('broken JSON is a bad request', async () => {
  for (const text of ['{', '"text"', '[]', '', '{"a":1} more', '\u0000', '{"a":\ud800}']) {
    const { status, body } = await client.post(configMaps, text);
    assert.deepEqual([status, body.kind, body.reason], [400, 'Status', 'BadRequest'], text);
  }
});

test('deep nesting is refused', async () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`;
    const { status } = await client.post(configMaps, `{"kind":"ConfigMap","apiVersion":"v1","data":${deep}}`);
    assert.equal(status, 400);
  }
});

test('keys that mean something to JavaScript are data like any other', async () => {
  const text = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"keys","labels":{"__proto__":"a","constructor":"b"}},"data":{"__proto__":"c","toString":"d"},"__proto__":{"polluted":"yes"}}`;
  const { status, text: answer } = await client.post(`${configMaps}?fieldValidation=Ignore`, text);
  assert.ok(status === 201 || status === 422, answer);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
  const patch = await client.merge(
    '/api/v1/namespaces/default',
    JSON.parse('{"metadata":{"annotations":{"__proto__":"x"}}}'),
  );
  assert.ok(patch.status < 500);
  assert.equal((await client.get('/api/v1/namespaces/__proto__')).status, 404);
  assert.equal((await client.get('/apis/__proto__/constructor/toString')).status, 404);
});

test('a body over three MiB is too large, whether announced or not', async () => {
  const huge = configMap('huge', { text: 'x'.repeat(4 * 1024 * 1024) });
  const announced = await client.post(configMaps, huge);
  assert.deepEqual([announced.status, announced.body.reason], [413, 'RequestEntityTooLarge']);
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`.repeat(60);
  const head = `POST ${configMaps} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${cluster.token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`;
  const answer = await raw(`${head}${chunk}0\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 413/);
  await isAlive();
});

test('a YAML bomb does not go off', async () => {
  const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
  for (let level = 1; level < 12; level++) {
    const references = Array.from({ length: 10 }, () => `*a${level - 1}`).join(',');
    lines.push(`a${level}: &a${level} [${references}]`);
  }
  const { status } = await client.post(configMaps, lines.join('\n'), { 'content-type': 'application/yaml' });
  assert.equal(status, 400);
  await isAlive();
});

test('what is no HTTP is refused, and the next one is served', async () => {
  assert.match(await raw('hello\r\n\r\n'), /^HTTP\/1\.1 (400|405)/);
  assert.match(await raw(`BREW / HTTP/1.1\r\nhost: x\r\n\r\n`), /^HTTP\/1\.1 405.*"MethodNotAllowed"/s);
  assert.match(await raw(`GET /${'x'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`), /^HTTP\/1\.1 4\d\d/);
  await isAlive();
});

test('odd paths and parameters are answered, none with 500', async () => {
  const paths = [
    '/%ff%fe',
    '/api/v1/namespaces/%00/configmaps',
    '//api//v1//configmaps',
    '/api/v1/namespaces/default/configmaps?limit=99999999999999999999',
    '/api/v1/namespaces/default/configmaps?continue=%00',
    '/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name',
    '/api/v1/namespaces/default/configmaps?labelSelector=%ff',
    `/api/v1/namespaces/default/configmaps?resourceVersion=${'9'.repeat(19)}`,
    '/apis/a/b/c/d/e/f/g',
    '/openapi/v3/apis/a/b/c',
    '*',
  ];
  for (const path of paths) {
    const answer = await raw(
      `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${cluster.token}\r\nconnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 (200|400|404|504)/, path);
  }
  await isAlive();
});

test('a client that leaves in the middle of its body harms nobody', async () => {
  const socket = connect(Number(new URL(cluster.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST ${configMaps} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${cluster.token}\r\ncontent-length: 100\r\n\r\n{`,
  );
  socket.destroy();
  await isAlive();
});
