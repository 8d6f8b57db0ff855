import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budgets, budget } from '../../../../src/proxy/http2/budgets.ts';

/** How often something is granted before it is refused. */
function granted(budgets: Budgets, which: number, nowMs: number): number {
  let count = 0;
  while (count < 5_000 && budgets.spend(which, 1, nowMs)) count++;
  return count;
}

test('a thousand resets at once, then 33 in each second', () => {
  const budgets = new Budgets(5_000);
  assert.equal(granted(budgets, budget.resets, 5_000), 1_000);
  assert.equal(granted(budgets, budget.resets, 6_000), 32);
  assert.equal(granted(budgets, budget.resets, 8_000), 65);
});

test('no budget grows above what it began with', () => {
  for (const which of Object.values(budget)) {
    const atOnce = granted(new Budgets(0), which, 0);
    assert.equal(granted(new Budgets(0), which, 86_400_000), atOnce);
  }
});

test('what is sent earns updates of windows, unless the peer has cut it small', () => {
  const budgets = new Budgets(0);
  granted(budgets, budget.windowUpdates, 0);
  for (let index = 0; index < 10; index++) budgets.dataSent(100, true);
  assert.equal(budgets.spend(budget.windowUpdates, 1, 0), false);
  for (let index = 0; index < 10; index++) budgets.dataSent(100, false);
  assert.equal(granted(budgets, budget.windowUpdates, 0), 98);
  for (let index = 0; index < 10; index++) budgets.dataSent(16_384, true);
  assert.equal(granted(budgets, budget.windowUpdates, 0), 99);
});
