import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { absentDefaults, structuralSchema } from '../../../src/api/structural-schema.ts';

test('objects lose what a CRD does not want to hear', () => {
  const schema = z.strictObject({ a: z.int().min(0), b: z.string().exactOptional() });
  assert.deepEqual(structuralSchema(schema), {
    type: 'object',
    properties: { a: { type: 'integer', format: 'int64', minimum: 0 }, b: { type: 'string' } },
    required: ['a'],
  });
});

test('fields with a default stay optional', () => {
  assert.deepEqual(structuralSchema(z.strictObject({ a: z.boolean().default(true) })), {
    type: 'object',
    properties: { a: { type: 'boolean', default: true } },
  });
});

test('maps keep the schema of their values, and open objects keep everything', () => {
  assert.deepEqual(structuralSchema(z.record(z.string(), z.string().max(3))), {
    type: 'object',
    additionalProperties: { type: 'string', maxLength: 3 },
  });
  assert.deepEqual(structuralSchema(z.record(z.string(), z.unknown())), {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
  });
});

test('a union of whole number and text becomes int-or-string, and no other union is taken', () => {
  assert.deepEqual(structuralSchema(z.union([z.int().max(9), z.string().min(1)])), {
    maximum: 9,
    minLength: 1,
    'x-kubernetes-int-or-string': true,
  });
  assert.throws(() => structuralSchema(z.union([z.string(), z.boolean()])), /not integer or string/);
  assert.throws(() => structuralSchema(z.union([z.int(), z.string(), z.boolean()])), /a union/);
});

test('a schema that says what a CRD cannot is a bug that is thrown', () => {
  assert.throws(() => structuralSchema(z.tuple([z.string()]).meta({ nonsense: 1 })), /a CRD has no/);
});

test('what holds where a field is absent is collected by path and not written into the CRD', () => {
  const item = z.strictObject({ b: z.string().exactOptional().meta({ 'x-fairlead-default': 'blue' }) });
  const schema = z.strictObject({ a: z.array(item) });
  assert.deepEqual([...absentDefaults(schema)], [['a[].b', 'blue']]);
  assert.ok(!JSON.stringify(structuralSchema(schema)).includes('blue'));
});
