import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortAge, shortDuration } from '../../../../src/devcluster/tables/age.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test('lengths of time are as short as kubectl makes them', () => {
  const samples: [number, string][] = [
    [-2 * second, '<invalid>'],
    [-second, '0s'],
    [0, '0s'],
    [999, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [200 * second, '3m20s'],
    [10 * minute + 5 * second, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 5 * minute, '7h5m'],
    [8 * hour + 5 * minute, '8h'],
    [47 * hour, '47h'],
    [51 * hour, '2d3h'],
    [3 * day, '3d'],
    [8 * day + hour, '8d'],
    [729 * day, '729d'],
    [731 * day, '2y1d'],
    [2 * 365 * day, '2y'],
    [9 * 365 * day + day, '9y'],
  ];
  for (const [length, text] of samples) assert.equal(shortDuration(length), text);
});

test('ages are counted from a time, or from its text', () => {
  const now = new Date('2030-01-01T00:00:10Z');
  assert.equal(shortAge('2030-01-01T00:00:00Z', now), '10s');
  assert.equal(shortAge(new Date('2030-01-01T00:00:05Z'), now), '5s');
  assert.equal(shortAge('yesterday', now), '<invalid>');
  for (const none of [null, undefined, '']) assert.equal(shortAge(none, now), '<unknown>');
});
