import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../../../src/devcluster/json.ts';
import { mergePatch, patchObjectOf } from '../../../../src/devcluster/patch/merge-patch.ts';

// RFC 7396, appendix A: original, patch, result.
const appendix: [Json, Json, Json][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe('a merge patch', () => {
  for (const [original, patch, result] of appendix) {
    it(`makes ${JSON.stringify(result)} of ${JSON.stringify(original)} with ${JSON.stringify(patch)}`, () => {
      const before = structuredClone(original);
      assert.deepEqual(mergePatch(original, patch), result);
      assert.deepEqual(original, before);
    });
  }

  it('changes nothing when it comes a second time', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const once = mergePatch(target as Json, patch as Json);
        assert.deepEqual(mergePatch(once, patch as Json), once);
      }),
    );
  });

  it('without nulls leaves every member of it in the result', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.integer()),
        fc.dictionary(fc.string(), fc.integer()),
        (target, patch) => {
          assert.deepEqual(mergePatch(target, patch), { ...target, ...patch });
        },
      ),
    );
  });

  it('of an object must be an object', () => {
    for (const patch of [[], 'text', 1, null] as Json[])
      assert.throws(() => patchObjectOf(patch), { code: 400 });
    assert.deepEqual(patchObjectOf({ a: 1 }), { a: 1 });
  });
});
