import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadManifests } from '../../src/cli/manifests.ts';
import { type DevCluster, startDevCluster } from '../../src/devcluster/dev-cluster.ts';
import { get, startUpstream } from '../support/http.ts';
import { endpoints, ingress, ingressRoute, service } from '../support/objects.ts';
import { startCommand } from '../support/process.ts';
import { until } from '../support/raw/until.ts';

/** A cluster that enforces roles, with deploy/install.yaml applied as it is shipped. */
async function installed(context: TestContext): Promise<DevCluster> {
  const cluster = await startDevCluster({ rbac: true });
  context.after(() => cluster.stop());
  for (const { object } of loadManifests(['deploy/install.yaml'], () => '').manifests) {
    cluster.apply(structuredClone(object) as never);
  }
  return cluster;
}

/** The administrator's kubeconfig with the token of the service account that the Deployment runs as. */
function kubeconfigOf(context: TestContext, cluster: DevCluster): string {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'kubeconfig');
  const token = cluster.tokenFor('fairlead', 'fairlead');
  writeFileSync(file, cluster.kubeconfig().replaceAll(cluster.token, token));
  return file;
}

const flags = ['--entrypoint=web=127.0.0.1:0', '--metrics=127.0.0.1:0', '--admin=127.0.0.1:0', '--workers=2'];

test('run works with exactly the ClusterRole that is shipped, and drains on SIGTERM', async (context) => {
  const cluster = await installed(context);
  const upstream = await startUpstream(context, 'one');
  const objects = [
    service('one'),
    ...endpoints('one', [upstream]),
    ingress('plain', 'plain.example', 'one'),
    ingressRoute('api', 'Host(`api.example`)', 'one'),
  ];
  for (const object of objects) cluster.apply(object as never);
  // In a Pod the namespace of the Lease is that of the service account; a kubeconfig names none.
  const lease = '--lease=fairlead/fairlead-fairlead';
  const words = ['--drain=0', '--publish-address=192.0.2.7', '--log-format=json', lease];
  const run = startCommand(context, [
    'run',
    '--kubeconfig',
    kubeconfigOf(context, cluster),
    ...flags,
    ...words,
  ]);
  const [, port] = await run.printed(/"ports":\{"web":(\d+)\}.*"msg":"ready"/);

  assert.equal((await get(Number(port), 'plain.example')).body, 'one GET /');
  assert.equal((await get(Number(port), 'api.example')).body, 'one GET /');
  await run.printed(/"route":"IngressRoute\/default\/api\/0"/);

  const route = {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    name: 'api',
    namespace: 'default',
  };
  await until(
    () => JSON.stringify(cluster.get(route)?.status ?? null).includes('"Programmed"'),
    'the status of the IngressRoute',
  );
  const plain = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'plain', namespace: 'default' };
  await until(
    () => JSON.stringify(cluster.get(plain)?.status ?? null).includes('192.0.2.7'),
    'the address of the Ingress',
  );
  assert.doesNotMatch(run.out(), /forbidden/i);

  assert.equal(await run.end('SIGTERM'), 0);
  for (const line of run.out().trimEnd().split('\n')) JSON.parse(line);
});

test('a token that may do nothing leaves readiness at no, and the log says which kinds are refused', async (context) => {
  const cluster = await installed(context);
  const file = kubeconfigOf(context, cluster);
  cluster.delete({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    name: 'fairlead',
  });
  const run = startCommand(context, [
    'run',
    '--kubeconfig',
    file,
    ...flags,
    '--drain=0',
    '--log-format=json',
  ]);
  await run.printed(/"kind":"IngressRoute".*forbidden/i);
  assert.doesNotMatch(run.out(), /"msg":"ready"/);
  assert.equal(await run.end('SIGTERM'), 0);
});
