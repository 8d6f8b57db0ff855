import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { customResourceDefinitions } from '../../src/api/crds.ts';
import { type Decoded, decodeIngressRoute, type UndecodedObject } from '../../src/api/decode.ts';
import { readMiddleware } from '../../src/api/middleware-settings.ts';
import { type DevCluster, startDevCluster } from '../../src/devcluster/dev-cluster.ts';
import type { JsonObject } from '../../src/devcluster/json.ts';

function documentsOf(path: string): readonly JsonObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as JsonObject);
}

/** An object's kind and name. */
function nameOf({ kind, metadata }: JsonObject): string {
  return `${String(kind)}/${String((metadata as JsonObject).name)}`;
}

const namespaces = ['apps', 'fairlead'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
}));

/** A cluster that has our CRDs and namespaces, but for those that `documents` bring themselves. */
async function clusterFor(documents: readonly JsonObject[], context: TestContext): Promise<DevCluster> {
  const cluster = await startDevCluster();
  context.after(() => cluster.stop());
  const brought = new Set(documents.map(nameOf));
  const definitions = JSON.parse(JSON.stringify(customResourceDefinitions())) as readonly JsonObject[];
  for (const object of [...namespaces, ...definitions]) {
    if (!brought.has(nameOf(object))) cluster.create(object);
  }
  return cluster;
}

const files = globSync(['crds/*.yaml', 'deploy/**/*.yaml', 'examples/**/*.yaml'])
  .filter((path) => !path.endsWith('kustomization.yaml'))
  .toSorted();

for (const path of files) {
  test(`the API server takes everything in ${path}, with no field that it does not know`, async (context) => {
    const documents = documentsOf(path);
    const cluster = await clusterFor(documents, context);
    for (const document of documents) cluster.create(document);
  });
}

test('a field that a kind does not know is refused, so that the tests above mean something', async (context) => {
  const documents = documentsOf('examples/quickstart/shop-ingress-route.yaml');
  const cluster = await clusterFor(documents, context);
  for (const document of documents) {
    const spec = { ...(document.spec as JsonObject), nonsense: true };
    assert.throws(() => cluster.create({ ...document, spec }), /nonsense/);
  }
});

test('what the schema of a kind of ours forbids is refused when it is written', async (context) => {
  const cluster = await clusterFor([], context);
  const object = (kind: string, spec: JsonObject) => ({
    apiVersion: 'fairlead.dev/v1alpha1',
    kind,
    metadata: { name: 'bad', namespace: 'apps' },
    spec,
  });
  const service = { name: 'web', port: 80 };
  for (const [spec, words] of [
    [{}, /routes/],
    [{ routes: [{ services: [service] }] }, /match/],
    [{ routes: [{ match: 'Host(`a`)', services: [{ ...service, port: 70_000 }] }] }, /port/],
    [{ routes: [{ match: 'Host(`a`)', services: [{ ...service, port: true }] }] }, /port/],
    [{ routes: [{ match: 'Host(`a`)', services: [{ ...service, scheme: 'ftp' }] }] }, /scheme/],
  ] as const) {
    assert.throws(() => cluster.create(object('IngressRoute', spec as JsonObject)), words);
  }
  assert.throws(() => cluster.create(object('Middleware', { addPrefix: { prefix: 'x' } })), /prefix/);
});

test('the rules that a schema alone cannot say are held when an object is written', async (context) => {
  const cluster = await clusterFor([], context);
  const middleware = (name: string, spec: JsonObject) => ({
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'Middleware',
    metadata: { name, namespace: 'apps' },
    spec,
  });
  const two = { addPrefix: { prefix: '/x' }, rateLimit: { average: 5 } };
  assert.throws(() => cluster.create(middleware('two', two)), /exactly one thing/);
  assert.throws(() => cluster.create(middleware('none', {})), /exactly one thing/);
  cluster.create(middleware('later', { rateLimit: { average: 5, sourceCriterion: { requestHost: true } } }));
  const route = (services: JsonObject[]) => ({
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name: 'portless', namespace: 'apps' },
    spec: { routes: [{ match: 'Host(`a`)', services }] },
  });
  assert.throws(() => cluster.create(route([{ name: 'web' }])), /a port is required/);
  cluster.create(route([{ name: 'web', kind: 'RouteService' }]));
});

test('the defaults that the API server fills in change nothing of what an object says', async (context) => {
  const cluster = await clusterFor([], context);
  for (const document of documentsOf('examples/quickstart/shop-ingress-route.yaml')) {
    const stored = cluster.create(document) as unknown as UndecodedObject;
    const decode: (object: UndecodedObject) => Decoded<unknown> =
      document.kind === 'IngressRoute' ? decodeIngressRoute : readMiddleware;
    assert.deepEqual(decode(stored), decode(document as unknown as UndecodedObject));
    assert.deepEqual(decode(stored).diagnostics, []);
  }
});
