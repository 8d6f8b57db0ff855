import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../src/model/log.ts';
import { SecretText } from '../../../src/model/secret-text.ts';
import { StapleKeeper } from '../../../src/ocsp/staple-keeper.ts';
import { until } from '../../support/raw/until.ts';
import { FakeClock } from '../control/fakes.ts';
import { TestResponder } from './responder.ts';

const hourMs = 3600 * 1000;

async function world() {
  const clock = new FakeClock();
  const responder = await TestResponder.create(clock.epochMs());
  const leaf = await responder.issue({ url: 'http://ocsp.example.com/' });
  const chain = new SecretText(`${leaf.pem}\n${responder.ca.pem}`);
  const state = { asked: 0, isDown: false };
  const staples: (Uint8Array | null)[] = [];
  const keeper = new StapleKeeper({
    ask: async (_url, body) => {
      state.asked++;
      if (state.isDown) throw new Error('away');
      return responder.answer(body, { untilMs: clock.epochMs() - responder.nowMs + 4 * hourMs });
    },
    onStaple: (_id, staple) => staples.push(staple),
    clock,
    log: silentLog,
  });
  return { clock, chain, state, staples, keeper };
}

test('an answer is stapled, and asked for again at half of its time', async () => {
  const { clock, chain, state, staples, keeper } = await world();
  keeper.update([{ id: 'a', chain }]);
  await until(() => staples.length === 1, 'staple 1');
  assert.notEqual(staples[0], null);
  clock.advance(hourMs);
  assert.equal(state.asked, 1);
  clock.advance(hourMs);
  await until(() => staples.length === 2, 'staple 2');
  assert.equal(state.asked, 2);
  keeper.stop();
});

test('while no new answer can be had the old one stands, until it is out of date', async () => {
  const { clock, chain, state, staples, keeper } = await world();
  keeper.update([{ id: 'a', chain }]);
  await until(() => staples.length === 1, 'staple 1');
  state.isDown = true;
  for (let minutes = 0; minutes < 239; minutes++) {
    clock.advance(60_000);
    await new Promise(setImmediate);
  }
  assert.equal(staples.length, 1);
  clock.advance(60_000);
  await until(() => staples.length === 2, 'staple 2');
  assert.equal(staples[1], null);
  keeper.stop();
});

test('a certificate that went is asked for no more', async () => {
  const { clock, chain, state, staples, keeper } = await world();
  keeper.update([{ id: 'a', chain }]);
  await until(() => staples.length === 1, 'staple 1');
  keeper.update([]);
  clock.advance(10 * hourMs);
  await new Promise(setImmediate);
  assert.equal(state.asked, 1);
  keeper.stop();
});
