import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownApiVersion, watchedKinds } from '../../../src/api/kubernetes.ts';
import type { WatchedKind } from '../../../src/model/cluster.ts';
import { at, documentsOf, type ManifestObject, only } from './documents.ts';

/** `VERB GROUP/RESOURCE` for everything that rules allow. */
function rightsOf(role: ManifestObject): readonly string[] {
  const rules = role.rules as readonly Readonly<
    Record<'apiGroups' | 'resources' | 'verbs', readonly string[]>
  >[];
  return rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    )
    .toSorted();
}

/** What watching kinds, writing their status and creating Events takes; only who writes a status reads single objects. */
function rightsFor(kinds: readonly WatchedKind[]): readonly string[] {
  const rights = kinds.flatMap(({ apiVersion, resource }) => {
    const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
    const hasStatus = apiVersion === ownApiVersion || resource === 'ingresses';
    return [
      ...(hasStatus ? ['get', 'list', 'watch'] : ['list', 'watch']).map(
        (verb) => `${verb} ${group}/${resource}`,
      ),
      ...(hasStatus ? [`patch ${group}/${resource}/status`] : []),
    ];
  });
  return [...rights, 'create events.k8s.io/events'].toSorted();
}

test('the ClusterRole allows exactly what the controller watches and writes', () => {
  const role = only(documentsOf('deploy/base/cluster-role.yaml'), 'ClusterRole');
  assert.deepEqual(rightsOf(role), rightsFor(watchedKinds.filter((kind) => !isByReference(kind))));
});

test('Secrets and ConfigMaps are in a ClusterRole of their own, which the base binds to nothing', () => {
  const role = only(documentsOf('deploy/base/secrets-role.yaml'), 'ClusterRole', 'fairlead-secrets');
  const events = 'create events.k8s.io/events';
  assert.deepEqual(
    rightsOf(role),
    rightsFor(watchedKinds.filter(isByReference)).filter((right) => right !== events),
  );
  const bindings = documentsOf('deploy/install.yaml').filter(({ kind }) => kind.endsWith('Binding'));
  assert.deepEqual(
    bindings.map(({ metadata }) => metadata.name),
    ['fairlead', 'fairlead-lease'],
  );
});

function isByReference({ byReference }: WatchedKind): boolean {
  return byReference !== undefined;
}

test('the Lease needs its own Role in the namespace of the controller, and nothing more', () => {
  const [role] = documentsOf('deploy/base/lease-role.yaml');
  assert.ok(role);
  assert.equal(role.metadata.namespace, 'fairlead');
  assert.deepEqual(
    rightsOf(role),
    ['create', 'get', 'update'].map((verb) => `${verb} coordination.k8s.io/leases`),
  );
});

test('in namespaced mode the Roles allow exactly what can be watched in a namespace', () => {
  const documents = documentsOf('deploy/overlays/namespaced/roles.yaml');
  const roles = documents.filter(({ kind }) => kind === 'Role');
  assert.deepEqual(
    roles.map(({ metadata }) => metadata.namespace),
    ['apps', 'fairlead'],
  );
  for (const role of roles) {
    assert.deepEqual(rightsOf(role), rightsFor(watchedKinds.filter(({ namespaced }) => namespaced)));
  }
});

test('in namespaced mode the controller is told the namespaces that it has Roles for', () => {
  const roles = documentsOf('deploy/overlays/namespaced/roles.yaml').filter(({ kind }) => kind === 'Role');
  const [overlay] = documentsOf('deploy/overlays/namespaced/kustomization.yaml');
  const patch = String(at(overlay, 'patches.2.patch'));
  const named = [...patch.matchAll(/--namespace=(\S+)/g)].map((match) => match[1]);
  assert.deepEqual(
    named,
    roles.map(({ metadata }) => metadata.namespace),
  );
});

test('every binding joins the role of its name with the service account of the Pods', () => {
  const files = [
    'deploy/base/cluster-role-binding.yaml',
    'deploy/base/lease-role.yaml',
    'deploy/overlays/namespaced/roles.yaml',
    'deploy/overlays/all-secrets/cluster-role-binding.yaml',
  ];
  const bindings = files.flatMap(documentsOf).filter(({ kind }) => kind.endsWith('Binding'));
  assert.equal(bindings.length, 5);
  for (const binding of bindings) {
    assert.equal(at(binding, 'roleRef.kind'), binding.kind.replace('Binding', ''));
    assert.equal(at(binding, 'roleRef.name'), binding.metadata.name);
    assert.deepEqual(binding.subjects, [{ kind: 'ServiceAccount', name: 'fairlead', namespace: 'fairlead' }]);
  }
});
