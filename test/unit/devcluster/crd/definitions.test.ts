import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customResourceDefinitionType } from '../../../../src/devcluster/crd/definition-type.ts';
import { definitionStatus, typesOf } from '../../../../src/devcluster/crd/definitions.ts';
import type { ApiObject, JsonObject } from '../../../../src/devcluster/json.ts';
import { toTable } from '../../../../src/devcluster/tables/table.ts';
import { context, definition, now, robot, robotType, stored } from './robots.ts';

test('names that follow from the kind are filled in, and empty things go', () => {
  const openAPIV3Schema = { type: 'object', properties: {}, nullable: false, unknown: 1 };
  const object = stored(definition({ version: { schema: { openAPIV3Schema } } }));
  const spec = object.spec as JsonObject;
  assert.deepEqual(spec.names, {
    plural: 'robots',
    kind: 'Robot',
    shortNames: ['rb'],
    singular: 'robot',
    listKind: 'RobotList',
  });
  assert.deepEqual(spec.conversion, { strategy: 'None' });
  assert.deepEqual((spec.versions as JsonObject[])[0]?.schema, { openAPIV3Schema: { type: 'object' } });
  assert.equal(object.metadata.generation, 1);
});

test('a definition whose names are free is established', () => {
  assert.deepEqual(stored(definition()).status, {
    acceptedNames: {
      plural: 'robots',
      singular: 'robot',
      kind: 'Robot',
      listKind: 'RobotList',
      shortNames: ['rb'],
    },
    conditions: [
      {
        type: 'NamesAccepted',
        status: 'True',
        lastTransitionTime: '2030-01-02T03:04:05Z',
        reason: 'NoConflicts',
        message: 'no conflicts found',
      },
      {
        type: 'Established',
        status: 'True',
        lastTransitionTime: '2030-01-02T03:04:05Z',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      },
    ],
    storedVersions: ['v1'],
  });
});

test('a definition whose names are taken is not established, and defines nothing', () => {
  const first = stored(definition());
  const names = { plural: 'androids', kind: 'Robot' };
  const rival = stored(definition({ name: 'androids.toys.example.com', spec: { names } }), [first]);
  const { acceptedNames, conditions } = rival.status as {
    acceptedNames: JsonObject;
    conditions: JsonObject[];
  };
  assert.deepEqual(acceptedNames, { plural: 'androids', kind: '' });
  assert.deepEqual(
    conditions.map(({ type, status, reason, message }) => [type, status, reason, message]),
    [
      ['NamesAccepted', 'False', 'ListKindConflict', '"RobotList" is already in use'],
      ['Established', 'False', 'NotAccepted', 'not all names are accepted'],
    ],
  );
  assert.deepEqual(typesOf(rival), []);
  const later = { ...rival, status: definitionStatus(rival, [], now) };
  assert.equal(typesOf(later).length, 1);
});

test('names of other groups are nobody’s business', () => {
  const other = stored(definition());
  (other.spec as JsonObject).group = 'games.example.com';
  other.metadata.name = 'robots.games.example.com';
  const { conditions } = stored(definition(), [other]).status as { conditions: JsonObject[] };
  assert.equal(conditions[0]?.status, 'True');
});

test('conditions keep their time while their status stays', () => {
  const object = stored(definition());
  const later = definitionStatus(object, [object], new Date('2031-01-01T00:00:00Z'));
  assert.deepEqual(later, object.status);
});

test('an update keeps the status, adds a stored version, and counts', () => {
  const existing = stored(definition());
  const [version] = (definition().spec as { versions: JsonObject[] }).versions;
  const versions = [
    { ...version, storage: false },
    { ...version, name: 'v2' },
  ] as JsonObject[];
  const object = definition({ spec: { versions } });
  customResourceDefinitionType.behaviour.prepareUpdate(object, existing, context);
  assert.deepEqual((object.status as JsonObject).storedVersions, ['v1', 'v2']);
  assert.deepEqual((object.status as JsonObject).conditions, (existing.status as JsonObject).conditions);
  assert.equal(object.metadata.generation, 2);
  assert.deepEqual(
    typesOf(object).map((type) => type.version),
    ['v1', 'v2'],
  );
});

test('a served version is a type with what the definition says', () => {
  const { schema: _schema, behaviour: _behaviour, table: _table, ...type } = robotType();
  assert.deepEqual(type, {
    group: 'toys.example.com',
    version: 'v1',
    kind: 'Robot',
    listKind: 'RobotList',
    plural: 'robots',
    singular: 'robot',
    shortNames: ['rb'],
    categories: [],
    namespaced: true,
    verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
    subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
    custom: true,
  });
  assert.deepEqual(typesOf(stored(definition({ version: { served: false } }))), []);
});

test('deprecated versions are warned about', () => {
  const warnings = (version: JsonObject) =>
    typesOf(stored(definition({ version })))[0]?.behaviour.warnings(robot({}));
  assert.deepEqual(warnings({}), []);
  assert.deepEqual(warnings({ deprecated: true }), ['toys.example.com/v1 Robot is deprecated']);
  assert.deepEqual(warnings({ deprecated: true, deprecationWarning: 'no more' }), ['no more']);
});

test('status and spec of a custom object are written apart', () => {
  const { behaviour } = robotType();
  const created = { ...robot({}), status: { phase: 'Ready' } } as ApiObject;
  behaviour.prepareCreate(created, context);
  assert.equal(created.status, undefined);
  assert.equal(created.metadata.generation, 1);

  const existing = { ...robot({ legs: 1 }, { generation: 4 }), status: { phase: 'Off' } } as ApiObject;
  const same = { ...robot({ legs: 1 }), status: { phase: 'Ready' } } as ApiObject;
  behaviour.prepareUpdate(same, existing, context);
  assert.deepEqual([same.status, same.metadata.generation], [{ phase: 'Off' }, 4]);
  const other = robot({ legs: 2 });
  behaviour.prepareUpdate(other, existing, context);
  assert.equal(other.metadata.generation, 5);

  const status = { ...robot({ legs: 7 }, { labels: { a: 'b' } }), status: { phase: 'Ready' } } as ApiObject;
  behaviour.prepareStatusUpdate(status, existing, context);
  assert.deepEqual(
    [status.spec, status.status, status.metadata.labels],
    [existing.spec, { phase: 'Ready' }, undefined],
  );
});

test('without a status subresource the status is a part of the object like any other', () => {
  const [type] = typesOf(stored(definition({ version: { subresources: {} } })));
  const existing = { ...robot({}, { generation: 1 }), status: { phase: 'Off' } } as ApiObject;
  const object = { ...robot({}), status: { phase: 'Ready' } } as ApiObject;
  type?.behaviour.prepareUpdate(object, existing, context);
  assert.deepEqual([object.status, object.metadata.generation], [{ phase: 'Ready' }, 2]);
});

test('columns of a custom kind are filled by their paths and in their types', () => {
  const additionalPrinterColumns = [
    { name: 'Model', type: 'string', jsonPath: '.spec.model', description: 'What it is.' },
    { name: 'Legs', type: 'integer', jsonPath: '.spec.legs' },
    { name: 'Port', type: 'string', jsonPath: '.spec.port', priority: 1 },
    { name: 'Tags', type: 'string', jsonPath: '.spec.tags' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Built', type: 'date', jsonPath: '.spec.builtAt' },
  ];
  const [type] = typesOf(stored(definition({ version: { additionalPrinterColumns } })));
  assert.ok(type);
  const conditions = [
    { type: 'Warm', status: 'False' },
    { type: 'Ready', status: 'True' },
  ];
  const spec = { model: 'walker', legs: 2, port: 80, tags: ['a', 'b'], builtAt: '2030-01-02T03:00:00Z' };
  const full = { ...robot(spec), status: { conditions } } as ApiObject;
  const table = toTable(type, [full, robot({ legs: 'two' })], { includeObject: 'None', now });
  assert.deepEqual(table.rows, [
    { cells: ['one', 'walker', 2, '80', '["a","b"]', 'True', '4m5s'], object: null },
    { cells: ['one', null, null, null, null, null, null], object: null },
  ]);
  const columns = table.columnDefinitions as JsonObject[];
  assert.deepEqual(
    columns.map(({ name, type, format, priority }) => [name, type, format, priority]),
    [
      ['Name', 'string', 'name', 0],
      ['Model', 'string', '', 0],
      ['Legs', 'integer', '', 0],
      ['Port', 'string', '', 1],
      ['Tags', 'string', '', 0],
      ['Ready', 'string', '', 0],
      ['Built', 'date', '', 0],
    ],
  );
});

test('a custom kind without columns shows its age', () => {
  const table = toTable(robotType(), [robot({})], { includeObject: 'Metadata', now });
  const [row] = table.rows as JsonObject[];
  assert.deepEqual(row?.cells, ['one', '27h']);
  assert.deepEqual(row?.object, {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: robot({}).metadata,
  });
  const whole = toTable(robotType(), [robot({})], { includeObject: 'Object', now });
  assert.deepEqual((whole.rows as JsonObject[])[0]?.object, robot({}));
});
