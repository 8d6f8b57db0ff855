import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../../../src/devcluster/json.ts';
import { selectAll } from '../../../../src/devcluster/tables/json-path.ts';
import { parseJsonPath } from '../../../../src/devcluster/tables/json-path-syntax.ts';

const object: Json = {
  spec: { 'a.b': 1, list: [10, 20, 30, 40], deep: { name: 'inner' }, name: 'outer' },
  conditions: [
    { type: 'Warm', status: 'False', n: 1 },
    { type: 'Ready', status: 'True', n: 2 },
  ],
};

function select(path: string): Json[] {
  const parsed = parseJsonPath(path);
  assert.ok(!('error' in parsed), path);
  return selectAll(parsed, object);
}

test('paths select as kubectl does', () => {
  const samples: [string, Json[]][] = [
    ['.spec.name', ['outer']],
    ['{.spec.name}', ['outer']],
    ['$.spec.name', ['outer']],
    ['.spec.nothing.at.all', []],
    ['.spec["a.b"]', [1]],
    ['.spec.a\\.b', [1]],
    ['.spec.list[1]', [20]],
    ['.spec.list[-1]', [40]],
    ['.spec.list[1:3]', [20, 30]],
    ['.spec.list[:2]', [10, 20]],
    ['.spec.list[::2]', [10, 30]],
    ['.spec.list[0,2]', [10, 30]],
    ['.spec.list[*]', [10, 20, 30, 40]],
    ['.conditions[*].type', ['Warm', 'Ready']],
    ['.conditions[?(@.type=="Ready")].status', ['True']],
    [".conditions[?(@.type == 'Warm')].status", ['False']],
    ['.conditions[?(@.n>1)].type', ['Ready']],
    ['.conditions[?(@.nothing)].type', []],
    ['.conditions[?(@.type!="Ready")].type', ['Warm']],
    ['.spec..name', ['outer', 'inner']],
  ];
  for (const [path, expected] of samples) assert.deepEqual(select(path), expected, path);
});

test('paths that make no sense say so', () => {
  for (const path of [
    '.spec[',
    '.a[b]',
    'spec',
    '.a[?(x)]',
    '.a[1:2:0]',
    '..a..b',
    `.${'a'.repeat(3_000)}`,
  ]) {
    assert.ok('error' in parseJsonPath(path), path);
  }
});

test('what objects inherit is not selected', () => {
  assert.deepEqual(select('.constructor'), []);
  assert.deepEqual(select('.__proto__'), []);
});

test('any text is a path or is told to be none', () => {
  const piece = fc.constantFrom(
    '.',
    '..',
    '[',
    ']',
    '(',
    ')',
    '?',
    '@',
    '"',
    "'",
    '*',
    ':',
    ',',
    'a',
    '1',
    '==',
    '\\',
    '$',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const parsed = parseJsonPath(pieces.join(''));
      if (!('error' in parsed)) selectAll(parsed, object);
    }),
  );
});
