import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/model/rule.ts';
import { branchesOf, covers } from '../../../../src/translate/lint/rule-cover.ts';

const host = (name: string): Rule => ({ kind: 'host', host: name });
const path = (text: string): Rule => ({ kind: 'path', path: text });
const prefix = (text: string, elements = false): Rule => ({ kind: 'pathPrefix', prefix: text, elements });
const both = (...rules: Rule[]): Rule => ({ kind: 'and', rules });
const either = (...rules: Rule[]): Rule => ({ kind: 'or', rules });

for (const [broad, narrow, expected] of [
  [host('*.a.test'), host('x.a.test'), true],
  [host('*.a.test'), host('x.y.a.test'), false],
  [host('*.a.test'), host('*.x.a.test'), false],
  [host('*'), path('/a'), true],
  [prefix('/a', true), prefix('/ab'), false],
  [prefix('/a', true), prefix('/a'), false],
  [prefix('/a', true), prefix('/a/'), true],
  [prefix('/a'), prefix('/ab'), true],
  [prefix('/a/', true), path('/a'), true],
  [prefix('/a', true), path('/ab'), false],
  [prefix('/a'), host('a.test'), false],
  [host('a.test'), both(host('a.test'), path('/a')), true],
  [both(host('a.test'), path('/a')), host('a.test'), false],
  [prefix('/a'), either(path('/a'), path('/ab')), true],
  [prefix('/a/'), either(path('/a'), path('/ab')), false],
] as const satisfies readonly (readonly [Rule, Rule, boolean])[]) {
  test(`${JSON.stringify(broad)} ${expected ? 'covers' : 'does not cover'} ${JSON.stringify(narrow)}`, () => {
    assert.equal(covers(branchesOf(broad) ?? [], branchesOf(narrow) ?? []), expected);
  });
}

test('a rule of too many alternatives is not judged', () => {
  const pair = either(path('/a'), path('/b'));
  assert.equal(branchesOf(both(pair, pair, pair, pair, pair, pair, pair)), null);
});
