import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customResourceDefinitionType } from '../../../../src/devcluster/crd/definition-type.ts';
import { typesOf } from '../../../../src/devcluster/crd/definitions.ts';
import type { Json, JsonObject } from '../../../../src/devcluster/json.ts';
import { openApiDocument, openApiIndex } from '../../../../src/devcluster/openapi/document.ts';
import { definition, robotType, stored } from '../crd/robots.ts';

const types = [customResourceDefinitionType, robotType()];
const robots = '/apis/toys.example.com/v1/namespaces/{namespace}/robots';

interface Operation {
  'x-kubernetes-group-version-kind': JsonObject;
  'x-kubernetes-action': string;
  parameters?: { name: string }[];
  requestBody?: { content: JsonObject };
}

function operations(group: string): Record<string, Record<string, Operation>> {
  return openApiDocument(types, group, 'v1').paths as unknown as Record<string, Record<string, Operation>>;
}

test('the index names a document per group and version, at an address that follows its content', () => {
  const address = (index: JsonObject, path: string) => {
    const { serverRelativeURL } = (index.paths as Record<string, JsonObject>)[path] ?? {};
    return String(serverRelativeURL);
  };
  const index = openApiIndex(types);
  assert.deepEqual(Object.keys(index.paths as object), [
    'apis/apiextensions.k8s.io/v1',
    'apis/toys.example.com/v1',
  ]);
  const robotAddress = address(index, 'apis/toys.example.com/v1');
  assert.match(robotAddress, /^\/openapi\/v3\/apis\/toys\.example\.com\/v1\?hash=[0-9A-F]{128}$/);
  assert.deepEqual(openApiIndex(types), index);
  const changed = typesOf(
    stored(definition({ version: { schema: { openAPIV3Schema: { type: 'object' } } } })),
  );
  const other = openApiIndex([customResourceDefinitionType, ...changed]);
  assert.notEqual(address(other, 'apis/toys.example.com/v1'), robotAddress);
  assert.equal(
    address(other, 'apis/apiextensions.k8s.io/v1'),
    address(index, 'apis/apiextensions.k8s.io/v1'),
  );
});

test('kubectl learns from the PATCH operation that the server validates', () => {
  const patch = operations('toys.example.com')[`${robots}/{name}`]?.patch;
  assert.deepEqual(patch?.['x-kubernetes-group-version-kind'], {
    group: 'toys.example.com',
    version: 'v1',
    kind: 'Robot',
  });
  assert.ok(patch?.parameters?.some(({ name }) => name === 'fieldValidation'));
});

test('operations follow verbs, scope and subresources', () => {
  const list = Object.entries(operations('toys.example.com')).flatMap(
    ([path, { parameters: _shared, ...methods }]) =>
      Object.entries(methods).map(
        ([method, operation]) => `${method} ${path} ${operation['x-kubernetes-action']}`,
      ),
  );
  assert.deepEqual(list.toSorted(), [
    `delete ${robots} deletecollection`,
    `delete ${robots}/{name} delete`,
    `get ${robots} list`,
    `get ${robots}/{name} get`,
    `get ${robots}/{name}/status get`,
    'get /apis/toys.example.com/v1/robots list',
    `patch ${robots}/{name} patch`,
    `patch ${robots}/{name}/status patch`,
    `post ${robots} post`,
    `put ${robots}/{name} put`,
    `put ${robots}/{name}/status put`,
  ]);
  const cluster = Object.keys(operations('apiextensions.k8s.io'));
  assert.ok(cluster.includes('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}'));
  assert.ok(cluster.every((path) => !path.includes('{namespace}')));
});

test('only built-in kinds take strategic merge patches', () => {
  const types = (group: string, path: string) =>
    Object.keys(operations(group)[path]?.patch?.requestBody?.content ?? {}).includes(
      'application/strategic-merge-patch+json',
    );
  assert.equal(types('toys.example.com', `${robots}/{name}`), false);
  assert.equal(
    types('apiextensions.k8s.io', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}'),
    true,
  );
});

test('kinds are found by their schema, with metadata by reference', () => {
  const { components } = openApiDocument(types, 'toys.example.com', 'v1') as {
    components: { schemas: Record<string, JsonObject> };
  };
  const schema = components.schemas['com.example.toys.v1.Robot'];
  assert.deepEqual(schema?.['x-kubernetes-group-version-kind'], [
    { group: 'toys.example.com', kind: 'Robot', version: 'v1' },
  ]);
  assert.deepEqual((schema?.properties as Record<string, JsonObject>).metadata?.allOf, [
    { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
  ]);
  assert.ok(components.schemas['com.example.toys.v1.RobotList']);
});

test('every reference leads somewhere', () => {
  for (const group of ['toys.example.com', 'apiextensions.k8s.io']) {
    const document = openApiDocument(types, group, 'v1');
    const { schemas } = document.components as { schemas: JsonObject };
    for (const reference of references(document)) {
      assert.ok(schemas[reference.replace('#/components/schemas/', '')], reference);
    }
  }
});

test('of a group that is not there, there is nothing to say', () => {
  assert.deepEqual(openApiDocument(types, 'nowhere.example.com', 'v1').paths, {});
});

function references(value: Json | undefined): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
}
