import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLabelSelector } from '../../../../src/devcluster/server/label-selector.ts';

const objects = {
  a: { app: 'web', tier: 'front', size: '3' },
  b: { app: 'web', tier: 'back' },
  c: { app: 'db' },
  d: {},
};

const selections: readonly (readonly [string, string])[] = [
  ['', 'abcd'],
  ['app', 'abc'],
  ['!app', 'd'],
  ['! app', 'd'],
  ['app=web', 'ab'],
  ['app==web', 'ab'],
  ['app = web', 'ab'],
  ['app!=web', 'cd'],
  ['app=', ''],
  ['app=web,tier=front', 'a'],
  ['app in (web, db)', 'abc'],
  ['app in ()', ''],
  ['app notin (web)', 'cd'],
  ['tier notin (front)', 'bcd'],
  ['app in (web),tier!=back', 'a'],
  ['size>2', 'a'],
  ['size<3', ''],
  ['in in (a)', ''],
  ['constructor', ''],
];

for (const [selector, expected] of selections) {
  test(`the label selector '${selector}' selects '${expected}'`, () => {
    const matches = parseLabelSelector(selector);
    const found = Object.entries(objects).filter(([, labels]) => matches(labels as Record<string, string>));
    assert.equal(found.map(([name]) => name).join(''), expected);
  });
}

const refusals: Readonly<Record<string, string>> = {
  'app in web': "unable to parse requirement: found 'web' expected: '('",
  'a in': "unable to parse requirement: found '' expected: '('",
  'app=web=db': "found '=', expected: ',' or 'end of string'",
  'app in (web': "unable to parse requirement: found '', expected: ',' or ')'",
  'a b=c': "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
  '=web': "found '=', expected: !, identifier, or 'end of string'",
  'app,': "found '', expected: identifier after ','",
  'app>x':
    "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
};

for (const [selector, message] of Object.entries(refusals)) {
  test(`the label selector '${selector}' is refused in the words of Kubernetes`, () => {
    assert.throws(() => parseLabelSelector(selector), { code: 400, reason: 'BadRequest', message });
  });
}

test('a label selector of a million signs is refused or read, not hung on', () => {
  assert.throws(() => parseLabelSelector('('.repeat(1_000_000)));
  assert.ok(parseLabelSelector(Array.from({ length: 100_000 }, (_, index) => `a${index}`).join(',')));
});
