import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownKinds } from '../../../src/api/crds.ts';
import type { EffectTable } from '../../../src/api/effect-entry.ts';
import { effectProblems, effectTables } from '../../../src/api/effects.ts';
import { type StructuralSchema, structuralSchema } from '../../../src/api/structural-schema.ts';

/** The fields that must have an entry: all, but for what stands in one that does not work as a whole. */
function fieldsToName(schema: StructuralSchema, table: EffectTable, path = ''): readonly string[] {
  if (schema.items !== undefined) return fieldsToName(schema.items, table, `${path}[]`);
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const field = path === '' ? name : `${path}.${name}`;
    const entry = table[field];
    return entry !== undefined && entry.kind !== 'now'
      ? [field]
      : [field, ...fieldsToName(child, table, field)];
  });
}

const kinds = Object.keys(effectTables) as (keyof typeof effectTables)[];

test('every kind of ours has a table of effects', () => {
  assert.deepEqual(ownKinds.map(({ kind }) => kind).toSorted(), Object.keys(effectTables).toSorted());
});

for (const kind of kinds) {
  test(`the effect of every field of ${kind} is told, and of no other`, () => {
    const own = ownKinds.find((one) => one.kind === kind);
    assert.ok(own !== undefined);
    const fields = fieldsToName(structuralSchema(own.spec), effectTables[kind]);
    assert.deepEqual(Object.keys(effectTables[kind]).toSorted(), fields.toSorted());
  });
}

test('a field that works is looked into, and one that does not is told once with all that stands in it', () => {
  const table: EffectTable = {
    list: { kind: 'now' },
    'list[].works': { kind: 'now' },
    'list[].tuning': { kind: 'none', because: 'it is early', hint: 'Wait.' },
    guard: { kind: 'notSupported', because: 'it is late' },
  };
  const value = { list: [{ works: 1 }, { tuning: {} }, { unknown: { tuning: 1 } }], guard: { a: { b: 1 } } };
  assert.deepEqual(effectProblems(table, value, { field: '', path: 'spec' }), [
    {
      path: 'spec.list[1].tuning',
      code: 'FieldWithoutEffect',
      message: 'has no effect: it is early',
      hint: 'Wait.',
    },
    { path: 'spec.guard', code: 'NotSupported', message: 'is not supported: it is late' },
  ]);
});

test('values that ask for nothing, and fields that work beside another, give no problem', () => {
  const table: EffectTable = {
    mode: { kind: 'none', because: 'b', harmless: ['plain'], wrongWithout: ['strict'] },
    age: { kind: 'none', because: 'b', worksWith: 'force' },
    force: { kind: 'now' },
  };
  const codes = (value: object) =>
    effectProblems(table, value, { field: '', path: 'spec' }).map(({ code }) => code);
  assert.deepEqual(codes({ mode: 'plain', age: false }), []);
  assert.deepEqual(codes({ mode: 'fancy' }), ['FieldWithoutEffect']);
  assert.deepEqual(codes({ mode: 'strict' }), ['NotSupported']);
  assert.deepEqual(codes({ age: 1 }), ['FieldWithoutEffect']);
  assert.deepEqual(codes({ age: 1, force: true }), []);
  assert.deepEqual(codes({ age: 1, force: 'true' }), ['FieldWithoutEffect']);
  assert.deepEqual(codes({ age: [] }), []);
});
