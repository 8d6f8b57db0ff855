import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinPath, quote, valueAt } from '../../../src/api/field-path.ts';
import { nearestName } from '../../../src/model/nearest.ts';

const known = ['entryPoints', 'routes', 'port', 'priority', 'middlewares', 'match'];

for (const [typed, meant] of [
  ['entrypoints', 'entryPoints'],
  ['entryPoint', 'entryPoints'],
  ['prot', 'port'],
  ['middleware', 'middlewares'],
  ['prioriti', 'priority'],
  ['rotues', 'routes'],
  ['macth', 'match'],
] as const) {
  test(`${typed} was meant to be ${meant}`, () => {
    assert.equal(nearestName(typed, known), meant);
  });
}

for (const typed of ['', 'x', 'hostname', 'services', 'p'.repeat(1_000_000), '__proto__']) {
  test(`nothing known is near ${quote(typed)}`, () => {
    assert.equal(nearestName(typed, known), null);
  });
}

test('very long names are not compared', () => {
  assert.equal(nearestName('p'.repeat(64), ['p'.repeat(65)]), 'p'.repeat(65));
  assert.equal(nearestName('p'.repeat(65), ['p'.repeat(64)]), null);
});

test('of names that are equally near, the first by code unit is taken', () => {
  assert.equal(nearestName('bat', ['hat', 'cat']), 'cat');
});

test('paths are written as kubectl writes them, with strange keys in brackets', () => {
  assert.equal(joinPath('spec', ['routes', 0, 'services', 12, 'port']), 'spec.routes[0].services[12].port');
  assert.equal(joinPath('', ['spec', 'X-Shop']), 'spec.X-Shop');
  assert.equal(joinPath('spec', ['a.b', 'c d\n', '']), 'spec["a.b"]["c d\\n"][""]');
});

test('text of users is cut short and shows no control characters', () => {
  assert.equal(quote('a\u001b[31m'), '"a\\u001b[31m"');
  assert.ok(quote('x'.repeat(1_000_000)).length < 100);
});

test('values are found by own properties only', () => {
  assert.equal(valueAt({ a: [{ b: 1 }] }, ['a', 0, 'b']), 1);
  assert.equal(valueAt({}, ['constructor', 'name']), undefined);
  assert.equal(valueAt(null, ['a']), undefined);
});
