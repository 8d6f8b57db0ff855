import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { controllerName } from '../../../src/api/kubernetes.ts';
import { at, documentsOf, only } from './documents.ts';

const install = documentsOf('deploy/install.yaml');
const deployment = only(install, 'Deployment');
const pod = at(deployment, 'spec.template.spec');
const container = at(pod, 'containers.0');

test('the Pods satisfy the restricted Pod Security Standard, which their namespace enforces', () => {
  const namespace = only(install, 'Namespace');
  assert.equal(namespace.metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
  assert.equal(at(pod, 'securityContext.runAsNonRoot'), true);
  assert.ok(Number(at(pod, 'securityContext.runAsUser')) > 0);
  assert.equal(at(pod, 'securityContext.seccompProfile.type'), 'RuntimeDefault');
  assert.deepEqual(at(container, 'securityContext'), {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'volumes', 'initContainers']) {
    assert.equal(at(pod, field), undefined, field);
  }
});

test('the image is that of this version and runs as the same user', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
  assert.equal(at(container, 'image'), `ghcr.io/fairlead/fairlead:${version}`);
  const user = at(pod, 'securityContext.runAsUser');
  const group = at(pod, 'securityContext.runAsGroup');
  assert.match(readFileSync('Dockerfile', 'utf8'), new RegExp(`^USER ${user}:${group}$`, 'm'));
});

test('Kubernetes waits longer for a Pod to end than draining takes', () => {
  const drain = 15;
  const grace = 30;
  assert.ok(Number(at(pod, 'terminationGracePeriodSeconds')) > drain + grace);
});

test('the probes ask the metrics port', () => {
  assert.deepEqual(at(container, 'readinessProbe.httpGet'), { path: '/readyz', port: 'metrics' });
  assert.deepEqual(at(container, 'livenessProbe.httpGet'), { path: '/healthz', port: 'metrics' });
  assert.deepEqual(at(container, 'ports'), [
    { name: 'web', containerPort: 8080 },
    { name: 'websecure', containerPort: 8443 },
    { name: 'metrics', containerPort: 9000 },
  ]);
});

test('the Services lead to the Pods, and metrics never stand on the load balancer', () => {
  const labels = at(deployment, 'spec.template.metadata.labels');
  const services = install.filter(({ kind }) => kind === 'Service');
  for (const service of services) assert.deepEqual(at(service, 'spec.selector'), labels);
  assert.deepEqual(at(only(install, 'Service'), 'spec.ports'), [
    { name: 'web', port: 80, targetPort: 'web' },
    { name: 'websecure', port: 443, targetPort: 'websecure' },
  ]);
  assert.equal(at(only(install, 'Service', 'fairlead-metrics'), 'spec.type'), 'ClusterIP');
  assert.deepEqual(at(only(install, 'PodDisruptionBudget'), 'spec.selector.matchLabels'), labels);
  assert.deepEqual(at(deployment, 'spec.selector.matchLabels'), labels);
});

test('the controller publishes the addresses of the Service that brings its traffic', () => {
  const service = only(install, 'Service');
  const name = `${service.metadata.namespace}/${service.metadata.name}`;
  const args = at(container, 'args') as readonly string[];
  assert.equal(args[0], 'run');
  assert.ok(args.includes(`--publish-service=${name}`));
});

test('the Pods, and nothing else of the account, get its token', () => {
  const account = only(install, 'ServiceAccount');
  assert.equal(account.automountServiceAccountToken, false);
  assert.equal(at(pod, 'automountServiceAccountToken'), true);
  assert.equal(at(pod, 'serviceAccountName'), account.metadata.name);
});

test('the IngressClass is that of this controller and not the default one', () => {
  const ingressClass = only(install, 'IngressClass');
  assert.equal(at(ingressClass, 'spec.controller'), controllerName);
  assert.equal(ingressClass.metadata.annotations, undefined);
});

test('everything that has a namespace is in that of Fairlead', () => {
  const clusterWide = [
    'Namespace',
    'CustomResourceDefinition',
    'ClusterRole',
    'ClusterRoleBinding',
    'IngressClass',
  ];
  for (const { kind, metadata } of install) {
    assert.equal(
      metadata.namespace,
      clusterWide.includes(kind) ? undefined : 'fairlead',
      `${kind}/${metadata.name}`,
    );
  }
});
