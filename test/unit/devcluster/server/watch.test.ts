import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type DevCluster, startDevCluster } from '../../../../src/devcluster/dev-cluster.ts';
import { configMap, configMaps, TestClient } from './client.ts';

let cluster: DevCluster;
let client: TestClient;

beforeEach(async () => {
  cluster = await startDevCluster({ historyBound: 20 });
  client = new TestClient(cluster);
});

afterEach(async () => {
  client.close();
  await cluster.stop();
});

const now = async () => (await client.get(configMaps)).body.metadata.resourceVersion;

test('a watch from a resourceVersion tells what happened since', async () => {
  cluster.create(configMap('before'));
  const from = await now();
  cluster.create(configMap('a'));
  cluster.update(configMap('a', { n: '2' }));
  cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' });
  const watch = await client.watch(`${configMaps}?resourceVersion=${from}`);
  assert.deepEqual(await watch.take(3), ['ADDED a', 'MODIFIED a', 'DELETED a']);
  watch.close();
});

test('a watch from no resourceVersion, or from 0, begins with what is there', async () => {
  cluster.create(configMap('a'));
  for (const parameters of ['', '?resourceVersion=0']) {
    const watch = await client.watch(`${configMaps}${parameters}`);
    assert.deepEqual(await watch.take(1), ['ADDED a']);
    cluster.create(configMap(`b${parameters.length}`));
    assert.deepEqual(await watch.take(1), [`ADDED b${parameters.length}`]);
    watch.close();
    cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: `b${parameters.length}` });
  }
});

test('a watch by label adds what begins to match and deletes what ceases to', async () => {
  cluster.create(configMap('a', {}, { labels: { colour: 'blue' } }));
  const watch = await client.watch(`${configMaps}?labelSelector=colour%3Dred&resourceVersion=${await now()}`);
  cluster.update(configMap('a', {}, { labels: { colour: 'red' } }));
  cluster.update(configMap('a', { n: '2' }, { labels: { colour: 'red' } }));
  cluster.update(configMap('a', { n: '3' }, { labels: { colour: 'green' } }));
  const events = [await watch.next(), await watch.next(), await watch.next()];
  assert.deepEqual(
    events.map((event) => [event?.type, event?.object.metadata.labels?.colour, event?.object.data?.n]),
    [
      ['ADDED', 'red', undefined],
      ['MODIFIED', 'red', '2'],
      ['DELETED', 'red', '2'],
    ],
  );
  const { body } = await client.get(`${configMaps}/a`);
  assert.equal(events[2]?.object.metadata.resourceVersion, body.metadata.resourceVersion);
  watch.close();
});

test('a watch by name tells of that object only', async () => {
  const watch = await client.watch(`${configMaps}?fieldSelector=metadata.name%3Db`);
  cluster.create(configMap('a'));
  cluster.create(configMap('b'));
  assert.deepEqual(await watch.take(1), ['ADDED b']);
  watch.close();
});

test('initial events end with a marked bookmark', async () => {
  cluster.create(configMap('a'));
  const parameters = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const watch = await client.watch(`${configMaps}?${parameters}`);
  assert.deepEqual(await watch.take(1), ['ADDED a']);
  const bookmark = await watch.next();
  assert.equal(bookmark?.type, 'BOOKMARK');
  assert.equal(bookmark?.object.metadata.annotations?.['k8s.io/initial-events-end'], 'true');
  assert.equal(bookmark?.object.metadata.resourceVersion, await now());
  watch.close();
});

test('a watch ends after its timeout, with a bookmark if those are wanted', async () => {
  const from = await now();
  const plain = await client.watch(`${configMaps}?timeoutSeconds=1&resourceVersion=${from}`);
  const marked = await client.watch(
    `${configMaps}?timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=${from}`,
  );
  assert.deepEqual(await plain.take(1), ['the end']);
  assert.deepEqual(await marked.take(2), ['BOOKMARK', 'the end']);
});

test('a watch from before the history is told that it is too old', async () => {
  const from = await now();
  for (let index = 0; index < 50; index++) cluster.create(configMap(`n${index}`));
  for (const resourceVersion of ['1', from]) {
    const watch = await client.watch(`${configMaps}?resourceVersion=${resourceVersion}`);
    const event = await watch.next();
    assert.equal(event?.type, 'ERROR');
    assert.equal(event?.object.code, 410);
    assert.equal(event?.object.reason, 'Expired');
    assert.deepEqual(await watch.take(1), ['the end']);
  }
});

test('a compaction leaves an open watch alone that has seen everything', async () => {
  cluster.create(configMap('a'));
  const watch = await client.watch(configMaps);
  assert.deepEqual(await watch.take(1), ['ADDED a']);
  cluster.faults.compact();
  cluster.create(configMap('b'));
  assert.deepEqual(await watch.take(1), ['ADDED b']);
  watch.close();
});

test('a watcher that reads nothing is dropped once the history has left it behind', async () => {
  const watch = await client.watch(configMaps);
  const closed = new Promise((resolve) => watch.response.once('close', resolve));
  watch.response.pause();
  const text = 'x'.repeat(500_000);
  for (let index = 0; index < 120; index++) {
    cluster.create(configMap(`n${index}`, { text }));
    cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: `n${index}` });
    await new Promise((resolve) => setImmediate(resolve));
  }
  watch.response.resume();
  await closed;
  assert.equal((await client.get(configMaps)).status, 200);
});

test('a watch of a Table tells its columns once', async () => {
  cluster.create(configMap('a'));
  cluster.create(configMap('b'));
  const watch = await client.watch(configMaps, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  const [first, second] = [await watch.next(), await watch.next()] as unknown as readonly {
    object: { columnDefinitions: unknown };
  }[];
  assert.ok(Array.isArray(first?.object.columnDefinitions));
  assert.equal(second?.object.columnDefinitions, null);
  watch.close();
});

test('a watch or a page of another life of the server is expired', async () => {
  for (const name of ['a', 'b', 'c']) cluster.create(configMap(name));
  const { metadata } = (await client.get(`${configMaps}?limit=1`)).body;
  const fresh = await startDevCluster();
  const stranger = new TestClient(fresh);
  const watch = await stranger.watch(`${configMaps}?resourceVersion=${metadata.resourceVersion}`);
  assert.equal((await watch.next())?.object.code, 410);
  assert.equal((await stranger.get(`${configMaps}?continue=${metadata.continue}`)).status, 410);
  stranger.close();
  await fresh.stop();
});
