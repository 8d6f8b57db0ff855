import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathKindOf, readingsOf } from '../../../src/routing/readings.ts';

describe('readingsOf', () => {
  for (const [path, reading] of [
    ['/a%2Fb', '/a/b'],
    ['/a%252Fb', '/a/b'],
    ['/a%255Cb', '/a/b'],
    ['/a\\b', '/a/b'],
    ['/a//b', '/a/b'],
    ['/a%2F/b', '/a/b'],
    ['/a;x/b', '/a/b'],
    ['/a;x/b', '/a'],
    ['/a;x%2Fy', '/a'],
    ['/a%3Bx%2Fy', '/a/y'],
    ['/a%3Fx', '/a'],
    ['/a%23x', '/a'],
    ['/a%2500.png', '/a'],
    ['/x/%252e%252E/a', '/a'],
    ['/x/..%253Bv/a', '/a'],
    ['/x/y/..%252F..%252Fa', '/a'],
    ['/x/%252e', '/x/'],
    ['/%252e%252e/%252e%252e/a', '/a'],
    ['/%25C3%25A9', '/é'],
    ['/%FF%2Fa', '/%FF/a'],
  ] as const) {
    it(`lets ${path} be read as ${reading}`, () => {
      const readings = readingsOf(path);
      assert.ok(readings?.includes(reading), JSON.stringify(readings));
      assert.equal(readings?.[0], path);
      assert.equal(pathKindOf(path), 'odd');
    });
  }

  it('has one reading of a plain path', () => {
    for (const path of ['/', '/a b', '/.well-known/x', '/a..b/...', '/é', '/A']) {
      assert.deepEqual(readingsOf(path), [path]);
      assert.equal(pathKindOf(path), /[Aé]/.test(path) ? 'letters' : 'plain');
    }
  });

  it('leaves what is no percent sequence as it is', () => {
    assert.deepEqual(readingsOf('/100%25'), ['/100%25', '/100%']);
  });

  it('gives up where there is more to read than anybody would send', () => {
    assert.equal(readingsOf('/a;b%2Fc;d//%255Ce%253B%252Ff%253F/%252e%252e//x%2F;y%5Cz%255C'), null);
    assert.equal(readingsOf(`/${'%2F'.repeat(50_000)}`), null);
    assert.equal(readingsOf(`/${'%2Fabcdefgh'.repeat(1_000)}`)?.length, 3);
  });
});
