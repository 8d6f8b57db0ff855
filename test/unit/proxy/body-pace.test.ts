import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BodyPace } from '../../../src/proxy/body-pace.ts';
import { defaultLimits, keepAliveMsOf, poolIdleMsOf } from '../../../src/proxy/limits.ts';

const limits = { ...defaultLimits, tickMs: 0 };

test('a body of which nothing comes is too slow when its first seconds are over', () => {
  const pace = new BodyPace(limits);
  pace.begin(1_000);
  assert.equal(pace.deadline(1_000), 11_000);
});

test('bytes that came buy time at the smallest rate, and silence ends it sooner', () => {
  const pace = new BodyPace(limits);
  pace.begin(0);
  pace.took(2_400);
  assert.equal(pace.deadline(5_000), 10_000);
  pace.took(2_400);
  assert.equal(pace.deadline(9_000), 20_000);
  pace.took(1_000_000);
  assert.equal(pace.deadline(9_500), 39_500);
});

test('a steady body at the smallest rate may last for hours', () => {
  const pace = new BodyPace(limits);
  pace.begin(0);
  for (let second = 1; second <= 7_200; second++) {
    pace.took(240);
    assert.ok(pace.deadline(second * 1_000) >= second * 1_000, `after ${second} s`);
  }
  assert.equal(pace.deadline(7_200_000), 7_200_000);
});

test('time in which the client is held back does not count', () => {
  const pace = new BodyPace(limits);
  pace.begin(0);
  pace.took(2_400);
  pace.hold(1_000);
  pace.hold(50_000);
  pace.release(101_000);
  pace.release(200_000);
  assert.equal(pace.deadline(101_000), 110_000);
});

test('the next body begins anew', () => {
  const pace = new BodyPace(limits);
  pace.begin(0);
  pace.took(1_000_000);
  pace.hold(10);
  pace.begin(50_000);
  pace.release(70_000);
  assert.equal(pace.deadline(70_000), 60_000);
});

test('either part can be turned off', () => {
  const paceOf = (own: object) => {
    const pace = new BodyPace({ ...limits, ...own });
    pace.begin(0);
    return pace.deadline(1_000);
  };
  assert.equal(paceOf({ bodyRate: 0 }), 31_000);
  assert.equal(paceOf({ bodyIdleMs: 0 }), 10_000);
  assert.equal(paceOf({ bodyIdleMs: 0, bodyRate: 0, tickMs: 500 }), 0);
});

test('keep-alive times are spread by a tenth to either side', () => {
  assert.deepEqual(
    [0, 0.5, 1].map((chance) => keepAliveMsOf(limits, chance)),
    [54_000, 60_000, 66_000],
  );
});

test('an unused upstream connection is closed well before the upstream does it', () => {
  assert.deepEqual(
    [0, 1_000, 10_000, 600_000].map((ms) => poolIdleMsOf(limits, ms)),
    [50_000, 500, 6_000, 50_000],
  );
});
