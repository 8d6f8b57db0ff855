import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../../src/devcluster/json.ts';
import { applyDefaults } from '../../../../src/devcluster/schema/default.ts';
import { robotSchema } from '../crd/robots.ts';

function defaulted(spec: JsonObject): unknown {
  const object: JsonObject = { spec };
  applyDefaults(robotSchema, object);
  return object.spec;
}

const usual = { model: 'walker', legs: 2, mode: { name: 'auto', level: 3 } };

test('what is missing is filled in, also inside of what is given or filled in', () => {
  assert.deepEqual(defaulted({}), usual);
  assert.deepEqual(defaulted({ mode: { level: 9 }, parts: [{ name: 'arm' }, { name: 'leg', count: 4 }] }), {
    ...usual,
    mode: { name: 'auto', level: 9 },
    parts: [
      { name: 'arm', count: 1 },
      { name: 'leg', count: 4 },
    ],
  });
});

test('null takes the default, stays where it may, and goes where it may not', () => {
  assert.deepEqual(defaulted({ model: null, legs: null, mode: null }), usual);
  assert.deepEqual(defaulted({ note: null }), { ...usual, note: null });
  assert.deepEqual(defaulted({ speed: null, colours: { red: null } }), { ...usual, colours: {} });
  assert.deepEqual(defaulted({ parts: [null] }), { ...usual, parts: [null] });
});

test('objects do not share their defaults', () => {
  const [one, other] = [defaulted({}), defaulted({})] as { mode: JsonObject }[];
  if (one) one.mode.name = 'changed';
  assert.equal(other?.mode.name, 'auto');
});

test('values that do not fit are left to validation', () => {
  assert.deepEqual(defaulted({ mode: 'none', parts: {} }), { ...usual, mode: 'none', parts: {} });
});
