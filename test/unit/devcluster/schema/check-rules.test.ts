import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../../src/devcluster/json.ts';
import { checkRules, hasRules } from '../../../../src/devcluster/schema/check-rules.ts';
import { Patterns } from '../../../../src/devcluster/schema/pattern.ts';
import type { Schema, ValidationRule } from '../../../../src/devcluster/schema.ts';

function errors(rules: ValidationRule[], x: JsonObject, old?: JsonObject): string[] {
  const schema: Schema = {
    type: 'object',
    properties: {
      x: {
        type: 'object',
        properties: { n: { type: 'integer' }, s: { type: 'string' }, f: { type: 'number' } },
        'x-kubernetes-validations': rules,
      },
    },
  };
  const found = checkRules(schema, { x }, old ? { x: old } : null, new Patterns());
  return found.map(({ field, message, reason }) => `${reason} ${field}: ${message}`);
}

test('a broken rule is told by its message, by its expression, or by itself', () => {
  const rule = 'self.n > 1';
  assert.deepEqual(errors([{ rule }], { n: 2 }), []);
  assert.deepEqual(errors([{ rule }], { n: 1 }), [
    'FieldValueInvalid x: Invalid value: failed rule: self.n > 1',
  ]);
  assert.deepEqual(errors([{ rule, message: 'too small' }], { n: 1 }), [
    'FieldValueInvalid x: Invalid value: too small',
  ]);
  const messageExpression = "'is ' + string(self.n)";
  assert.deepEqual(errors([{ rule, message: 'm', messageExpression }], { n: 1 }), [
    'FieldValueInvalid x: Invalid value: is 1',
  ]);
  assert.deepEqual(errors([{ rule, message: 'm', messageExpression: 'self.s' }], { n: 1 }), [
    'FieldValueInvalid x: Invalid value: m',
  ]);
});

test('reason and field of a rule are kept', () => {
  const rule = 'false';
  assert.deepEqual(errors([{ rule, message: 'm', reason: 'FieldValueRequired', fieldPath: '.n' }], {}), [
    'FieldValueRequired x.n: Required value: m',
  ]);
  assert.deepEqual(errors([{ rule, message: 'm', reason: 'FieldValueForbidden' }], {}), [
    'FieldValueForbidden x: Forbidden: m',
  ]);
  assert.deepEqual(errors([{ rule, message: 'm', reason: 'FieldValueDuplicate' }], { n: 1 }), [
    'FieldValueDuplicate x: Duplicate value: {"n":1}',
  ]);
});

test('a rule that cannot be evaluated is broken, and says why', () => {
  assert.deepEqual(errors([{ rule: 'self.n > 1', message: 'too small' }], {}), [
    'FieldValueInvalid x: Invalid value: "object": no such key: n evaluating rule: too small',
  ]);
});

test('a number is a double where the schema says number, whatever its form', () => {
  assert.deepEqual(errors([{ rule: 'self.f + 0.5 == 2.5 && type(self.f) == double' }], { f: 2 }), []);
  assert.deepEqual(errors([{ rule: 'self.n + 1 == 3 && type(self.n) == int' }], { n: 2 }), []);
});

test('rules about the former value hold in updates only', () => {
  const rule = 'self.n >= oldSelf.n';
  assert.deepEqual(errors([{ rule }], { n: 1 }), []);
  assert.deepEqual(errors([{ rule }], { n: 2 }, { n: 1 }), []);
  assert.equal(errors([{ rule }], { n: 1 }, { n: 2 }).length, 1);
  const optional = {
    rule: 'oldSelf.hasValue() ? oldSelf.value().n == self.n : self.n == 0',
    optionalOldSelf: true,
  };
  assert.deepEqual(errors([optional], { n: 0 }), []);
  assert.equal(errors([optional], { n: 1 }).length, 1);
  assert.equal(errors([optional], { n: 0 }, { n: 1 }).length, 1);
});

test('what a rule finds wrong is forgiven when nothing changed', () => {
  assert.deepEqual(errors([{ rule: 'self.n > 1' }], { n: 1 }, { n: 1 }), []);
  assert.equal(errors([{ rule: 'self.n > 1' }], { n: 1, s: 'a' }, { n: 1 }).length, 1);
});

test('items of map lists are compared with what had the same key', () => {
  const item: Schema = {
    type: 'object',
    properties: { k: { type: 'string' }, v: { type: 'integer' } },
    'x-kubernetes-validations': [{ rule: 'self.v >= oldSelf.v', message: 'm' }],
  };
  const list: Schema = {
    type: 'array',
    items: item,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
  };
  const schema: Schema = { type: 'object', properties: { x: list } };
  const run = (now: JsonObject[], old: JsonObject[]) =>
    checkRules(schema, { x: now }, { x: old }, new Patterns()).map(({ field }) => field);
  assert.deepEqual(
    run(
      [
        { k: 'b', v: 1 },
        { k: 'a', v: 1 },
      ],
      [{ k: 'a', v: 2 }],
    ),
    ['x[1]'],
  );
  const { 'x-kubernetes-list-type': _type, ...atomic } = list;
  const other: Schema = { type: 'object', properties: { x: atomic } };
  assert.deepEqual(
    checkRules(other, { x: [{ k: 'a', v: 1 }] }, { x: [{ k: 'a', v: 2 }] }, new Patterns()),
    [],
  );
});

test('all rules together are bounded', () => {
  const rule = 'self.all(a, self.all(b, a + b >= 0))';
  const x: Schema = {
    type: 'array',
    items: { type: 'integer' },
    'x-kubernetes-validations': Array.from({ length: 1_000 }, () => ({ rule })),
  };
  const list = Array.from({ length: 300 }, (_, index) => index);
  const found = checkRules({ type: 'object', properties: { x } }, { x: list }, null, new Patterns());
  assert.deepEqual(
    found.map(({ message }) => message),
    [
      'Invalid value: "array": validation failed due to running out of cost budget, no further validation rules will be run',
    ],
  );
});

test('after a rule that takes too long no other is run', () => {
  const rules = ['self.all(a, self.all(b, self.all(c, a + b + c >= 0)))', 'false'].map((rule) => ({ rule }));
  const x: Schema = { type: 'array', items: { type: 'integer' }, 'x-kubernetes-validations': rules };
  const list = Array.from({ length: 300 }, (_, index) => index);
  const found = checkRules({ type: 'object', properties: { x } }, { x: list }, null, new Patterns());
  assert.equal(found.length, 1);
});

test('schemas know whether they have rules', () => {
  const withRule: Schema = { type: 'string', 'x-kubernetes-validations': [{ rule: 'true' }] };
  assert.equal(hasRules({ type: 'object', properties: { a: { type: 'array', items: withRule } } }), true);
  assert.equal(hasRules({ type: 'object', additionalProperties: withRule }), true);
  assert.equal(hasRules({ type: 'object', properties: { a: { type: 'string' } } }), false);
});
