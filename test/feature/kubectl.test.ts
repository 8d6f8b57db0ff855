import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { writeKubeconfig } from '../../src/devcluster/access/kubeconfig.ts';
import { type DevCluster, startDevCluster } from '../../src/devcluster/dev-cluster.ts';

const run = promisify(execFile);
const oldestMinor = 30;

let cluster: DevCluster;
let folder = '';
let env: NodeJS.ProcessEnv = {};

const skip = reasonToSkip();

before(async () => {
  if (skip) return;
  folder = await mkdtemp(join(tmpdir(), 'fairlead-kubectl-'));
  cluster = await startDevCluster({ tls: true, rbac: true });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeKubeconfig(kubeconfig, cluster.kubeconfig());
  env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(folder, 'cache') };
});

after(async () => {
  if (skip) return;
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

test('kubectl applies, shows, describes and changes an Ingress', { skip }, async () => {
  const file = await write('site.yaml', site('a.example.com'));
  assert.match(await kubectl('apply', '-f', file), /ingress\.networking\.k8s\.io\/site created/);
  assert.match(await kubectl('apply', '-f', file), /site unchanged/);
  assert.match(
    await kubectl('get', 'ingress', 'site'),
    /NAME +CLASS +HOSTS +ADDRESS +PORTS +AGE\nsite +<none> +a\.example\.com/,
  );
  assert.match(await kubectl('get', 'ing', '-A', '-o', 'wide'), /default +site/);
  assert.match(await kubectl('describe', 'ingress', 'site'), /Host +Path +Backends/);
  await write('site.yaml', site('b.example.com'));
  assert.match(await kubectl('apply', '-f', file), /site configured/);
  const host = await kubectl('get', 'ingress', 'site', '-o', 'jsonpath={.spec.rules[0].host}');
  assert.equal(host, 'b.example.com');
  assert.match(await kubectl('label', 'ingress', 'site', 'a=b'), /site labeled/);
  assert.match(
    await kubectl('get', 'ingress', '-l', 'a=b', '-o', 'name'),
    /ingress\.networking\.k8s\.io\/site/,
  );
  assert.match(await kubectl('delete', '-f', file), /"site" deleted/);
  await assert.rejects(kubectl('get', 'ingress', 'site'), /NotFound/);
});

test('kubectl refuses a field that is not there', { skip }, async () => {
  const file = await write(
    'odd.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd}\ndta: {a: b}\n',
  );
  await assert.rejects(kubectl('apply', '-f', file), /unknown field "dta"/);
});

test('kubectl follows changes as they happen', { skip }, async () => {
  const watch = spawn('kubectl', ['get', 'configmap', '-w', '-l', 'follow=me', '--no-headers'], { env });
  const lines = createInterface({ input: watch.stdout })[Symbol.asyncIterator]();
  const metadata = { name: 'followed', labels: { follow: 'me' } };
  try {
    // It watches from its list, so it sees the object whichever comes first.
    cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1' } });
    assert.match(String((await lines.next()).value), /^followed +1 /);
    cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1', b: '2' } });
    assert.match(String((await lines.next()).value), /^followed +2 /);
  } finally {
    watch.kill();
  }
});

test('kubectl waits for a condition and for a deletion', { skip }, async () => {
  const name = { apiVersion: 'v1', kind: 'ConfigMap', name: 'awaited' };
  cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'awaited' }, data: { a: '0' } });
  const ready = kubectl('wait', 'configmap/awaited', '--for=jsonpath={.data.a}=1', '--timeout=20s');
  cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'awaited' }, data: { a: '1' } });
  assert.match(await ready, /condition met/);
  const gone = kubectl('wait', 'configmap/awaited', '--for=delete', '--timeout=20s');
  cluster.delete(name);
  await gone;
});

test('kubectl explains kinds, the built-in and the custom ones', { skip }, async () => {
  assert.match(await kubectl('explain', 'ingress.spec.rules'), /FIELD: rules/);
  const file = await write('kites.yaml', kites);
  assert.match(await kubectl('apply', '-f', file), /kites\.toys\.example\.com created/);
  await kubectl('wait', 'crd/kites.toys.example.com', '--for=condition=Established', '--timeout=20s');
  assert.match(await kubectl('explain', 'kite.spec'), /colour/);
  assert.match(
    await kubectl('api-resources', '--api-group=toys.example.com'),
    /kites +kt +toys\.example\.com\/v1 +true +Kite/,
  );
  const kite = await write(
    'kite.yaml',
    'apiVersion: toys.example.com/v1\nkind: Kite\nmetadata: {name: red}\nspec: {colour: red}\n',
  );
  assert.match(await kubectl('apply', '-f', kite), /kite\.toys\.example\.com\/red created/);
  assert.match(await kubectl('get', 'kites'), /NAME +COLOUR +AGE\nred +red/);
  assert.match(await kubectl('delete', 'crd', 'kites.toys.example.com'), /deleted/);
  await assert.rejects(kubectl('get', 'kites'), /doesn't have a resource type|NotFound/);
});

test('kubectl deletes a namespace with all that is in it', { skip }, async () => {
  await kubectl(
    'create',
    '-f',
    await write('ns.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: brief}\n'),
  );
  cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inside', namespace: 'brief' } });
  assert.match(await kubectl('delete', 'namespace', 'brief', '--timeout=20s'), /"brief" deleted/);
  assert.deepEqual(cluster.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'brief' }), []);
});

test('kubectl applies on the server', { skip }, async () => {
  const file = await write(
    'side.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: side}\ndata: {a: b}\n',
  );
  assert.match(await kubectl('apply', '--server-side', '-f', file), /serverside-applied/);
  const manager = await kubectl(
    'get',
    '-f',
    file,
    '-o',
    'jsonpath={.metadata.managedFields[0].manager}',
    '--show-managed-fields',
  );
  assert.equal(manager, 'kubectl');
});

async function kubectl(...parameters: string[]): Promise<string> {
  const { stdout } = await run('kubectl', parameters, { env, timeout: 60_000 });
  return stdout;
}

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

function site(host: string): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: site
spec:
  rules:
    - host: ${host}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: web, port: {number: 80}}}
`;
}

const kites = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: kites.toys.example.com
spec:
  group: toys.example.com
  scope: Namespaced
  names: {plural: kites, singular: kite, kind: Kite, shortNames: [kt]}
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns:
        - {name: Colour, type: string, jsonPath: .spec.colour}
        - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                colour: {type: string, description: What it looks like from below.}
`;

/** Why these tests cannot run here, or false. */
function reasonToSkip(): string | false {
  try {
    const text = execFileSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
    const minor = Number.parseInt(JSON.parse(text).clientVersion.minor, 10);
    return minor >= oldestMinor ? false : `kubectl 1.${minor} is too old: 1.${oldestMinor} is needed`;
  } catch {
    return 'kubectl is not on the PATH';
  }
}
