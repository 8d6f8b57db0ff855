import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type DevCluster, startDevCluster } from '../../../../src/devcluster/dev-cluster.ts';
import { configMap, configMaps, TestClient } from './client.ts';

const ingresses = '/apis/networking.k8s.io/v1/namespaces/default/ingresses';

let cluster: DevCluster;
let client: TestClient;

beforeEach(async () => {
  cluster = await startDevCluster({ now: () => new Date('2001-02-03T04:05:06.789Z') });
  client = new TestClient(cluster);
});

afterEach(async () => {
  client.close();
  await cluster.stop();
});

function site(host: string, more: object = {}): object {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const rules = [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'site' },
    spec: { rules },
    ...more,
  };
}

test('a creation answers with what the server made of it', async () => {
  const { status, body } = await client.post(configMaps, configMap('a', { n: '1' }));
  assert.equal(status, 201);
  assert.match(body.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.deepEqual((await client.get(`${configMaps}/a`)).body, body);
  assert.equal(Reflect.get(body.metadata, 'creationTimestamp'), '2001-02-03T04:05:06Z');
  const again = await client.post(configMaps, configMap('a'));
  assert.deepEqual([again.status, again.body.reason], [409, 'AlreadyExists']);
});

test('a name is made up where a prefix is given', async () => {
  const { status, body } = await client.post(configMaps, { metadata: { generateName: 'made-' } });
  assert.equal(status, 201);
  assert.match(body.metadata.name, /^made-[bcdfghjklmnpqrstvwxz2-9]{5}$/);
});

test('an update with an old resourceVersion is a conflict, one without is not', async () => {
  const { body } = await client.post(configMaps, configMap('a'));
  const stale = configMap('a', { n: '2' }, { resourceVersion: body.metadata.resourceVersion });
  assert.equal((await client.put(`${configMaps}/a`, stale)).status, 200);
  const conflict = await client.put(`${configMaps}/a`, stale);
  assert.deepEqual([conflict.status, conflict.body.reason], [409, 'Conflict']);
  assert.equal((await client.put(`${configMaps}/a`, configMap('a', { n: '3' }))).status, 200);
});

test('a write that changes nothing is no write', async () => {
  const { body } = await client.post(configMaps, configMap('a', { n: '1' }));
  const put = await client.put(`${configMaps}/a`, configMap('a', { n: '1' }));
  const patch = await client.merge(`${configMaps}/a`, { data: { n: '1' } });
  assert.equal(put.body.metadata.resourceVersion, body.metadata.resourceVersion);
  assert.equal(patch.body.metadata.resourceVersion, body.metadata.resourceVersion);
});

test('a dry run changes nothing', async () => {
  assert.equal((await client.post(`${configMaps}?dryRun=All`, configMap('a'))).status, 201);
  assert.equal((await client.get(`${configMaps}/a`)).status, 404);
  cluster.create(configMap('a'));
  assert.equal((await client.merge(`${configMaps}/a?dryRun=All`, { data: { n: '1' } })).body.data?.n, '1');
  assert.equal((await client.get(`${configMaps}/a`)).body.data, undefined);
  assert.equal((await client.delete(`${configMaps}/a?dryRun=All`)).status, 200);
  assert.equal((await client.get(`${configMaps}/a`)).status, 200);
});

test('unknown fields are refused, warned of, or let go', async () => {
  const odd = { ...configMap('a'), more: 1 };
  const strict = await client.post(`${configMaps}?fieldValidation=Strict`, odd);
  assert.equal(strict.status, 400);
  assert.match(strict.body.message, /strict decoding error: unknown field "more"/);
  const warned = await client.post(configMaps, odd);
  assert.equal(warned.status, 201);
  assert.equal(warned.headers.warning, '299 - "unknown field \\"more\\""');
  const ignored = await client.put(`${configMaps}/a?fieldValidation=Ignore`, odd);
  assert.equal(ignored.headers.warning, undefined);
});

test('the status has a door of its own, and the rest does not fit through it', async () => {
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
  const created = await client.post(ingresses, site('a.example.com', { status }));
  assert.deepEqual(created.body.status, { loadBalancer: {} });
  const changed = await client.put(`${ingresses}/site/status`, site('b.example.com', { status }));
  assert.deepEqual(changed.body.status, status);
  assert.deepEqual(changed.body.spec, created.body.spec);
  const updated = await client.put(`${ingresses}/site`, site('c.example.com'));
  assert.deepEqual(updated.body.status, status);
  assert.equal(Reflect.get(updated.body.metadata, 'generation'), 2);
});

test('a Deployment is scaled through its subresource', async () => {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  };
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const spec = { replicas: 1, selector: { matchLabels: { app: 'web' } }, template };
  const { status, text } = await client.post(path, { metadata: { name: 'web' }, spec });
  assert.equal(status, 201, text);
  const scaled = await client.merge(`${path}/web/scale`, { spec: { replicas: 3 } });
  assert.equal(scaled.body.kind, 'Scale');
  assert.deepEqual(scaled.body.spec, { replicas: 3 });
  assert.equal((await client.get(`${path}/web`)).body.spec.replicas, 3);
});

test('nothing can be created in a namespace that is not there', async () => {
  const { status, body } = await client.post(configMaps.replace('default', 'nowhere'), configMap('a'));
  assert.deepEqual([status, body.message], [404, 'namespaces "nowhere" not found']);
});

test('bodies may be YAML, and must not be protobuf', async () => {
  const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {n: "1"}\n';
  assert.equal((await client.post(configMaps, yaml, { 'content-type': 'application/yaml' })).status, 201);
  const type = { 'content-type': 'application/vnd.kubernetes.protobuf' };
  assert.equal((await client.post(configMaps, 'k8s\0', type)).status, 415);
});

test('inside the process the same rules hold', () => {
  assert.throws(() => cluster.create({ ...configMap('a'), more: 1 }), { code: 400 });
  assert.throws(() => cluster.apply({ ...configMap('a'), more: 1 }), { code: 400 });
  assert.throws(() => cluster.create(configMap('Not_Good')), { code: 422 });
  assert.throws(() => cluster.create({ apiVersion: 'v9', kind: 'Nothing', metadata: { name: 'a' } }), {
    code: 400,
  });
  cluster.apply(configMap('a', { one: '1', two: '2' }));
  const changed = cluster.apply(configMap('a', { one: 'uno' }));
  assert.deepEqual(changed.data, { one: 'uno' });
  changed.data = { changed: 'by the caller' };
  assert.deepEqual(cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' })?.data, { one: 'uno' });
});
