import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type DevCluster, startDevCluster } from '../../../../src/devcluster/dev-cluster.ts';
import type { JsonObject } from '../../../../src/devcluster/json.ts';
import { configMap, configMaps, TestClient } from '../server/client.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

let cluster: DevCluster;
let robot: TestClient;

beforeEach(async () => {
  cluster = await startDevCluster({ rbac: true });
  robot = new TestClient(cluster, cluster.tokenFor('default', 'robot'));
  cluster.create(configMap('a'));
});

afterEach(async () => {
  robot.close();
  await cluster.stop();
});

function grant(
  kind: 'Role' | 'ClusterRole',
  binding: 'RoleBinding' | 'ClusterRoleBinding',
  rules: JsonObject[],
): void {
  cluster.create({ apiVersion, kind, metadata: { name: 'reader' }, rules });
  cluster.create({
    apiVersion,
    kind: binding,
    metadata: { name: 'reader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }],
  });
}

const readConfigMaps = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] };

test('what no role grants is refused in the words of Kubernetes', async () => {
  const { status, body } = await robot.get(configMaps);
  assert.equal(status, 403);
  assert.equal(body.reason, 'Forbidden');
  assert.equal(
    body.message,
    'configmaps is forbidden: User "system:serviceaccount:default:robot" cannot list resource "configmaps" in API group "" in the namespace "default"',
  );
  const one = await robot.get('/apis/networking.k8s.io/v1/ingressclasses/x');
  assert.equal(
    one.body.message,
    'ingressclasses.networking.k8s.io "x" is forbidden: User "system:serviceaccount:default:robot" cannot get resource "ingressclasses" in API group "networking.k8s.io" at the cluster scope',
  );
});

test('a role grants its verbs in its namespace and nothing else', async () => {
  grant('Role', 'RoleBinding', [readConfigMaps]);
  assert.equal((await robot.get(configMaps)).status, 200);
  assert.equal((await robot.get(`${configMaps}/a`)).status, 200);
  assert.equal((await robot.get('/api/v1/configmaps')).status, 403);
  assert.equal((await robot.get('/api/v1/namespaces/kube-system/configmaps')).status, 403);
  assert.equal((await robot.post(configMaps, configMap('b'))).status, 403);
  assert.equal((await robot.delete(`${configMaps}/a`)).status, 403);
  const watch = await robot.watch(configMaps);
  assert.deepEqual(await watch.take(1), ['ADDED a']);
  watch.close();
});

test('a cluster role that is bound for the cluster grants everywhere', async () => {
  grant('ClusterRole', 'ClusterRoleBinding', [readConfigMaps]);
  assert.equal((await robot.get('/api/v1/configmaps')).status, 200);
  assert.equal((await robot.get('/api/v1/namespaces/kube-system/configmaps')).status, 200);
});

test('a subresource must be granted by its own name', async () => {
  const rule = { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['*'] };
  grant('ClusterRole', 'ClusterRoleBinding', [rule]);
  const path = '/apis/networking.k8s.io/v1/namespaces/default/ingresses/site';
  assert.equal((await robot.get(path)).status, 404);
  assert.equal((await robot.get(`${path}/status`)).status, 403);
});

test('names limit a rule to the objects that have them', async () => {
  grant('Role', 'RoleBinding', [{ ...readConfigMaps, resourceNames: ['a'] }]);
  assert.equal((await robot.get(`${configMaps}/a`)).status, 200);
  assert.equal((await robot.get(`${configMaps}/b`)).status, 403);
  assert.equal((await robot.get(configMaps)).status, 403);
  assert.equal((await robot.get(`${configMaps}?fieldSelector=metadata.name%3Da`)).status, 200);
  assert.equal((await robot.get(`${configMaps}?fieldSelector=metadata.name%3Db`)).status, 403);
});

test('a role that is taken away grants nothing any more', async () => {
  grant('Role', 'RoleBinding', [readConfigMaps]);
  cluster.delete({ apiVersion, kind: 'RoleBinding', name: 'reader' });
  assert.equal((await robot.get(configMaps)).status, 403);
});

test('discovery is open to everybody who is known, and nobody else', async () => {
  assert.equal((await robot.get('/apis')).status, 200);
  assert.equal((await robot.get('/openapi/v3')).status, 200);
  const stranger = new TestClient(cluster, 'wrong');
  const nobody = new TestClient(cluster, '');
  for (const client of [stranger, nobody]) {
    const { status, body } = await client.get('/apis');
    assert.deepEqual([status, body.kind, body.reason], [401, 'Status', 'Unauthorized']);
    assert.equal((await client.get('/readyz')).status, 200);
    client.close();
  }
});

test('everybody may ask what they are allowed', async () => {
  grant('Role', 'RoleBinding', [readConfigMaps]);
  const ask = async (verb: string) => {
    const resourceAttributes = { verb, resource: 'configmaps', namespace: 'default' };
    const { body } = await robot.post(reviews, { spec: { resourceAttributes } });
    return body.status;
  };
  assert.deepEqual(await ask('list'), { allowed: true });
  assert.deepEqual(await ask('create'), { allowed: false });
});

test('without enforcement a token is enough', async () => {
  const open = await startDevCluster();
  const client = new TestClient(open, open.tokenFor('default', 'robot'));
  assert.equal((await client.get(configMaps)).status, 200);
  client.close();
  await open.stop();
});
