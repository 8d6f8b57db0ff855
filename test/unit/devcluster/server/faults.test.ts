import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type DevCluster, startDevCluster } from '../../../../src/devcluster/dev-cluster.ts';
import { configMap, configMaps, TestClient } from './client.ts';

let cluster: DevCluster;
let client: TestClient;

beforeEach(async () => {
  cluster = await startDevCluster();
  client = new TestClient(cluster);
});

afterEach(async () => {
  client.close();
  await cluster.stop();
});

test('an injected answer is given as often as asked for, to the requests it is for', async () => {
  const match = { verb: 'list', resource: 'configmaps' };
  const fault = cluster.faults.add({
    match,
    count: 2,
    action: { kind: 'answer', code: 429, retryAfterSeconds: 3 },
  });
  assert.equal((await client.get('/api/v1/namespaces/default/secrets')).status, 200);
  for (let index = 0; index < 2; index++) {
    const { status, body, headers } = await client.get(configMaps);
    assert.deepEqual([status, body.kind, body.reason], [429, 'Status', 'TooManyRequests']);
    assert.equal(headers['retry-after'], '3');
  }
  assert.equal((await client.get(configMaps)).status, 200);
  assert.equal(fault.hits, 2);
});

test('a rule that is taken back does nothing any more', async () => {
  const fault = cluster.faults.add({ action: { kind: 'answer', code: 503 } });
  assert.equal((await client.get('/version')).status, 503);
  fault.remove();
  assert.equal((await client.get('/version')).status, 200);
});

test('a cut request loses its connection', async () => {
  cluster.faults.add({ match: { verb: 'get', name: 'a' }, action: { kind: 'cut' } });
  await assert.rejects(client.get(`${configMaps}/a`), { code: 'ECONNRESET' });
});

test('a slow answer comes all the same', async () => {
  cluster.faults.add({ match: { verb: 'list' }, action: { kind: 'slow', delayMs: 20 } });
  assert.equal((await client.get(configMaps)).status, 200);
});

test('a watch can be cut in the middle of a line', async () => {
  cluster.create(configMap('a'));
  cluster.create(configMap('b'));
  cluster.faults.add({ on: 'event', skip: 1, count: 1, action: { kind: 'cut', midLine: true } });
  const watch = await client.watch(configMaps);
  let text = '';
  watch.response.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => watch.response.once('close', resolve));
  const lines = text.split('\n');
  assert.equal(lines.length, 2);
  assert.equal(JSON.parse(lines[0] ?? '').object.metadata.name, 'a');
  assert.ok((lines[1] ?? '').length > 0);
  assert.throws(() => JSON.parse(lines[1] ?? ''));
});

test('an open watch can be made to fall silent, and others are not concerned', async () => {
  const silent = await client.watch(configMaps);
  const stall = { on: 'event', count: 1, action: { kind: 'stall' } } as const;
  cluster.faults.add(stall);
  cluster.create(configMap('a'));
  const other = await client.watch(configMaps);
  assert.deepEqual(await other.take(1), ['ADDED a']);
  cluster.create(configMap('b'));
  assert.deepEqual(await other.take(1), ['ADDED b']);
  assert.equal(silent.response.readableLength, 0);
  silent.close();
  other.close();
});

test('a watch can be told in its midst that it is too old', async () => {
  const watch = await client.watch(configMaps);
  cluster.faults.add({ on: 'event', action: { kind: 'answer', code: 410 } });
  cluster.create(configMap('a'));
  const event = await watch.next();
  assert.deepEqual([event?.type, event?.object.code, event?.object.reason], ['ERROR', 410, 'Expired']);
  assert.deepEqual(await watch.take(1), ['the end']);
});

test('slow events come in order', async () => {
  for (const name of ['a', 'b', 'c']) cluster.create(configMap(name));
  cluster.faults.add({ on: 'event', action: { kind: 'slow', delayMs: 5 } });
  const watch = await client.watch(configMaps);
  cluster.create(configMap('d'));
  assert.deepEqual(await watch.take(4), ['ADDED a', 'ADDED b', 'ADDED c', 'ADDED d']);
  watch.close();
});

test('cutting everything ends every connection, and new ones are taken', async () => {
  const watches = [await client.watch(configMaps), await client.watch(configMaps)];
  cluster.faults.cutAll();
  for (const watch of watches) assert.deepEqual(await watch.take(1), ['the end']);
  assert.equal((await client.get(configMaps)).status, 200);
});

test('after a compaction a watch and a page from before are too old', async () => {
  for (const name of ['a', 'b', 'c']) cluster.create(configMap(name));
  const { body } = await client.get(`${configMaps}?limit=1`);
  cluster.faults.compact();
  const page = await client.get(`${configMaps}?limit=1&continue=${body.metadata.continue}`);
  assert.deepEqual([page.status, page.body.reason], [410, 'Expired']);
  const watch = await client.watch(`${configMaps}?resourceVersion=${body.metadata.resourceVersion}`);
  assert.equal((await watch.next())?.object.code, 410);
});

test('a server that was away comes back on its port with what it had', async () => {
  cluster.create(configMap('a'));
  const { url } = cluster;
  const watch = await client.watch(configMaps);
  await cluster.stop();
  assert.deepEqual(await watch.take(2), ['ADDED a', 'the end']);
  await assert.rejects(client.get(configMaps), { code: 'ECONNREFUSED' });
  await cluster.start();
  assert.equal(cluster.url, url);
  assert.equal((await client.get(`${configMaps}/a`)).status, 200);
});
