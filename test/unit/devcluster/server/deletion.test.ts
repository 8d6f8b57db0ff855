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

const brief = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'brief' } };
const held = (namespace: string) => configMap('held', {}, { namespace, finalizers: ['example.com/hold'] });

test('what has a finalizer goes when the last of them does', async () => {
  cluster.create(held('default'));
  const { body } = await client.delete(`${configMaps}/held`);
  assert.equal(body.kind, 'ConfigMap');
  assert.ok(body.metadata.deletionTimestamp);
  const refused = await client.post(configMaps, configMap('held'));
  assert.match(refused.body.message, /^object is being deleted: /);
  assert.equal((await client.merge(`${configMaps}/held`, { metadata: { finalizers: null } })).status, 200);
  assert.equal((await client.get(`${configMaps}/held`)).status, 404);
});

test('a deletion has conditions', async () => {
  const { metadata } = cluster.create(configMap('a'));
  const other = await client.delete(`${configMaps}/a`, { preconditions: { uid: 'other' } });
  assert.deepEqual([other.status, other.body.reason], [409, 'Conflict']);
  const old = await client.delete(`${configMaps}/a`, { preconditions: { resourceVersion: '1' } });
  assert.equal(old.status, 409);
  const { uid, resourceVersion } = metadata;
  const right = await client.delete(`${configMaps}/a`, { preconditions: { uid, resourceVersion } });
  assert.deepEqual([right.status, right.body.kind], [200, 'Status']);
  assert.equal(right.body.details.name, 'a');
});

test('a collection is deleted as far as it matches', async () => {
  for (const name of ['a', 'b', 'c']) {
    cluster.create(configMap(name, {}, { labels: { keep: String(name === 'b') } }));
  }
  const { body } = await client.delete(`${configMaps}?labelSelector=keep%3Dfalse`);
  assert.equal(body.items.length, 2);
  assert.deepEqual(
    (await client.get(configMaps)).body.items.map(({ metadata }) => metadata.name),
    ['b'],
  );
  assert.equal((await client.delete('/api/v1/namespaces')).status, 405);
});

test('a deleted namespace takes with it what is inside', async () => {
  cluster.create(brief);
  cluster.create(configMap('a', {}, { namespace: 'brief' }));
  const { body } = await client.delete('/api/v1/namespaces/brief');
  assert.deepEqual(body.status, { phase: 'Terminating' });
  assert.equal((await client.get('/api/v1/namespaces/brief')).status, 404);
  assert.deepEqual(cluster.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'brief' }), []);
});

test('a namespace waits for what is held inside, and takes nothing in meanwhile', async () => {
  cluster.create(brief);
  cluster.create(held('brief'));
  await client.delete('/api/v1/namespaces/brief');
  assert.equal((await client.get('/api/v1/namespaces/brief')).status, 200);
  const late = await client.post('/api/v1/namespaces/brief/configmaps', configMap('late'));
  assert.deepEqual([late.status, late.body.reason], [403, 'Forbidden']);
  await client.merge('/api/v1/namespaces/brief/configmaps/held', { metadata: { finalizers: null } });
  assert.equal((await client.get('/api/v1/namespaces/brief')).status, 404);
});

test('where nobody finishes namespaces, finalize does', async () => {
  const bare = await startDevCluster({ finishNamespaces: false });
  const plain = new TestClient(bare);
  bare.create(brief);
  await plain.delete('/api/v1/namespaces/brief');
  assert.equal((await plain.get('/api/v1/namespaces/brief')).status, 200);
  await plain.put('/api/v1/namespaces/brief/finalize', { ...brief, spec: { finalizers: [] } });
  assert.equal((await plain.get('/api/v1/namespaces/brief')).status, 404);
  plain.close();
  await bare.stop();
});

test('the namespaces that every cluster has cannot be deleted', async () => {
  for (const name of ['default', 'kube-system', 'kube-public']) {
    assert.equal((await client.delete(`/api/v1/namespaces/${name}`)).status, 403);
  }
});

test('a definition takes its objects with it, and ends their watches', async () => {
  const kites = '/apis/toys.example.com/v1/namespaces/default/kites';
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'kites.toys.example.com' },
    spec: {
      group: 'toys.example.com',
      scope: 'Namespaced',
      names: { plural: 'kites', kind: 'Kite' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  };
  assert.equal((await client.get(kites)).text, '404 page not found\n');
  cluster.create(definition);
  cluster.create({ apiVersion: 'toys.example.com/v1', kind: 'Kite', metadata: { name: 'red' } });
  const watch = await client.watch(kites);
  assert.deepEqual(await watch.take(1), ['ADDED red']);
  await client.delete('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kites.toys.example.com');
  assert.deepEqual(await watch.take(2), ['DELETED red', 'the end']);
  assert.equal((await client.get(kites)).status, 404);
  cluster.create(definition);
  assert.deepEqual((await client.get(kites)).body.items, []);
});
