import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customResourceDefinitionType } from '../../../../src/devcluster/crd/definition-type.ts';
import type { ApiObject, JsonObject } from '../../../../src/devcluster/json.ts';
import { context, definition, stored } from './robots.ts';

const { behaviour } = customResourceDefinitionType;

function problems(object: ApiObject, existing: ApiObject | null = null): string[] {
  if (existing) behaviour.prepareUpdate(object, existing, context);
  else behaviour.prepareCreate(object, context);
  return behaviour.validate(object, existing, context).map(({ field, message }) => `${field}: ${message}`);
}

const schemaPath = 'spec.validation.openAPIV3Schema.properties[spec].properties[x]';

function withProperty(x: JsonObject): string[] {
  const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object', properties: { x } } } };
  return problems(definition({ version: { schema: { openAPIV3Schema } } }));
}

test('a good definition is fine', () => {
  assert.deepEqual(problems(definition()), []);
});

test('the name is made of plural and group', () => {
  assert.deepEqual(problems(definition({ name: 'dragons.toys.example.com' })), [
    'metadata.name: Invalid value: "dragons.toys.example.com": must be spec.names.plural+"."+spec.group',
  ]);
});

test('each version has a schema', () => {
  assert.deepEqual(problems(definition({ version: { schema: {} } })), [
    'spec.versions[0].schema.openAPIV3Schema: Required value',
  ]);
});

test('exactly one version is stored', () => {
  assert.deepEqual(problems(definition({ spec: { versions: [] } })), [
    'spec.versions: Invalid value: []: must have exactly one version marked as storage version',
    'status.storedVersions: Invalid value: null: must have at least one stored version',
  ]);
  const [version] = definition().spec ? ((definition().spec as JsonObject).versions as JsonObject[]) : [];
  const two = problems(definition({ spec: { versions: [{ ...version }, { ...version, name: 'v2' }] } }));
  assert.match(two[0] ?? '', /must have exactly one version marked as storage version$/);
  assert.equal(two[1], 'status.storedVersions: Invalid value: ["v1"]: must have the storage version v2');
  const same = problems(definition({ spec: { versions: [{ ...version }, { ...version, storage: false }] } }));
  assert.match(same[0] ?? '', /must contain unique version names$/);
});

test('scope, group and names are what they may be', () => {
  assert.deepEqual(problems(definition({ spec: { scope: 'Universe' } })), [
    'spec.scope: Unsupported value: "Universe": supported values: "Cluster", "Namespaced"',
  ]);
  assert.deepEqual(problems(definition({ spec: { preserveUnknownFields: false } })), []);
  assert.match(
    problems(definition({ spec: { preserveUnknownFields: true } }))[0] ?? '',
    /^spec.preserveUnknownFields: /,
  );
  const names = { plural: 'robots', kind: 'Robot', singular: 'Ro bot', listKind: 'Robot', shortNames: ['-'] };
  assert.deepEqual(
    problems(definition({ spec: { names } })).map((text) => text.split(':')[0]),
    ['spec.names.singular', 'spec.names.shortNames[0]', 'spec.names.listKind'],
  );
});

test('schemas are structural', () => {
  assert.deepEqual(withProperty({ description: 'something' }), [
    `${schemaPath}.type: Required value: must not be empty for specified object fields`,
  ]);
  assert.deepEqual(withProperty({ anyOf: [{ type: 'string' }, { type: 'integer' }] }), [
    `${schemaPath}.anyOf[0].type: Forbidden: must be empty to be structural`,
    `${schemaPath}.anyOf[1].type: Forbidden: must be empty to be structural`,
    `${schemaPath}.type: Required value: must not be empty for specified object fields`,
  ]);
  assert.deepEqual(withProperty({ type: 'array', items: {} }), [
    `${schemaPath}.items.type: Required value: must not be empty for specified array items`,
  ]);
  assert.deepEqual(withProperty({ type: 'object', anyOf: [{ properties: { a: { minimum: 1 } } }] }), [
    `${schemaPath}.properties[a]: Required value: because it is defined in ${schemaPath}.anyOf[0].properties[a]`,
  ]);
  assert.deepEqual(
    withProperty({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'string' }, { type: 'integer' }] }),
    [],
  );
  assert.deepEqual(withProperty({ 'x-kubernetes-preserve-unknown-fields': true }), []);
});

test('defaults, patterns, lists and types are checked', () => {
  assert.deepEqual(withProperty({ type: 'string', enum: ['a', 'b'], default: 'c' }), [
    `${schemaPath}.default: Unsupported value: "c": supported values: "a", "b"`,
  ]);
  assert.deepEqual(withProperty({ type: 'integer', default: 'many' }), [
    `${schemaPath}.default: Invalid value: "string":  in body must be of type integer: "string"`,
  ]);
  assert.match(
    withProperty({ type: 'string', pattern: '([a-z' })[0] ?? '',
    /\.pattern: Invalid value: "\(\[a-z": must be a valid regular expression, but isn't: error parsing regexp: missing closing \]/,
  );
  assert.deepEqual(
    withProperty({ type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' }),
    [
      `${schemaPath}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ],
  );
  assert.deepEqual(withProperty({ type: 'text' }), [
    `${schemaPath}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
  ]);
});

test('rules have to compile, and may speak of what is there only', () => {
  const rule = (text: string) =>
    withProperty({ type: 'object', 'x-kubernetes-validations': [{ rule: text }] })[0] ?? '';
  assert.match(
    rule('self.size() >'),
    /x-kubernetes-validations\[0\]\.rule: Invalid value: \{"Rule":"self.size\(\) >".*compilation failed: ERROR: <input>:1:14: Syntax error: mismatched input '<EOF>'/,
  );
  assert.match(
    rule('self.y > 1'),
    /compilation failed: ERROR: <input>:1:5: undefined field 'y'\n \| self\.y > 1\n \| \.\.\.\.\^$/,
  );
  assert.match(rule(''), /rule: Required value: rule is not specified$/);
  assert.equal(rule('size(self) >= 0'), '');
});

test('columns have a path that makes sense', () => {
  const column = (part: JsonObject) =>
    problems(
      definition({ version: { additionalPrinterColumns: [{ name: 'Legs', type: 'string', ...part }] } }),
    );
  assert.deepEqual(column({ jsonPath: '.spec.legs' }), []);
  assert.deepEqual(column({}), ['spec.additionalPrinterColumns[0].JSONPath: Required value']);
  assert.equal(column({ jsonPath: '.spec[' }).length, 1);
  assert.equal(column({ jsonPath: '.x', type: 'shoe' }).length, 1);
});

test('what is in use does not change its scope and keeps its stored versions', () => {
  const existing = stored(definition());
  assert.deepEqual(problems(definition({ spec: { scope: 'Cluster' } }), existing), [
    'spec.scope: Invalid value: "Cluster": field is immutable',
  ]);
  assert.deepEqual(problems(definition({ version: { name: 'v2' } }), existing), [
    'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
  ]);
});

test('a schema that is huge is refused soon', () => {
  const properties = Object.fromEntries(
    Array.from({ length: 30_000 }, (_, index) => [`p${index}`, { type: 'string' }]),
  );
  assert.equal(withProperty({ type: 'object', properties }).length, 1);
});

test('a definition of nonsense is refused, not fallen over', () => {
  for (const spec of [
    {},
    { versions: 'none' },
    { versions: [1, null, {}] },
    { names: [] },
    { names: { kind: 5 } },
  ]) {
    const object = definition();
    object.spec = spec as JsonObject;
    assert.ok(problems(object).length > 0);
  }
  const schema = {
    openAPIV3Schema: { type: 7, properties: { a: 1, b: { items: [] } }, required: {}, enum: null },
  };
  assert.ok(problems(definition({ version: { schema } as unknown as JsonObject })).length > 0);
});
