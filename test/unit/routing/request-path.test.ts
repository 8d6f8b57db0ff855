import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestPath } from '../../../src/routing/request-path.ts';

describe('requestPath', () => {
  for (const [raw, path] of [
    ['/', '/'],
    ['/a/.b/..c', '/a/.b/..c'],
    ['/a%2fb', '/a%2Fb'],
    ['/a;b', '/a;b'],
  ] as const) {
    it(`reads ${raw} as ${path}`, () => assert.equal(requestPath(raw), path));
  }

  for (const raw of [
    '',
    'a',
    '*',
    '/.',
    '/a/..',
    '/a/%2e%2E/b',
    '/a%2f..%2fb',
    '/a/..;x/b',
    '/a%5c..',
    '/%00',
    '/a b',
    '/%zz',
  ]) {
    it(`refuses ${JSON.stringify(raw)}`, () => assert.equal(requestPath(raw), null));
  }
});
