import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Coalescer } from '../../../src/control/coalesce.ts';
import { FakeClock } from './fakes.ts';

function started(): { clock: FakeClock; coalescer: Coalescer; runs: number[] } {
  const clock = new FakeClock();
  const runs: number[] = [];
  const run = (): void => {
    runs.push(clock.monotonicMs() - 1000);
  };
  return { clock, runs, coalescer: new Coalescer({ quietMs: 5, maxDelayMs: 20, clock, run }) };
}

test('a single touch runs once, after the quiet period', () => {
  const { clock, coalescer, runs } = started();
  coalescer.touch();
  clock.advance(100);
  assert.deepEqual(runs, [5]);
});

test('touches that follow each other run once, after the last', () => {
  const { clock, coalescer, runs } = started();
  coalescer.touch();
  clock.advance(3);
  coalescer.touch();
  clock.advance(3);
  coalescer.touch();
  clock.advance(100);
  assert.deepEqual(runs, [11]);
});

test('a storm does not wait longer than the maximum delay', () => {
  const { clock, coalescer, runs } = started();
  for (let at = 0; at < 40; at++) {
    coalescer.touch();
    clock.advance(1);
  }
  clock.advance(100);
  assert.equal(runs[0], 20);
  assert.equal(runs.length, 2);
});

test('nothing runs after stop', () => {
  const { clock, coalescer, runs } = started();
  coalescer.touch();
  coalescer.stop();
  coalescer.touch();
  clock.advance(100);
  assert.deepEqual(runs, []);
  assert.equal(clock.pending, 0);
});
