import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { customResourceDefinitions } from '../../src/api/crds.ts';
import { type DevCluster, startDevCluster } from '../../src/devcluster/dev-cluster.ts';
import { endpoints, ingress, ingressRoute, service } from '../support/objects.ts';
import { type Replica, startReplica } from '../support/replica.ts';
import { documentsOf } from '../unit/deploy/documents.ts';
import { FakeClock } from '../unit/kube/fake-clock.ts';
import { notingLog } from '../unit/kube/notes.ts';
import { until, untilAdvancing } from '../unit/kube/until.ts';

let server: DevCluster;
let clock: FakeClock;
let log: ReturnType<typeof notingLog>;
let replica: Replica | null;

beforeEach(async () => {
  server = await startDevCluster({ rbac: true });
  clock = new FakeClock();
  log = notingLog();
  replica = null;
  for (const name of ['fairlead', 'apps']) put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  for (const one of customResourceDefinitions()) put(one);
  put(...documentsOf('deploy/base/ingress-class.yaml'), ...documentsOf('deploy/base/lease-role.yaml'));
});

afterEach(async () => {
  await replica?.stop();
  await server.stop();
});

function put(...objects: readonly object[]): void {
  for (const object of objects) server.apply(structuredClone(object) as never);
}

/** The same object in another namespace. */
function inApps(object: object): object {
  const { metadata, ...rest } = object as { readonly metadata: object };
  return { ...rest, metadata: { ...metadata, namespace: 'apps' } };
}

/** Objects that need everything the controller can do in one namespace: read, status, Events. */
function everything(): readonly object[] {
  return [
    service('web'),
    ...endpoints('web', [8080]),
    ingress('good', 'good.test', 'web'),
    ingress('bad', 'bad.test', 'nothing'),
    ingressRoute('a', 'Host(`a.test`)', 'web'),
    ingressRoute('b', 'Hots(`b.test`)', 'web'),
    {
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'Middleware',
      metadata: { name: 'm', namespace: 'default' },
      spec: { addPrefix: { prefix: '/x' } },
    },
  ].map(inApps);
}

async function untilAllIsWritten(): Promise<void> {
  const statusOf = (kind: string, name: string): string => {
    const apiVersion = kind === 'Ingress' ? 'networking.k8s.io/v1' : 'fairlead.dev/v1alpha1';
    return JSON.stringify(server.get({ apiVersion, kind, namespace: 'apps', name })?.status ?? null);
  };
  await until('conditions and addresses stand', () =>
    [
      statusOf('IngressRoute', 'a').includes('Programmed'),
      statusOf('Middleware', 'm').includes('Accepted'),
      statusOf('Ingress', 'good').includes('192.0.2.1'),
    ].every(Boolean),
  );
  const events = () => server.list({ apiVersion: 'v1', kind: 'Event' }).length;
  await untilAdvancing(clock, 'both problems are told', () => events() >= 2);
}

/** What the API server refused, but for kinds that nobody installed. */
function refusals(): readonly unknown[] {
  // Repetitions of a warning are of level debug.
  const told = log.notes.filter(({ level, fields }) => level === 'warn' && fields.code === 403);
  return told.map(({ fields }) => fields.kind ?? fields);
}

test('the shipped ClusterRole is enough for everything that the controller does', async () => {
  put(
    ...documentsOf('deploy/base/cluster-role.yaml'),
    ...documentsOf('deploy/base/cluster-role-binding.yaml'),
  );
  put(...everything());
  replica = startReplica({ server, clock, log, token: server.tokenFor('fairlead', 'fairlead') });
  await untilAllIsWritten();
  assert.deepEqual(refusals(), []);
});

test('the shipped Roles are enough for chosen namespaces, but for the IngressClass', async () => {
  put(...documentsOf('deploy/overlays/namespaced/roles.yaml'));
  put(...everything());
  const token = server.tokenFor('fairlead', 'fairlead');
  replica = startReplica({ server, clock, log, token, namespaces: ['apps', 'fairlead'] });
  await untilAllIsWritten();
  assert.deepEqual(refusals(), ['IngressClass']);
  assert.ok(replica.controller.readiness().ready);
});

test('without the right to a Lease nothing is written, routes are served, and it begins when the right is granted', async () => {
  put(
    ...documentsOf('deploy/base/cluster-role.yaml'),
    ...documentsOf('deploy/base/cluster-role-binding.yaml'),
  );
  server.delete({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    namespace: 'fairlead',
    name: 'fairlead-lease',
  });
  put(...everything());
  const running = startReplica({ server, clock, log, token: server.tokenFor('fairlead', 'fairlead') });
  replica = running;
  await until('it is ready', () => running.controller.readiness().ready);
  await until('it says why', () => !running.writes.report().available);
  assert.ok(running.controller.plan().routes.length > 0);
  assert.equal(refusals().length, 1);
  put(...documentsOf('deploy/base/lease-role.yaml'));
  await untilAdvancing(clock, 'it leads', () => running.writes.isLeader);
  await untilAllIsWritten();
});

/** An IngressRoute that names a Secret, and the Secret, which holds nothing that can be used: to read it is enough. */
function secured(namespace: string): readonly object[] {
  const route = ingressRoute('secured', 'Host(`a.test`)', 'web') as unknown as {
    readonly metadata: object;
    readonly spec: object;
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      ...route,
      metadata: { ...route.metadata, namespace },
      spec: { ...route.spec, tls: { secretName: 's' } },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace }, data: {} },
  ];
}

function secretsBinding(namespace: string): object {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'fairlead-secrets' };
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'fairlead-secrets', namespace },
    roleRef,
    subjects: [{ kind: 'ServiceAccount', name: 'fairlead', namespace: 'fairlead' }],
  };
}

/** What is wrong with Secrets, by namespace. */
function secretCodes({ controller }: Replica): Readonly<Record<string, string>> {
  const found = controller.diagnostics().filter(({ code }) => code.startsWith('Secret'));
  return Object.fromEntries(found.map(({ object, code }) => [object.namespace, code]));
}

function putBase(): void {
  for (const name of ['cluster-role', 'cluster-role-binding', 'secrets-role']) {
    put(...documentsOf(`deploy/base/${name}.yaml`));
  }
}

test('Secrets are read in the namespaces where that is granted, and a grant that is made later is noticed', async () => {
  putBase();
  put(secretsBinding('apps'), ...secured('apps'), ...secured('closed'));
  const running = startReplica({ server, clock, log, token: server.tokenFor('fairlead', 'fairlead') });
  replica = running;
  await until('it is ready', () => running.controller.readiness().ready);
  await until('both are judged', () => Object.keys(secretCodes(running)).length === 2);
  assert.deepEqual(secretCodes(running), { apps: 'SecretInvalid', closed: 'SecretForbidden' });
  assert.ok(running.cluster.unavailableKinds.includes('Secret'));
  put(secretsBinding('closed'));
  await until('it can be read', () => secretCodes(running).closed === 'SecretInvalid');
  server.delete({
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    namespace: 'closed',
    name: 'secured',
  });
  await until('it is forgotten', () => running.cluster.get('Secret', 'closed', 's') === undefined);
  assert.ok(running.cluster.get('Secret', 'apps', 's') !== undefined);
});

test('with the overlay for all Secrets those of every namespace are read', async () => {
  putBase();
  put(...documentsOf('deploy/overlays/all-secrets/cluster-role-binding.yaml'));
  put(...secured('apps'), ...secured('other'));
  const running = startReplica({ server, clock, log, token: server.tokenFor('fairlead', 'fairlead') });
  replica = running;
  await until('it is ready', () => running.controller.readiness().ready);
  await until('both are judged', () => Object.keys(secretCodes(running)).length === 2);
  assert.deepEqual(secretCodes(running), { apps: 'SecretInvalid', other: 'SecretInvalid' });
  assert.deepEqual(refusals(), []);
});

test('nobody can read a Secret with the shipped rights', async () => {
  putBase();
  const authorization = `Bearer ${server.tokenFor('fairlead', 'fairlead')}`;
  for (const path of ['/api/v1/secrets', '/api/v1/namespaces/fairlead/secrets']) {
    const response = await fetch(`${server.url}${path}`, { headers: { authorization } });
    assert.equal(response.status, 403);
    await response.body?.cancel();
  }
});
