import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../../../../src/devcluster/json.ts';
import { evaluate, type Scope } from '../../../../../src/devcluster/schema/cel/evaluate.ts';
import { fromJson } from '../../../../../src/devcluster/schema/cel/from-json.ts';
import { parseCel } from '../../../../../src/devcluster/schema/cel/parse.ts';
import { CelBudgetError, CelError, CelSyntaxError } from '../../../../../src/devcluster/schema/cel/syntax.ts';
import type { Value } from '../../../../../src/devcluster/schema/cel/values.ts';
import { Patterns } from '../../../../../src/devcluster/schema/pattern.ts';

function run(source: string, self: Json = {}, left = 1_000_000): Value {
  const scope: Scope = { name: 'self', value: fromJson(undefined, self), outer: null };
  return evaluate(parseCel(source), scope, { budget: { left }, patterns: new Patterns() });
}

const self: Json = {
  name: 'web',
  n: 3,
  half: 0.5,
  list: [1, 2, 3],
  names: ['a', 'b'],
  map: { x: 1, 'y-z': 2 },
  parts: [
    { name: 'arm', count: 1 },
    { name: 'leg', count: 2 },
  ],
  nothing: null,
  namespace: 'ns',
};

const truths = [
  '1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 7 / 2 == 3 && -7 % 3 == -1',
  '1.5 + 1.5 == 3.0 && 1 == 1.0 && 2u == 2u && 0x10 == 16',
  '!(1 > 2) && 2 >= 2 && "a" < "b" && true != false',
  '"a" + "b" == \'ab\' && r"\\d" == "\\\\d" && "\\u00e4" == "ä" && """x""" == "x"',
  'self.name == "web" && self["name"] == "web" && has(self.name) && !has(self.other)',
  'self.n > 2 ? self.half < 1.0 : false',
  '2 in self.list && !(5 in self.list) && "x" in self.map',
  'self.map.y__dash__z == 2 && self.__namespace__ == "ns"',
  'self.list.all(i, i > 0) && self.list.exists(i, i == 2) && self.list.exists_one(i, i > 2)',
  'self.list.map(i, i * 2) == [2, 4, 6] && self.list.filter(i, i > 1) == [2, 3]',
  'self.list.map(i, i > 1, i * 10) == [20, 30]',
  'self.map.all(k, self.map[k] > 0) && self.map.exists(k, k == "y-z")',
  'self.list.all(i, v, v == i + 1) && self.map.transformList(k, v, v).size() == 2',
  'self.parts.all(p, self.parts.exists_one(q, q.name == p.name))',
  'self.parts.map(p, p.name).join(",") == "arm,leg"',
  'size(self.list) == 3 && self.name.size() == 3 && size({}) == 0',
  'self.nothing == null && type(1) == int && type("") == string && type(self.list) == list',
  'false && self.other || true || self.other',
  '[1, 2].exists(i, i / 0 == 1 || true)',
  'cel.bind(x, self.n * 2, x * x == 36)',
  '"abc".matches("^a.c$") && "abc".contains("b") && "abc".startsWith("a") && "abc".endsWith("c")',
  '"a,b".split(",") == ["a", "b"] && "abc".substring(1) == "bc" && "abc".substring(1, 2) == "b"',
  '"A b".lowerAscii() == "a b" && "a-a".replace("a", "b", 1) == "b-a" && " x ".trim() == "x"',
  '"abcabc".indexOf("c") == 2 && "abcabc".lastIndexOf("a") == 3 && "äx".indexOf("x") == 1',
  '"a1b22".find("[0-9]+") == "1" && "a1b22".findAll("[0-9]+") == ["1", "22"]',
  '[3, 1].sum() == 4 && [3, 1].max() == 3 && [1, 3].isSorted() && ![3, 1].isSorted()',
  'int("5") == 5 && string(5) == "5" && double("1.5") == 1.5 && int(2.9) == 2',
  'duration("1h30m") == duration("90m") && duration("1h").getMinutes() == 60',
  'timestamp("2001-02-03T04:05:06Z").getFullYear() == 2001 && timestamp("2001-02-03T04:05:06Z") < timestamp("2001-02-03T05:05:06+00:00")',
  'timestamp("2001-02-03T00:00:00Z") + duration("24h") == timestamp("2001-02-04T00:00:00Z")',
  'quantity("1Gi").isGreaterThan(quantity("500Mi")) && quantity("100m").add(quantity("0.9")).asInteger() == 1',
  'isQuantity("1.5k") && !isQuantity("1 k") && quantity("2k").compareTo(quantity("2000")) == 0',
  'url("https://example.com:8080/a?b=c").getPort() == "8080" && isURL("/a") && !isURL("a b")',
  'url("https://[::1]:80/").getHostname() == "::1" && url("/a/b").getScheme() == ""',
  'ip("192.0.2.1").family() == 4 && isIP("::1") && cidr("192.0.2.0/24").containsIP("192.0.2.9")',
  'cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && !cidr("10.0.0.0/8").containsIP("11.0.0.1")',
  'self.?name.orValue("x") == "web" && self.?other.orValue("x") == "x" && !self.?other.hasValue()',
  'self[?"name"].hasValue() && optional.none().orValue(1) == 1 && optional.of(2).value() == 2',
  'sets.contains([1, 2], [2]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1], [1])',
  'math.greatest(1, 3, 2) == 3 && math.least([4, 2]) == 2',
  '{"a": 1}.a == 1 && {"a": 1, ?"b": optional.none()}.size() == 1',
  '!format.dns1123Label().validate("ok").hasValue() && format.dns1123Label().validate("No").hasValue()',
  'format.named("uri").value().validate("/a") == optional.none() && !format.named("x").hasValue()',
  '// a comment\n true',
];
for (const source of truths) {
  test(`true: ${source}`, () => assert.equal(run(source, self), true));
}

const failures: [string, RegExp][] = [
  ['self.other', /^no such key: other$/],
  ['self.list[9]', /^index out of bounds: 9$/],
  ['1 / 0', /^division by zero$/],
  ['1 + "a"', /^no such overload$/],
  ['9223372036854775807 + 1', /^integer overflow$/],
  ['true && self.other', /^no such key: other$/],
  ['1 && true', /^no such overload$/],
  ['"x".substring(2, 1)', /range/],
  ['"x".matches("(")', /invalid regular expression/],
  ['nobody', /nobody/],
  ['self.name.nothing()', /undeclared reference to 'nothing'/],
];
for (const [source, message] of failures) {
  test(`an error: ${source}`, () => {
    assert.throws(
      () => run(source, self),
      (error) => error instanceof CelError && message.test(error.message),
    );
  });
}

test('what is no CEL is refused with its place', () => {
  const places: [string, number][] = [
    ['self.size() >', 13],
    ['1 +', 3],
    ['(1', 2],
    ['"abc', 0],
    ['a b', 2],
    ['#', 0],
    ['has(1)', 0],
    ['', 0],
  ];
  for (const [source, at] of places) {
    assert.throws(
      () => parseCel(source),
      (error) => error instanceof CelSyntaxError && error.at === at,
      source,
    );
  }
});

test('nesting and length of the source are bounded', () => {
  for (const source of [
    '('.repeat(5_000),
    '!'.repeat(5_000),
    '-'.repeat(5_000),
    `a${'.b'.repeat(5_000)}`,
    `1${'+1'.repeat(5_000)}`,
    '['.repeat(5_000),
    'x'.repeat(30_000),
    '1?'.repeat(3_000),
  ]) {
    assert.throws(() => parseCel(source), CelSyntaxError);
  }
});

test('no expression runs longer than its budget', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => index);
  const big = {
    list: many,
    nested: [
      [many, many],
      [many, many],
    ],
  };
  for (const source of [
    'self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))',
    'self.list.all(a, self.nested == self.nested)',
    'self.list.all(a, self.nested in [self.nested, self.nested])',
    'self.list.map(a, self.list.map(b, self.list.map(c, c))).size() > 0',
  ]) {
    assert.throws(() => run(source, big), CelBudgetError, source);
  }
});

test('the budget cannot be absorbed by an operator that absorbs errors', () => {
  const list = Array.from({ length: 2_000 }, (_, index) => index);
  assert.throws(
    () => run('self.list.all(a, self.list.all(b, b >= 0)) || true', { list }, 10_000),
    CelBudgetError,
  );
});

test('texts and lists cannot be made to grow without end', () => {
  const doubling = (depth: number): string =>
    depth === 0 ? '"aaaaaaaaaa"' : `cel.bind(x, ${doubling(depth - 1)}, x + x)`;
  assert.throws(() => run(doubling(30)), CelError);
});
