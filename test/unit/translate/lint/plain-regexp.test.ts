import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PatternRule } from '../../../../src/model/rule.ts';
import { plainMatcher } from '../../../../src/translate/lint/plain-regexp.ts';

const host = (pattern: string): PatternRule => ({ kind: 'hostRegexp', pattern });
const path = (pattern: string): PatternRule => ({ kind: 'pathRegexp', pattern });

for (const [rule, plain] of [
  [host('^a\\.example\\.com$'), 'Host(`a.example.com`)'],
  [host('^[^.]+\\.example\\.com$'), 'Host(`*.example.com`)'],
  [host('^a.example.com$'), null],
  [host('a\\.example\\.com$'), null],
  [host('^a\\.example\\.com'), null],
  [host('^A\\.example\\.com$'), null],
  [path('^/foo'), 'PathPrefix(`/foo`)'],
  [path('^/foo$'), 'Path(`/foo`)'],
  [path('^/a\\$'), 'PathPrefix(`/a$`)'],
  [path('^/a\\\\$'), 'Path(`/a\\`)'],
  [path('^/a\\d$'), null],
  [path('^/a|/b'), null],
  [path('^foo'), null],
  [path('^/fo?o'), null],
  [path('^'), null],
  [path('^/a`'), null],
  [{ kind: 'headerRegexp', name: 'x-a', pattern: '^1$' }, 'Header(`x-a`, `1`)'],
  [{ kind: 'headerRegexp', name: 'x-a', pattern: '^1' }, null],
  [{ kind: 'queryRegexp', key: 'q', pattern: '^1$' }, 'Query(`q`, `1`)'],
  [{ kind: 'queryRegexp', key: 'q', pattern: '^$' }, null],
] as const satisfies readonly (readonly [PatternRule, string | null])[]) {
  test(`${rule.kind} ${rule.pattern} is ${plain ?? 'no plain matcher'}`, () => {
    assert.equal(plainMatcher(rule), plain);
  });
}
