import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FieldSet, pathText } from '../../../../src/devcluster/patch/field-set.ts';

const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:"y"');
const paths = fc.array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 12 });

function setOf(list: readonly (readonly string[])[]): FieldSet {
  const set = new FieldSet();
  for (const path of list) set.insert(path);
  return set;
}

const texts = (set: FieldSet) => new Set(set.paths().map((path) => path.join('/')));

describe('a set of fields', () => {
  it('has exactly the paths that were put in', () => {
    fc.assert(
      fc.property(paths, (list) => {
        const set = setOf(list);
        assert.deepEqual(texts(set), new Set(list.map((path) => path.join('/'))));
        assert.ok(list.every((path) => set.has(path)));
        assert.equal(set.has(['f:c']), false);
      }),
    );
  });

  it('is the same after it was written as FieldsV1 and read', () => {
    fc.assert(
      fc.property(paths, (list) => {
        const set = setOf(list);
        assert.ok(FieldSet.fromJson(set.toJson())?.equals(set));
      }),
    );
  });

  it('follows the laws of sets', () => {
    fc.assert(
      fc.property(paths, paths, (one, other) => {
        const [a, b] = [setOf(one), setOf(other)];
        const [left, right] = [texts(a), texts(b)];
        assert.deepEqual(texts(a.union(b)), left.union(right));
        assert.deepEqual(texts(a.intersection(b)), left.intersection(right));
        assert.deepEqual(texts(a.difference(b)), left.difference(right));
        assert.ok(a.union(b).equals(b.union(a)));
      }),
    );
  });

  it('writes itself with dots for places that have something below', () => {
    const set = setOf([['f:data'], ['f:data', 'f:a'], ['f:spec', 'f:b']]);
    assert.deepEqual(set.toJson(), { 'f:data': { '.': {}, 'f:a': {} }, 'f:spec': { 'f:b': {} } });
  });

  it('loses all below a path with without', () => {
    const set = setOf([['f:a'], ['f:a', 'f:b'], ['f:c']]);
    assert.deepEqual(set.without(['f:a']).toJson(), { 'f:c': {} });
  });

  it('reads keys in any order as the same and refuses what is no FieldsV1', () => {
    const one = FieldSet.fromJson({ 'k:{"b":1,"a":2}': {} });
    const other = FieldSet.fromJson({ 'k:{"a":2,"b":1}': {} });
    assert.ok(one && other && one.equals(other));
    for (const json of [{ x: {} }, { 'k:{': {} }, { 'f:a': 1 }, 'text', null]) {
      assert.equal(FieldSet.fromJson(json), undefined);
    }
  });

  it('is printed as in messages of conflicts', () => {
    assert.equal(
      pathText(['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:name']),
      '.spec.ports[port=80,protocol="TCP"].name',
    );
    assert.equal(pathText(['f:tags', 'v:"a"']), '.tags[="a"]');
  });
});
