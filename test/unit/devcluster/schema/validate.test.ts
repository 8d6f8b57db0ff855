import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../../../src/devcluster/json.ts';
import type { FieldError } from '../../../../src/devcluster/resource-type.ts';
import { applyDefaults } from '../../../../src/devcluster/schema/default.ts';
import { validateSchema } from '../../../../src/devcluster/schema/validate.ts';
import type { Schema } from '../../../../src/devcluster/schema.ts';
import { robot, robotSchema } from '../crd/robots.ts';

const skipped =
  '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

function texts(errors: readonly FieldError[]): string[] {
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

function errorsOf(spec: JsonObject, existing: JsonObject | null = null): string[] {
  const object = robot(spec);
  applyDefaults(robotSchema, object);
  return texts(validateSchema(robotSchema, object, existing));
}

const refusals: [string, JsonObject, string[]][] = [
  [
    'a wrong type',
    { legs: 'two' },
    ['spec.legs: Invalid value: "string": spec.legs in body must be of type integer: "string"', skipped],
  ],
  [
    'a number for a text',
    { serial: 7 },
    ['spec.serial: Invalid value: "integer": spec.serial in body must be of type string: "integer"', skipped],
  ],
  [
    'a fraction',
    { legs: 1.5 },
    [
      'spec.legs: Invalid value: "number": spec.legs in body must be of type integer: "number"',
      '<nil>: Invalid value: "": Checked value must be of type integer (default format) in spec.legs',
      skipped,
    ],
  ],
  [
    'neither number nor text',
    { port: true },
    [
      'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
      skipped,
    ],
  ],
  [
    'another value',
    { model: 'swimmer' },
    ['spec.model: Unsupported value: "swimmer": supported values: "walker", "roller", "flyer"', skipped],
  ],
  [
    'a pattern',
    { serial: 'ab-12' },
    ['spec.serial: Invalid value: "ab-12": spec.serial in body should match \'^[A-Z]{2}-[0-9]{4}$\''],
  ],
  [
    'too small',
    { legs: -1 },
    ['spec.legs: Invalid value: -1: spec.legs in body should be greater than or equal to 0'],
  ],
  [
    'too big',
    { legs: 9 },
    ['spec.legs: Invalid value: 9: spec.legs in body should be less than or equal to 8'],
  ],
  ['too long', { note: 'x'.repeat(21) }, ['spec.note: Too long: may not be more than 20 bytes', skipped]],
  [
    'too many',
    { tags: ['a', 'b', 'c', 'd', 'e'] },
    ['spec.tags: Too many: 5: must have at most 4 items', skipped],
  ],
  ['twice in a set', { tags: ['a', 'b', 'a', 'a'] }, ['spec.tags[2]: Duplicate value: "a"']],
  [
    'twice in a map list',
    { parts: [{ name: 'a' }, { name: 'b' }, { name: 'a', count: 2 }] },
    ['spec.parts[2]: Duplicate value: {"name":"a"}'],
  ],
  ['a missing key', { parts: [{ count: 1 }] }, ['spec.parts[0].name: Required value', skipped]],
  [
    'no time',
    { builtAt: 'yesterday' },
    [
      'spec.builtAt: Invalid value: "yesterday": spec.builtAt in body must be of type date-time: "yesterday"',
      skipped,
    ],
  ],
  [
    'a wrong value of a map',
    { colours: { eye: 5 } },
    [
      'spec.colours.eye: Invalid value: "integer": spec.colours.eye in body must be of type string: "integer"',
      skipped,
    ],
  ],
  [
    'null',
    { parts: [null] },
    ['spec.parts[0]: Invalid value: "null": spec.parts[0] in body must be of type object: "null"', skipped],
  ],
  ['a broken rule', { model: 'flyer' }, ['spec: Invalid value: a flyer has no legs']],
  [
    'a broken rule and a wrong value',
    { model: 'flyer', legs: 9 },
    [
      'spec.legs: Invalid value: 9: spec.legs in body should be less than or equal to 8',
      'spec: Invalid value: a flyer has no legs',
    ],
  ],
  [
    'an embedded resource without a kind',
    { payload: { apiVersion: 'v1' } },
    ['spec.payload.kind: Required value: must not be empty', skipped],
  ],
];
for (const [what, spec, expected] of refusals) {
  test(`refused as Kubernetes refuses it: ${what}`, () => assert.deepEqual(errorsOf(spec), expected));
}

test('what fits is fine', () => {
  const spec = {
    port: 'http',
    note: null,
    tags: ['a'],
    parts: [{ name: 'x' }],
    builtAt: '2001-02-03T04:05:06.7+01:00',
  };
  assert.deepEqual(errorsOf(spec), []);
  assert.deepEqual(errorsOf({ note: '\u{1F916}'.repeat(20) }), [], 'characters are counted, not code units');
});

function check(schema: Schema, value: JsonObject['x']): string[] {
  const object: JsonObject = { ...(value !== undefined && { x: value }) };
  return texts(validateSchema({ type: 'object', properties: { x: schema } }, object, null));
}

test('alternatives are worded as Kubernetes words them', () => {
  const text: Schema = { type: 'string' };
  const short: Schema = { maxLength: 2 };
  assert.deepEqual(check({ anyOf: [text, { type: 'integer' }] }, 'a'), []);
  assert.deepEqual(check({ anyOf: [text, { type: 'integer' }] }, true), [
    '<nil>: Invalid value: "": "x" must validate at least one schema (anyOf)',
    'x: Invalid value: "boolean": x in body must be of type string: "boolean"',
  ]);
  assert.deepEqual(check({ oneOf: [text, short] }, 'a'), [
    '<nil>: Invalid value: "": "x" must validate one and only one schema (oneOf). Found 2 valid alternatives',
  ]);
  assert.deepEqual(check({ oneOf: [text, short] }, 'abc'), []);
  assert.deepEqual(check({ allOf: [text, short] }, 'abc'), [
    'x: Too long: may not be more than 2 bytes',
    '<nil>: Invalid value: "": "x" must validate all the schemas (allOf)',
  ]);
  assert.deepEqual(check({ not: short }, 'a'), [
    '<nil>: Invalid value: "": "x" must not validate the schema (not)',
  ]);
});

test('other bounds are kept', () => {
  assert.deepEqual(check({ type: 'string', minLength: 1 }, ''), [
    'x: Invalid value: "": x in body should be at least 1 chars long',
  ]);
  assert.deepEqual(check({ type: 'array', minItems: 1 }, []), [
    'x: Invalid value: 0: x in body should have at least 1 items',
  ]);
  assert.deepEqual(check({ type: 'object', minProperties: 1 }, {}), [
    'x: Invalid value: 0: x in body should have at least 1 properties',
  ]);
  assert.deepEqual(check({ type: 'object', maxProperties: 1 }, { a: 1, b: 2 }), [
    'x: Too many: 2: must have at most 1 item',
  ]);
  assert.deepEqual(check({ type: 'integer', multipleOf: 5 }, 7), [
    'x: Invalid value: 7: x in body should be a multiple of 5',
  ]);
  assert.deepEqual(check({ type: 'number', minimum: 1, exclusiveMinimum: true }, 1), [
    'x: Invalid value: 1: x in body should be greater than 1',
  ]);
  assert.deepEqual(check({ type: 'integer', format: 'int32' }, 2 ** 31), [
    '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in x',
  ]);
});

test('what was wrong before and did not change is forgiven in an update', () => {
  const before = robot({ serial: 'old', tags: ['a', 'a', 'b', 'c', 'd'], model: 'flyer', legs: 2, mode: {} });
  const after = { serial: 'old', tags: ['a', 'a', 'b', 'c', 'd'], model: 'flyer', legs: 2, speed: 3 };
  assert.deepEqual(errorsOf(after, before), ['spec: Invalid value: a flyer has no legs']);
  assert.deepEqual(errorsOf({ ...after, model: 'walker' }, before), []);
  assert.deepEqual(errorsOf({ ...after, model: 'walker', serial: 'new' }, before), [
    'spec.serial: Invalid value: "new": spec.serial in body should match \'^[A-Z]{2}-[0-9]{4}$\'',
  ]);
});

test('errors of the metadata keep the rules from being run', () => {
  const earlier: FieldError[] = [
    { reason: 'FieldValueRequired', field: 'metadata.name', message: 'Required value' },
  ];
  const object = robot({ model: 'flyer', legs: 2 });
  assert.deepEqual(texts(validateSchema(robotSchema, object, null, earlier)), [skipped]);
  const harmless: FieldError[] = [
    { reason: 'FieldValueInvalid', field: 'metadata.name', message: 'Invalid value' },
  ];
  assert.deepEqual(texts(validateSchema(robotSchema, object, null, harmless)), [
    'spec: Invalid value: a flyer has no legs',
  ]);
});

test('patterns that drive other engines mad are answered soon', () => {
  const errors = check({ type: 'string', pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' }, 'a'.repeat(100_000));
  assert.equal(errors.length, 1);
});

test('matching beyond the budget is refused, not done', () => {
  const object = { x: Array.from({ length: 60 }, () => 'a'.repeat(500_000)) };
  const items: Schema = { type: 'string', pattern: '^a+b?$' };
  const found = validateSchema({ type: 'object', properties: { x: { type: 'array', items } } }, object, null);
  assert.ok(found.length > 0 && found.length <= 101);
});

test('schemas with very many alternatives do not hold the server up', () => {
  const anyOf = Array.from({ length: 5_000 }, (_, index) => ({ minimum: index + 1 }));
  const x = Array.from({ length: 5_000 }, () => 0);
  const items: Schema = { type: 'integer', anyOf };
  const found = validateSchema({ type: 'object', properties: { x: { type: 'array', items } } }, { x }, null);
  assert.ok(found.length > 0);
  const value = 'x'.repeat(10);
  const choice: Schema = {
    type: 'string',
    enum: Array.from({ length: 50_000 }, (_, index) => String(index)),
  };
  const list = Array.from({ length: 50_000 }, () => value);
  const schema: Schema = { type: 'object', properties: { x: { type: 'array', items: choice } } };
  assert.ok(validateSchema(schema, { x: list }, null).length > 0);
});

test('any JSON gets an answer', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (object, spec) => {
      const json = JSON.parse(JSON.stringify({ ...object, spec }));
      assert.ok(Array.isArray(validateSchema(robotSchema, json, null)));
      assert.ok(Array.isArray(validateSchema(robotSchema, json, JSON.parse('{"spec":{"tags":[1]}}'))));
    }),
  );
});
