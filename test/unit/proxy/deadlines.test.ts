import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines, type Timed } from '../../../src/proxy/deadlines.ts';
import { until } from '../../support/raw/until.ts';

function timed(name: string, expired: string[]): Timed {
  return { deadline: 0, slot: -1, expire: () => expired.push(name) };
}

test('a deadline expires once, never early, and others stay', () => {
  let now = 0;
  const deadlines = new Deadlines(10, () => now);
  const expired: string[] = [];
  const [a, b] = [timed('a', expired), timed('b', expired)];
  deadlines.add(a);
  deadlines.add(b);
  a.deadline = deadlines.after(100);
  b.deadline = deadlines.after(200);
  now = 99;
  deadlines.tick();
  assert.deepEqual(expired, []);
  now = 120;
  deadlines.tick();
  deadlines.tick();
  assert.deepEqual(expired, ['a']);
  now = 300;
  deadlines.tick();
  assert.deepEqual(expired, ['a', 'b']);
  deadlines.stop();
});

test('entries may leave while others expire', () => {
  let now = 0;
  const deadlines = new Deadlines(10, () => now);
  const expired: string[] = [];
  const entries = ['a', 'b', 'c', 'd'].map((name) => timed(name, expired));
  for (const entry of entries) {
    deadlines.add(entry);
    entry.deadline = 1;
    const { expire } = entry;
    entry.expire = () => {
      expire();
      deadlines.remove(entry);
    };
  }
  now = 50;
  deadlines.tick();
  assert.deepEqual(expired.toSorted(), ['a', 'b', 'c', 'd']);
  assert.equal(deadlines.size, 0);
  deadlines.stop();
});

test('without entries there is no timer', () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const deadlines = new Deadlines(10);
  assert.equal(timers(), before);
  const entry = timed('a', []);
  deadlines.add(entry);
  deadlines.remove(entry);
  deadlines.remove(entry);
  assert.equal(timers(), before);
});

test('thousands that are due at once expire over several turns of the event loop, each of them once', async () => {
  let now = 0;
  const deadlines = new Deadlines(10_000, () => now);
  const expired: string[] = [];
  for (let index = 0; index < 2_000; index++) {
    const entry = timed(String(index), expired);
    entry.expire = () => {
      expired.push(String(index));
      deadlines.remove(entry);
    };
    deadlines.add(entry);
    entry.deadline = deadlines.after(100);
  }
  now = 60_000;
  deadlines.tick();
  deadlines.tick();
  assert.ok(expired.length > 0 && expired.length < 100, `${expired.length} in one turn`);
  await until(() => deadlines.size === 0, 'all to expire');
  assert.equal(new Set(expired).size, 2_000);
  assert.equal(expired.length, 2_000);
});
