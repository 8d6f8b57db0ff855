import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../../src/devcluster/json.ts';
import type { ResourceType } from '../../../../src/devcluster/resource-type.ts';
import { validateMetadata } from '../../../../src/devcluster/schema/metadata.ts';
import { robot, robotType } from '../crd/robots.ts';

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function problems(metadata: JsonObject, type: ResourceType = robotType(), kind = type.kind): string[] {
  const object = { ...robot({}, metadata), kind };
  return validateMetadata(type, object, null).map(({ field, message }) => `${field}: ${message}`);
}

const core = (kind: string, namespaced = true): ResourceType => ({
  ...robotType(),
  group: '',
  kind,
  namespaced,
  custom: false,
});

test('good metadata is fine', () => {
  const metadata = {
    name: 'a.b-c',
    labels: { 'example.com/a_B.c': 'x', empty: '' },
    annotations: { 'Example.COM/a': 'any thing' },
    finalizers: ['example.com/one', 'plain'],
    ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'a', uid: 'u', controller: true }],
  };
  assert.deepEqual(problems(metadata), []);
});

test('names follow the rule of the kind', () => {
  assert.deepEqual(problems({ name: 'Alpha_1' }), [`metadata.name: Invalid value: "Alpha_1": ${subdomain}`]);
  assert.deepEqual(problems({ name: 'n'.repeat(254) }).length, 1);
  assert.deepEqual(problems({ name: '' }), [
    'metadata.name: Required value: name or generateName is required',
  ]);
  assert.deepEqual(problems({ name: 'not.good' }, core('Service')), [
    'metadata.name: Invalid value: "not.good": must not contain dots',
  ]);
  assert.deepEqual(problems({ generateName: 'site.' }, core('Event')), []);
  assert.deepEqual(problems({ name: 'A:b' }, { ...core('Role'), group: 'rbac.authorization.k8s.io' }), []);
  assert.deepEqual(problems({ name: 'a/b' }, { ...core('Role'), group: 'rbac.authorization.k8s.io' }), [
    'metadata.name: Invalid value: "a/b": may not contain \'/\'',
  ]);
});

test('a prefix for names may end in a dash, but not be anything', () => {
  assert.deepEqual(problems({ generateName: 'gen-' }), []);
  assert.deepEqual(problems({ name: 'ok', generateName: 'Gen_' }), [
    `metadata.generateName: Invalid value: "Gen_": ${subdomain}`,
  ]);
});

test('namespaces are there where they belong', () => {
  assert.deepEqual(problems({ namespace: '' }), ['metadata.namespace: Required value']);
  assert.deepEqual(problems({}, core('Node', false)), [
    'metadata.namespace: Forbidden: not allowed on this type',
  ]);
});

test('labels, annotations, finalizers and owners are checked', () => {
  const part =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
  assert.deepEqual(problems({ labels: { 'a b': 'c' } }), [`metadata.labels: Invalid value: "a b": ${part}`]);
  assert.match(
    problems({ labels: { good: 'not so good' } })[0] ?? '',
    /^metadata.labels: Invalid value: "not so good": a valid label must be an empty string or consist/,
  );
  assert.deepEqual(problems({ annotations: { 'a b': 'c' } }), [
    `metadata.annotations: Invalid value: "a b": ${part}`,
  ]);
  assert.equal(problems({ labels: { '/x': '', 'a/b/c': '', [`${'x'.repeat(64)}`]: '' } }).length, 3);
  assert.equal(problems({ finalizers: ['a b'] }).length, 1);
  assert.deepEqual(problems({ ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: '' }] }), [
    'metadata.ownerReferences.name: Invalid value: "": must not be empty',
    'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
  ]);
  assert.deepEqual(problems({ annotations: { a: 'x'.repeat(300_000) } }), [
    'metadata.annotations: Too long: may not be more than 262144 bytes',
  ]);
});

test('a custom object is of the kind of its definition', () => {
  assert.deepEqual(problems({}, robotType(), 'Kite'), ['kind: Invalid value: "Kite": must be Robot']);
});

test('an update may not change what identifies an object; each problem is told twice, as Kubernetes does', () => {
  const errors = validateMetadata(robotType(), robot({}, { uid: 'other' }), robot({}));
  const error = {
    reason: 'FieldValueInvalid',
    field: 'metadata.uid',
    message: 'Invalid value: "other": field is immutable',
  };
  assert.deepEqual(errors, [error, error]);
  assert.deepEqual(validateMetadata(robotType(), robot({}), robot({})), []);
});

test('no finalizers are added to what is being deleted', () => {
  const dying = { deletionTimestamp: '2030-01-01T00:00:00Z' };
  const before = robot({}, { ...dying, finalizers: ['example.com/one'] });
  const more = robot({}, { ...dying, finalizers: ['example.com/one', 'example.com/two'] });
  const [first] = validateMetadata(robotType(), more, before);
  assert.equal(
    first?.message,
    'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/two"}',
  );
  assert.deepEqual(validateMetadata(robotType(), robot({}, dying), before), []);
});
