import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCel } from '../../../../../src/devcluster/schema/cel/check.ts';
import { parseCel } from '../../../../../src/devcluster/schema/cel/parse.ts';
import type { Schema } from '../../../../../src/devcluster/schema.ts';

const schema: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    'a-b': { type: 'integer' },
    parts: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    either: { 'x-kubernetes-int-or-string': true },
  },
};

const problems = (source: string) =>
  checkCel(parseCel(source), { self: schema }).map(({ message }) => message);

test('expressions about what is there are fine', () => {
  for (const source of [
    'self.name.startsWith("a") && self.a__dash__b > 1',
    'self.parts.all(p, p.name != "" && self.parts[0].name == p.name)',
    'self.parts.map(p, p).exists(q, q.name == "x") && self.parts.filter(p, true)[0].name == "x"',
    'self.labels.all(k, self.labels[k] != "") && self.labels.anything == "x"',
    'self.open.any.thing == 1 && type(self.either) == int',
    'cel.bind(p, self.parts[0], p.name == "x") && optional.of(1).hasValue() && has(self.open.x)',
    '(true ? self : self).name == ""',
  ]) {
    assert.deepEqual(problems(source), [], source);
  }
});

test('fields, names and functions that nobody declared are found', () => {
  assert.deepEqual(problems('self.y > 1'), ["undefined field 'y'"]);
  assert.deepEqual(problems('has(self.y)'), ["undefined field 'y'"]);
  assert.deepEqual(problems('self.parts.all(p, p.size > 1)'), ["undefined field 'size'"]);
  assert.deepEqual(problems('self.name.first == "a"'), ["type 'string' does not support field selection"]);
  assert.deepEqual(problems('other == 1'), ["undeclared reference to 'other' (in container '')"]);
  assert.deepEqual(problems('self.name.shout()'), ["undeclared reference to 'shout' (in container '')"]);
  assert.deepEqual(problems('(true ? self : self).y == ""'), ["undefined field 'y'"]);
});

test('the place of a problem is where the compiler of Kubernetes has it', () => {
  assert.deepEqual(checkCel(parseCel('self.y > 1'), { self: schema }), [
    { message: "undefined field 'y'", at: 4 },
  ]);
});
