import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../../src/model/duration.ts';

for (const [text, ms] of [
  ['0', 0],
  ['0s', 0],
  ['5', 5_000],
  [5, 5_000],
  ['500ms', 500],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['1us', 1],
  ['1µs999ns', 1],
  ['1ms1ns', 2],
] as const) {
  test(`${JSON.stringify(text)} is ${ms} ms`, () => {
    assert.equal(parseDuration(text), ms);
  });
}

for (const text of [
  '',
  's',
  '-1s',
  '1.5s',
  '1m30',
  '1 s',
  '1d',
  '1S',
  '9'.repeat(30),
  `${'1s'.repeat(40)}`,
  -1,
  0.0005,
  1e300,
]) {
  test(`${JSON.stringify(text)} is no duration`, () => {
    assert.equal(parseDuration(text), null);
  });
}

test('what is written can be read again', () => {
  fc.assert(fc.property(fc.nat(2_000_000_000), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)));
  assert.deepEqual([0, 500, 60_000, 90_000, 7_200_000].map(formatDuration), [
    '0',
    '500ms',
    '1m',
    '90s',
    '2h',
  ]);
});
