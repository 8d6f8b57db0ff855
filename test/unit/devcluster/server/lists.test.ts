import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { type DevCluster, startDevCluster } from '../../../../src/devcluster/dev-cluster.ts';
import { configMap, configMaps, type Reply, TestClient } from './client.ts';

let cluster: DevCluster;
let client: TestClient;

before(async () => {
  cluster = await startDevCluster();
  client = new TestClient(cluster);
  for (const name of ['a', 'b', 'c', 'd', 'e']) cluster.create(configMap(name, {}, { labels: { name } }));
});

after(async () => {
  client.close();
  await cluster.stop();
});

const names = ({ items }: Reply) => items.map(({ metadata }) => metadata.name).join('');

test('pages together are the list, as it was at the first of them', async () => {
  const first = (await client.get(`${configMaps}?limit=2`)).body;
  assert.equal(names(first), 'ab');
  assert.equal(first.metadata.remainingItemCount, 3);
  cluster.create(configMap('bb'));
  cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'd' });
  const second = (await client.get(`${configMaps}?limit=2&continue=${first.metadata.continue}`)).body;
  assert.equal(names(second), 'cd');
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
  const third = (await client.get(`${configMaps}?limit=2&continue=${second.metadata.continue}`)).body;
  assert.equal(names(third), 'e');
  assert.equal(third.metadata.continue, undefined);
  cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'bb' });
  cluster.create(configMap('d', {}, { labels: { name: 'd' } }));
});

test('an exact resourceVersion gives the state of then', async () => {
  const before = (await client.get(configMaps)).body.metadata.resourceVersion;
  cluster.create(configMap('f'));
  const parameters = `resourceVersion=${before}&resourceVersionMatch=Exact`;
  assert.equal(names((await client.get(`${configMaps}?${parameters}`)).body), 'abcde');
  assert.equal(names((await client.get(configMaps)).body), 'abcdef');
  cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'f' });
});

test('selectors by label and by field work together', async () => {
  const query = 'labelSelector=name+in+(a,b,c)&fieldSelector=metadata.name!%3Db';
  assert.equal(names((await client.get(`${configMaps}?${query}`)).body), 'ac');
});

test('a resourceVersion yet to come is answered with a timeout', async () => {
  const { status, body, headers } = await client.get(`${configMaps}?resourceVersion=999999999`);
  assert.deepEqual([status, body.reason], [504, 'Timeout']);
  assert.equal(headers['retry-after'], '1');
});

test('what does not fit together is refused', async () => {
  const refused: Record<string, number> = {
    'resourceVersionMatch=Exact': 422,
    'resourceVersion=0&resourceVersionMatch=Exact': 422,
    'resourceVersion=5&resourceVersionMatch=Roughly': 422,
    'sendInitialEvents=true': 422,
    'resourceVersion=now': 400,
    'limit=few': 400,
    'continue=nonsense': 400,
    'fieldSelector=data.a%3Db': 400,
  };
  for (const [query, status] of Object.entries(refused)) {
    const answer = await client.get(`${configMaps}?${query}`);
    assert.deepEqual([answer.status, answer.body.kind], [status, 'Status'], query);
  }
});

test('an answer comes in the form that is asked for', async () => {
  const as = (form: string) => `application/json;as=${form};v=v1;g=meta.k8s.io`;
  const forms: Record<string, string> = {
    'application/json': 'ConfigMap',
    '*/*': 'ConfigMap',
    [as('Table')]: 'Table',
    [as('PartialObjectMetadata')]: 'PartialObjectMetadata',
    'application/vnd.kubernetes.protobuf, application/json': 'ConfigMap',
    [`${as('Table')},application/json`]: 'Table',
  };
  for (const [accept, kind] of Object.entries(forms)) {
    const { status, body } = await client.get(`${configMaps}/a`, { accept });
    assert.deepEqual([status, body.kind], [200, kind], accept);
  }
  for (const accept of ['application/vnd.kubernetes.protobuf', 'text/csv', as('Chart')]) {
    const { status, body } = await client.get(`${configMaps}/a`, { accept });
    assert.deepEqual([status, body.reason], [406, 'NotAcceptable'], accept);
  }
  const { text, headers } = await client.get(`${configMaps}/a`, { accept: 'application/yaml' });
  assert.equal(headers['content-type'], 'application/yaml');
  assert.equal(parse(text).metadata.name, 'a');
});

test('a large answer is compressed for those who can read it', async () => {
  cluster.create(configMap('large', { text: 'x'.repeat(500_000) }));
  const compressed = await client.ask('GET', `${configMaps}/large`, undefined, { 'accept-encoding': 'gzip' });
  assert.equal(compressed.headers['content-encoding'], 'gzip');
  const plain = await client.get(`${configMaps}/large`);
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.ok(Number(compressed.headers['content-length']) < plain.text.length / 10);
  const raw = await fetch(`${cluster.url}${configMaps}/large`, {
    headers: { authorization: `Bearer ${cluster.token}`, 'accept-encoding': 'gzip' },
  });
  assert.equal(await raw.text(), plain.text);
  cluster.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'large' });
});

test('discovery comes aggregated to those who ask for it, and plain to the others', async () => {
  const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const { headers, body } = await client.get('/apis', { accept: `${aggregated},application/json` });
  assert.equal(headers['content-type'], aggregated);
  assert.equal(body.kind, 'APIGroupDiscoveryList');
  assert.equal((await client.get('/apis')).body.kind, 'APIGroupList');
  assert.equal((await client.get('/api')).body.kind, 'APIVersions');
  assert.equal((await client.get('/apis/networking.k8s.io/v1')).body.kind, 'APIResourceList');
  assert.equal((await client.get('/openapi/v2')).status, 404);
});

test('what is not there is said with a Status in known groups', async () => {
  for (const path of [
    `${configMaps}/nobody`,
    '/api/v1/nothings',
    '/apis/networking.k8s.io/v9',
    '/api/v1/namespaces/default/nodes',
  ]) {
    const { status, body } = await client.get(path);
    assert.deepEqual([status, body.kind, body.reason], [404, 'Status', 'NotFound'], path);
  }
  assert.equal((await client.get('/nowhere')).text, '404 page not found\n');
});
