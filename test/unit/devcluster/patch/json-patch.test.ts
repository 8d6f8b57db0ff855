import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ApiError } from '../../../../src/devcluster/api-error.ts';
import type { Json } from '../../../../src/devcluster/json.ts';
import { applyJsonPatch } from '../../../../src/devcluster/patch/json-patch.ts';

type Case = [what: string, document: Json, patch: Json, expected: Json | 'refused'];

// RFC 6902, appendix A, by number.
const appendix: Case[] = [
  [
    'A.1 adds a member',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz', value: 'qux' }],
    { baz: 'qux', foo: 'bar' },
  ],
  [
    'A.2 adds an element',
    { foo: ['bar', 'baz'] },
    [{ op: 'add', path: '/foo/1', value: 'qux' }],
    { foo: ['bar', 'qux', 'baz'] },
  ],
  ['A.3 removes a member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  [
    'A.4 removes an element',
    { foo: ['bar', 'qux', 'baz'] },
    [{ op: 'remove', path: '/foo/1' }],
    { foo: ['bar', 'baz'] },
  ],
  [
    'A.5 replaces a value',
    { baz: 'qux', foo: 'bar' },
    [{ op: 'replace', path: '/baz', value: 'boo' }],
    { baz: 'boo', foo: 'bar' },
  ],
  [
    'A.6 moves a value',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'A.7 moves an element',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  [
    'A.8 tests with success',
    { baz: 'qux', foo: ['a', 2, 'c'] },
    [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    { baz: 'qux', foo: ['a', 2, 'c'] },
  ],
  ['A.9 tests without success', { baz: 'qux' }, [{ op: 'test', path: '/baz', value: 'bar' }], 'refused'],
  [
    'A.10 adds a nested member',
    { foo: 'bar' },
    [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    { foo: 'bar', child: { grandchild: {} } },
  ],
  [
    'A.11 ignores what it does not know',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
    { foo: 'bar', baz: 'qux' },
  ],
  [
    'A.12 does not add below nothing',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz/bat', value: 'qux' }],
    'refused',
  ],
  [
    'A.14 unescapes pointers',
    { '/': 9, '~1': 10 },
    [{ op: 'test', path: '/~01', value: 10 }],
    { '/': 9, '~1': 10 },
  ],
  [
    'A.15 does not take a text for a number',
    { '~1': 10 },
    [{ op: 'test', path: '/~01', value: '10' }],
    'refused',
  ],
  [
    'A.16 adds a list as one element',
    { foo: ['bar'] },
    [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
    { foo: ['bar', ['abc', 'def']] },
  ],
];

const more: Case[] = [
  ['adds with replace where nothing is', { a: 1 }, [{ op: 'replace', path: '/b', value: 2 }], { a: 1, b: 2 }],
  ['refuses to remove what is not there', { a: 1 }, [{ op: 'remove', path: '/b' }], 'refused'],
  ['refuses to remove all', { a: 1 }, [{ op: 'remove', path: '' }], 'refused'],
  ['refuses to add beyond the end', { a: [1] }, [{ op: 'add', path: '/a/2', value: 2 }], 'refused'],
  ['refuses to replace beyond the end', { a: [1] }, [{ op: 'replace', path: '/a/1', value: 2 }], 'refused'],
  ['refuses odd indices', { a: [1, 2] }, [{ op: 'remove', path: '/a/01' }], 'refused'],
  ['refuses pointers that begin with no slash', { a: 1 }, [{ op: 'remove', path: 'a' }], 'refused'],
  ['refuses unknown operations', { a: 1 }, [{ op: 'increase', path: '/a' }], 'refused'],
  ['refuses an add without a value', { a: 1 }, [{ op: 'add', path: '/b' }], 'refused'],
  ['refuses to move into itself', { a: { b: {} } }, [{ op: 'move', from: '/a', path: '/a/b/c' }], 'refused'],
  [
    'refuses to move an element into itself',
    { a: [{}, {}] },
    [{ op: 'move', from: '/a/0', path: '/a/0/b' }],
    'refused',
  ],
  ['refuses a path through a text', { a: 'text' }, [{ op: 'add', path: '/a/b', value: 1 }], 'refused'],
  [
    'refuses what every object inherits',
    { a: 1 },
    [{ op: 'copy', from: '/constructor', path: '/b' }],
    'refused',
  ],
  ['takes an absent value for null in a test', { a: 1 }, [{ op: 'test', path: '/b', value: null }], { a: 1 }],
];

describe('a JSON patch', () => {
  for (const [what, document, patch, expected] of [...appendix, ...more]) {
    it(what, () => {
      const before = structuredClone(document);
      if (expected === 'refused')
        assert.throws(() => applyJsonPatch(document, patch), { code: 422, reason: 'Invalid' });
      else assert.deepEqual(applyJsonPatch(document, patch), expected);
      assert.deepEqual(document, before);
    });
  }

  it('is refused with 400 if it is no list of operations', () => {
    for (const patch of [{ op: 'remove' }, null, 'text', [1]] as Json[]) {
      assert.throws(() => applyJsonPatch({}, patch), { code: 400, reason: 'BadRequest' });
    }
  });

  it('is refused with 413 if it has more than 10000 operations', () => {
    const operation = { op: 'test', path: '/a', value: 1 };
    assert.deepEqual(
      applyJsonPatch(
        { a: 1 },
        Array.from({ length: 10_000 }, () => operation),
      ),
      { a: 1 },
    );
    const tooMany = Array.from({ length: 10_001 }, () => operation);
    assert.throws(() => applyJsonPatch({ a: 1 }, tooMany), { code: 413 });
  });

  it('is refused with 413 if its copies double something again and again', () => {
    const doubling = Array.from({ length: 60 }, (_, index) => ({
      op: 'copy',
      from: '/a',
      path: `/a/c${index}`,
    }));
    assert.throws(
      () => applyJsonPatch({ a: { text: 'x'.repeat(100) } }, doubling),
      (error) => error instanceof ApiError && (error.code === 413 || error.code === 422),
    );
  });

  it('is refused if it nests deeper than the server walks', () => {
    const deeper = Array.from({ length: 600 }, () => [
      { op: 'move', from: '/a', path: '/b' },
      { op: 'add', path: '/a', value: {} },
      { op: 'move', from: '/b', path: '/a/a' },
    ]).flat();
    assert.throws(() => applyJsonPatch({ a: {} }, deeper), { code: 422 });
  });

  it('never reaches the prototype of objects', () => {
    const patch = [{ op: 'add', path: '/__proto__', value: { polluted: true } }];
    const result = applyJsonPatch({}, patch) as { polluted?: boolean };
    assert.equal(result.polluted, undefined);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    assert.throws(() => applyJsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: 1 }]), {
      code: 422,
    });
  });

  it('that replaces the root gives exactly that', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (document, value) => {
        const patch = [{ op: 'replace', path: '', value: value as Json }];
        assert.deepEqual(applyJsonPatch(document as Json, patch), value);
      }),
    );
  });

  it('that adds a member and removes it again changes nothing', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string(),
        fc.jsonValue(),
        (document, key, value) => {
          fc.pre(!Object.hasOwn(document, key) && key !== '__proto__');
          const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
          const patch = [
            { op: 'add', path, value: value as Json },
            { op: 'test', path, value: value as Json },
            { op: 'remove', path },
          ];
          assert.deepEqual(applyJsonPatch(document as Json, patch), { ...document });
        },
      ),
    );
  });
});
