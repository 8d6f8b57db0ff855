import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ApiError } from '../../../../src/devcluster/api-error.ts';
import type { Json, JsonObject } from '../../../../src/devcluster/json.ts';
import type { ResourceType } from '../../../../src/devcluster/resource-type.ts';
import { decodeObject } from '../../../../src/devcluster/schema/decode.ts';
import { applyDefaults } from '../../../../src/devcluster/schema/default.ts';
import type { Schema } from '../../../../src/devcluster/schema.ts';
import { robot, robotSchema, robotType } from '../crd/robots.ts';

const builtin = (schema: Schema | null): ResourceType => ({
  ...robotType(),
  group: '',
  kind: 'Thing',
  schema,
  custom: false,
});

const thing = builtin({
  type: 'object',
  properties: {
    data: { type: 'object', additionalProperties: { type: 'string' } },
    ports: {
      type: 'array',
      items: { type: 'object', properties: { port: { type: 'integer', format: 'int32' } } },
    },
    names: { type: 'array', items: { type: 'string' } },
  },
});

test('unknown fields of a custom kind are left out and told, sorted, metadata first', () => {
  const json = robot(
    { wings: 2, mode: { deep: 1 }, parts: [{ name: 'arm', hand: 'left' }] },
    { flavour: 'sweet' },
  );
  const { object, problems } = decodeObject(robotType(), { extra: 1, ...json }, 'Warn');
  assert.deepEqual(problems, [
    'unknown field "metadata.flavour"',
    'unknown field "extra"',
    'unknown field "spec.mode.deep"',
    'unknown field "spec.parts[0].hand"',
    'unknown field "spec.wings"',
  ]);
  assert.deepEqual(object, robot({ mode: {}, parts: [{ name: 'arm' }] }));
});

test('nobody is told of unknown fields when they are to be ignored', () => {
  const { object, problems } = decodeObject(robotType(), robot({ wings: 2 }), 'Ignore');
  assert.deepEqual(problems, []);
  assert.deepEqual(object, robot({}));
});

test('what the schema preserves is kept, and the metadata of an embedded resource is pruned', () => {
  const spec = {
    settings: { any: { thing: [1, 'two', null] } },
    payload: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', odd: 1 }, spec: { x: 1 } },
  };
  const { object, problems } = decodeObject(robotType(), robot(spec), 'Warn');
  assert.deepEqual(problems, ['unknown field "spec.payload.metadata.odd"']);
  assert.deepEqual(object, robot({ ...spec, payload: { ...spec.payload, metadata: { name: 'p' } } }));
});

test('what is decoded shares nothing with what came', () => {
  const json = robot({ settings: { a: { b: 1 } }, tags: ['x'] });
  const { object } = decodeObject(robotType(), json, 'Warn');
  (object.spec as { settings: { a: JsonObject } }).settings.a.b = 2;
  assert.deepEqual(json, robot({ settings: { a: { b: 1 } }, tags: ['x'] }));
});

test('values of the wrong type are refused for built-in kinds, and left to validation for custom ones', () => {
  const refused = (type: ResourceType, json: JsonObject, message: RegExp) =>
    assert.throws(
      () => decodeObject(type, json, 'Warn'),
      (error) => error instanceof ApiError && error.code === 400 && message.test(error.message),
    );
  refused(
    thing,
    { data: { a: 1 } },
    /^Thing in version "v1" cannot be handled as a Thing: json: cannot unmarshal number into Go struct field Thing.data of type string$/,
  );
  refused(
    thing,
    { ports: [{ port: 'http' }] },
    /cannot unmarshal string into Go struct field Thing.ports.port of type int32$/,
  );
  refused(
    thing,
    { metadata: { labels: { a: 1 } } },
    /cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string$/,
  );
  refused(robotType(), robot({}, { labels: 'none' }), /of type map\[string\]string$/);
  refused(thing, { ports: [{ port: 1.5 }] }, /cannot unmarshal number 1.5 into .* of type int32$/);
  refused(thing, { ports: [{ port: 2 ** 31 }] }, /cannot unmarshal number 2147483648 into .* of type int32$/);
  assert.doesNotThrow(() => decodeObject(robotType(), robot({ legs: 'two' }), 'Warn'));
});

test('null means nothing to a built-in kind', () => {
  const json = { data: null, ports: [null, { port: null }], names: ['a', null], metadata: null };
  assert.deepEqual(decodeObject(thing, json, 'Strict').object, {
    ports: [{}, {}],
    names: ['a', ''],
    metadata: {},
  });
});

test('a kind without a schema accepts anything', () => {
  const json = { kind: 'Thing', any: { thing: [1, { b: null }] } };
  assert.deepEqual(decodeObject(builtin(null), json, 'Strict'), { object: json, problems: [] });
});

test('an object that grew too deep is refused', () => {
  let deep: Json = 1;
  for (let level = 0; level < 100_000; level += 1) deep = { a: deep };
  assert.throws(() => decodeObject(robotType(), { spec: { settings: deep } }, 'Warn'), /exceeded max depth/);
});

test('keys that JavaScript treats specially are data', () => {
  const json = JSON.parse('{"spec": {"settings": {"__proto__": {"x": 1}, "constructor": 2}, "toString": 3}}');
  const { object, problems } = decodeObject(robotType(), json, 'Warn');
  assert.equal(JSON.stringify(object), '{"spec":{"settings":{"__proto__":{"x":1},"constructor":2}}}');
  assert.deepEqual(problems, ['unknown field "spec.toString"']);
});

const anyRobot = fc.record({
  metadata: fc.object({ maxDepth: 2 }),
  spec: fc.oneof(
    fc.jsonValue(),
    fc.dictionary(
      fc.constantFrom(...Object.keys(robotSchema.properties?.spec?.properties ?? {}), 'x'),
      fc.jsonValue(),
    ),
  ),
  status: fc.jsonValue(),
});

function decoded(json: unknown): JsonObject | undefined {
  try {
    return decodeObject(robotType(), JSON.parse(JSON.stringify(json)), 'Warn').object;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

test('pruning twice is pruning once, whatever is sent', () => {
  fc.assert(
    fc.property(anyRobot, (json) => {
      const once = decoded(json);
      if (once) assert.deepEqual(decodeObject(robotType(), once, 'Strict'), { object: once, problems: [] });
    }),
  );
});

test('defaulting twice is defaulting once, whatever is sent', () => {
  fc.assert(
    fc.property(anyRobot, (json) => {
      const object = decoded(json);
      if (!object) return;
      applyDefaults(robotSchema, object);
      const once = structuredClone(object);
      applyDefaults(robotSchema, object);
      assert.deepEqual(object, once);
    }),
  );
});
