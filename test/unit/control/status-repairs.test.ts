import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusRepairs } from '../../../src/control/status-repairs.ts';
import { FakeClock } from './fakes.ts';

const object = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', namespace: 'n', name: 'a' };

function started() {
  const clock = new FakeClock();
  const repaired: string[] = [];
  const repairs = new StatusRepairs({ clock, repair: ({ name }) => repaired.push(name) });
  return { clock, repaired, repairs };
}

test('a damaged status is put right at once, five times a minute for one object, and the rest when the minute ends', () => {
  const { clock, repaired, repairs } = started();
  for (let index = 0; index < 100; index += 1) repairs.damaged(object);
  repairs.damaged({ ...object, name: 'b' });
  assert.deepEqual(repaired, ['a', 'a', 'a', 'a', 'a', 'b']);
  clock.advance(60_000);
  assert.equal(repaired.filter((name) => name === 'a').length, 6);
});

test('nothing is put right after it is cleared', () => {
  const { clock, repaired, repairs } = started();
  for (let index = 0; index < 6; index += 1) repairs.damaged(object);
  repairs.clear();
  assert.equal(clock.pending, 0);
  clock.advance(60_000);
  assert.equal(repaired.length, 5);
});
