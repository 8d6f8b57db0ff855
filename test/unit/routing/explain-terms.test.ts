import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { termsOf } from '../../../src/routing/explain-terms.ts';
import { RuleTools } from '../../../src/routing/test-rule.ts';
import { viewOfLine } from '../../support/request-line.ts';
import { parsed } from './parsed.ts';

const view = viewOfLine('GET http://shop.test/cart?a=1&a=2&b from=192.0.2.7 header=X-Tier:gold');

describe('termsOf', () => {
  const terms: readonly (readonly [rule: string, holds: boolean, request: string])[] = [
    ['HostRegexp(`^[a-z]+\\.test$`)', true, 'the host is "shop.test"'],
    ['PathRegexp(`^/[0-9]+$`)', false, 'the path is "/cart"'],
    ['HeaderRegexp(`x-tier`, `^g`)', true, 'header x-tier is "gold"'],
    ['HeaderRegexp(`x-other`, `^g`)', false, 'the request has no header x-other'],
    ['Query(`a`, `2`)', true, 'parameter "a" is "1", "2"'],
    ['Query(`b`)', true, 'parameter "b" is ""'],
    ['QueryRegexp(`c`, `^1`)', false, 'the query has no parameter "c"'],
    ['!QueryRegexp(`a`, `^[3-9]$`)', true, 'parameter "a" is "1", "2"'],
    ['ClientIP(`10.0.0.0/8`)', false, 'the client address is "192.0.2.7"'],
  ];
  for (const [text, holds, request] of terms) {
    it(`says of ${text} what the request has`, () => {
      assert.deepEqual(termsOf(parsed(text), view, new RuleTools()), [{ text, holds, request }]);
    });
  }
});
