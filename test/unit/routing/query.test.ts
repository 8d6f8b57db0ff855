import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseQuery, QueryMemo } from '../../../src/routing/query.ts';

describe('parseQuery', () => {
  // What Go's url.ParseQuery gives after ";" has become "&".
  const queries: readonly (readonly [query: string, values: Readonly<Record<string, readonly string[]>>])[] =
    [
      ['', {}],
      ['a', { a: [''] }],
      ['a=', { a: [''] }],
      ['a=1', { a: ['1'] }],
      ['a=1=2', { a: ['1=2'] }],
      ['a=1&a=2&b=3', { a: ['1', '2'], b: ['3'] }],
      ['a=1;b=2', { a: ['1'], b: ['2'] }],
      ['&&a=1&;', { a: ['1'] }],
      ['=1', { '': ['1'] }],
      ['a+b=c+d', { 'a b': ['c d'] }],
      ['a%2Bb=%2B%26%3D%3b', { 'a+b': ['+&=;'] }],
      ['%61=%C3%A9', { a: ['é'] }],
      ['a=%&b=1', { b: ['1'] }],
      ['a=%g1&a=2', { a: ['2'] }],
      ['%=1', {}],
      ['a=%C3', { a: ['\xc3'] }],
      ['a=\xc3\xa9', { a: ['é'] }],
      ['A=1&a=2', { A: ['1'], a: ['2'] }],
      ['__proto__=1', JSON.parse('{"__proto__":["1"]}')],
      ['a?b=1', { 'a?b': ['1'] }],
    ];
  for (const [query, values] of queries) {
    it(`reads ${JSON.stringify(query)}`, () => {
      assert.deepEqual([...parseQuery(query)], Object.entries(values));
    });
  }

  it('reads as URLSearchParams does what both take', () => {
    const piece = fc.constantFrom('a', 'b', '=', '&', '+', '%20', '%41', '%C3%A9', '.', '1');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const query = pieces.join('');
        const read = [...parseQuery(query)].flatMap(([key, values]) => values.map((value) => [key, value]));
        assert.deepEqual(read.map(String).sort(), [...new URLSearchParams(query)].map(String).sort());
      }),
    );
  });
});

describe('QueryMemo', () => {
  it('says what the query of the moment has', () => {
    const memo = new QueryMemo();
    assert.equal(memo.get('', 'a'), undefined);
    assert.deepEqual(memo.get('a=1', 'a'), ['1']);
    assert.deepEqual(memo.get('a=2', 'a'), ['2']);
    assert.equal(memo.get('', 'a'), undefined);
  });
});
