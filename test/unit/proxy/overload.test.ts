import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Overload } from '../../../src/proxy/overload.ts';
import { closedLoop, openLoop, Simulation } from './simulated-loop.ts';

/** Milliseconds that a request costs in these tests, so that 1,000 requests a second are all that can be done. */
const cost = 1;

function simulate(refusalCost = 0.03): Simulation {
  return new Simulation(new Overload(100), { cost, refusalCost });
}

describe('Overload', () => {
  for (const [load, least] of [
    [1.5, 0.93],
    [3, 0.93],
    [5, 0.85],
  ] as const) {
    it(`serves nearly all that it can at ${load} times its capacity, and keeps turns short`, () => {
      const simulation = simulate();
      openLoop(simulation, load, 2_000);
      simulation.forget();
      openLoop(simulation, load, 8_000);
      assert.ok(simulation.served / 8_000 >= least, `served ${simulation.served}`);
      assert.ok(simulation.refused > 0);
      assert.ok(simulation.longestTurn < 5, `a turn took ${simulation.longestTurn}`);
    });
  }

  it('refuses nothing below capacity', () => {
    const simulation = simulate();
    openLoop(simulation, 0.95, 20_000);
    assert.equal(simulation.refused, 0);
  });

  it('refuses nothing of clients that wait for their answers, as long as the delay is under the limit', () => {
    for (const clients of [1, 64, 90]) {
      const simulation = simulate();
      closedLoop(simulation, clients, 20_000);
      assert.equal(simulation.refused, 0, `with ${clients} clients`);
      assert.ok(simulation.served > 19_000);
    }
  });

  it('refuses nothing for a pause inside a turn, nor while its backlog is worked off', () => {
    const simulation = simulate();
    openLoop(simulation, 0.8, 3_000);
    simulation.pauseInNextTurn(1_000);
    openLoop(simulation, 0.8, 10_000);
    assert.ok(simulation.longestTurn >= 1_000);
    assert.equal(simulation.refused, 0);
  });

  it('refuses nothing for pauses inside many turns', () => {
    const simulation = simulate();
    for (let turn = 0; turn < 30; turn++) {
      simulation.arrive(10);
      simulation.pauseInNextTurn(150);
      simulation.turn();
    }
    assert.equal(simulation.refused, 0);
    assert.ok(simulation.now > 30 * 150);
  });

  it('refuses nothing for a pause between turns that it was told of', () => {
    const simulation = simulate();
    openLoop(simulation, 0.8, 3_000);
    simulation.pause(1_000, 0.8);
    openLoop(simulation, 0.8, 10_000);
    assert.ok(simulation.longestTurn >= 700);
    assert.equal(simulation.refused, 0);
  });

  it('refuses nothing to a burst that is soon worked off', () => {
    const simulation = simulate();
    openLoop(simulation, 0.5, 1_000);
    simulation.arrive(400);
    openLoop(simulation, 0.5, 5_000);
    assert.equal(simulation.refused, 0);
  });

  it('refuses within two thirds of a second where the load stays at 3 times the capacity', () => {
    const simulation = simulate();
    while (simulation.refused === 0 && simulation.now < 5_000) openLoop(simulation, 3, 1);
    assert.ok(simulation.now < 667, `after ${simulation.now}`);
  });

  it('serves all again within two seconds of the load going down', () => {
    const simulation = simulate();
    openLoop(simulation, 3, 5_000);
    assert.ok(simulation.overload.isRefusing);
    openLoop(simulation, 0.8, 2_000);
    assert.ok(!simulation.overload.isRefusing);
    simulation.forget();
    openLoop(simulation, 0.8, 5_000);
    assert.equal(simulation.refused, 0);
  });

  it('serves the first burst after a silence', () => {
    const simulation = simulate();
    openLoop(simulation, 3, 5_000);
    assert.ok(simulation.overload.isRefusing);
    simulation.rest(3_000);
    simulation.forget();
    simulation.arrive(50);
    openLoop(simulation, 0.5, 1_000);
    assert.equal(simulation.refused, 0);
  });

  it('is not kept up by clients that ask again at once', () => {
    const simulation = simulate();
    openLoop(simulation, 3, 5_000);
    simulation.forget();
    closedLoop(simulation, 64, 12_000);
    assert.ok(simulation.refused > 0);
    assert.ok(!simulation.overload.isRefusing);
  });

  it('tries seldom to serve all while the overload goes on', () => {
    const simulation = simulate();
    openLoop(simulation, 3, 2_000);
    let trials = 0;
    let was = true;
    while (simulation.now < 200_000) {
      openLoop(simulation, 3, 1);
      if (was && !simulation.overload.isRefusing) trials++;
      was = simulation.overload.isRefusing;
    }
    assert.ok(trials >= 3 && trials <= 6, `${trials} trials`);
  });

  it('ends a trial soon where it finds the overload still there', () => {
    const simulation = simulate();
    openLoop(simulation, 3, 2_000);
    while (simulation.overload.isRefusing) openLoop(simulation, 3, 1);
    const begin = simulation.now;
    while (!simulation.overload.isRefusing) openLoop(simulation, 3, 1);
    assert.ok(begin < 12_000 && simulation.now - begin < 400, `from ${begin} to ${simulation.now}`);
  });

  it('always takes a request that is alone in its turn', () => {
    const simulation = new Simulation(new Overload(100), { cost: 50, refusalCost: 0.03 });
    openLoop(simulation, 0.06, 5_000);
    assert.ok(simulation.overload.isRefusing);
    simulation.forget();
    openLoop(simulation, 0.06, 5_000);
    assert.ok(simulation.served >= 80, `served ${simulation.served}`);
  });

  it('takes a time before the last one, as that of a slow head, for now', () => {
    const overload = new Overload(100);
    assert.equal(overload.refuses(1_000), false);
    for (let count = 0; count < 1_000; count++) assert.equal(overload.refuses(-1e9), false);
    overload.turnEnded(1_001);
    assert.equal(overload.turnMs, 1);
    assert.equal(overload.isTurnOpen, false);
  });

  it('is not led astray by slow heads', () => {
    const overload = new Overload(100);
    let now = 0;
    for (let turn = 0; turn < 5; turn++) {
      for (let count = 0; count < 200; count++, now++) {
        overload.refuses(now);
        overload.refuses(now - 10_000);
      }
      overload.turnEnded(now);
    }
    assert.ok(overload.isRefusing);
  });
});
