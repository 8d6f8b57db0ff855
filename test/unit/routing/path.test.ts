import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hasDotSegment, routingPath } from '../../../src/routing/path.ts';

describe('routingPath', () => {
  const made: readonly (readonly [raw: string, path: string | null])[] = [
    ['', '/'],
    ['/', '/'],
    ['*', '*'],
    ['/a-b_c.d~e/;x=1,2', '/a-b_c.d~e/;x=1,2'],
    ['/foo%20bar', '/foo bar'],
    ['/%61%2D%7e', '/a-~'],
    ['/a%2fb', '/a%2Fb'],
    ['/a%2Fb', '/a%2Fb'],
    ['/100%25', '/100%25'],
    ['/a%252fb', '/a%252fb'],
    ['/%3f%23%5b%5D', '/%3F%23%5B%5D'],
    ['/%C3%A9', '/é'],
    ['/%c3%a9t%c3%a9', '/été'],
    ['/%F0%9F%9A%A2x', '/🚢x'],
    ['/\u00c3\u00a9', '/é'],
    ['/\u00c3%A9', '/é'],
    ['/%ff%fe', '/%FF%FE'],
    ['/%C3x%A9', '/%C3x%A9'],
    ['/%2e%2e/x', '/../x'],
    ['/%5c', '/\\'],
    ['/%', null],
    ['/%2', null],
    ['/%zz', null],
    ['/%2 ', null],
    ['/a%', null],
    ['/%00', null],
    ['/%0a', null],
    ['/%1F', null],
    ['/%7f', null],
    ['/\u0000', null],
    ['/a b', null],
    ['/%20\u0007', null],
    ['/a#b', null],
    ['/a\\b', null],
    ['/\u007f', null],
  ];
  for (const [raw, path] of made) {
    it(`makes ${JSON.stringify(path)} of ${JSON.stringify(raw)}`, () => {
      assert.equal(routingPath(raw), path);
    });
  }

  it('sees all spellings of a path as one', () => {
    const letters = fc.array(fc.tuple(fc.constantFrom(...'abz019-._~/'), fc.nat({ max: 2 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(letters, (parts) => {
        const plain = parts.map(([letter]) => letter).join('');
        const spelled = parts.map(([letter, how]) => (letter === '/' ? letter : spell(letter, how))).join('');
        assert.equal(routingPath(`/${spelled}`), `/${plain}`);
      }),
    );
  });

  it('never lets a reserved character appear that was not there', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(?:[a-c/%]|%2f|%2F|%25|%3f){0,10}$/), (raw) => {
        const path = routingPath(`/${raw}`);
        if (path !== null) assert.equal(path.split('/').length, `/${raw}`.split('/').length);
      }),
      { numRuns: 1000 },
    );
  });
});

function spell(letter: string, how: number): string {
  const hex = letter.charCodeAt(0).toString(16);
  return how === 0 ? letter : `%${how === 1 ? hex : hex.toUpperCase()}`;
}

describe('hasDotSegment', () => {
  for (const path of ['/..', '/.', '/a/..', '/a/../b', '/./b', '/a/./', '//..//']) {
    it(`finds one in ${path}`, () => assert.ok(hasDotSegment(path)));
  }
  for (const path of ['/', '/a', '/...', '/.well-known/x', '/a..', '/a.', '/..a/b', '/a/.b.', '*', '']) {
    it(`finds none in ${path}`, () => assert.ok(!hasDotSegment(path)));
  }
});
