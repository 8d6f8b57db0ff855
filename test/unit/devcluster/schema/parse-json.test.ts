import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ApiError } from '../../../../src/devcluster/api-error.ts';
import { maxDepth, parseJson } from '../../../../src/devcluster/schema/parse-json.ts';

test('values are what JSON.parse makes of them', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value, null, 1);
      assert.deepEqual(parseJson(text), { value: JSON.parse(text), duplicates: [] });
    }),
  );
});

test('duplicate keys are told with their paths, and the last one counts', () => {
  const text = '{"a": {"b": 1, "b": 2}, "l": [{"x": [], "x": "}"}, {"x": 1, "x": 2}], "a": 3, "\\u0061": 4}';
  assert.deepEqual(parseJson(text), {
    value: { a: 4, l: [{ x: '}' }, { x: 2 }] },
    duplicates: [
      'duplicate field "a.b"',
      'duplicate field "l[0].x"',
      'duplicate field "l[1].x"',
      'duplicate field "a"',
      'duplicate field "a"',
    ],
  });
});

test('quotes, brackets and commas inside texts do not confuse the search for duplicates', () => {
  const { duplicates } = parseJson('{"a": "\\"a\\": {[,", "b": ["\\\\", "a", {"a": "b:"}], "c:": 1}');
  assert.deepEqual(duplicates, []);
  assert.deepEqual(parseJson('{"a": "\\"", "a": 1}').duplicates, ['duplicate field "a"']);
});

test('a million duplicates are answered with a hundred', () => {
  const text = `{${Array.from({ length: 100_000 }, () => '"a":1').join(',')}}`;
  assert.equal(parseJson(text).duplicates.length, 100);
});

test('nesting is bounded', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.doesNotThrow(() => parseJson(nested(maxDepth)));
  assert.throws(() => parseJson(nested(maxDepth + 1)), isBadRequest);
  assert.throws(() => parseJson(nested(300_000)), isBadRequest);
  assert.throws(() => parseJson(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), isBadRequest);
});

test('what is no JSON is a bad request', () => {
  for (const text of ['', ' ', '{', '{"a"', 'nul', '{} more', '{a:1}', '\u0000']) {
    assert.throws(() => parseJson(text), isBadRequest, JSON.stringify(text));
  }
});

test('a key called __proto__ is a key like any other', () => {
  const { value, duplicates } = parseJson('{"__proto__": {"admin": true}, "__proto__": 1}');
  assert.deepEqual(Object.keys(value as object), ['__proto__']);
  assert.equal(({} as { admin?: boolean }).admin, undefined);
  assert.deepEqual(duplicates, ['duplicate field "__proto__"']);
});

function isBadRequest(error: unknown): boolean {
  return error instanceof ApiError && error.code === 400 && error.reason === 'BadRequest';
}
