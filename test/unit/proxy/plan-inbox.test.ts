import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { PlanDelta } from '../../../src/model/plan-delta.ts';
import type { PlanPiece } from '../../../src/model/thread-message.ts';
import { PlanInbox } from '../../../src/proxy/plan-inbox.ts';

const nothing = { set: [], removed: [] };

function piece(since: number, generation: number, last: boolean): PlanPiece {
  const delta: PlanDelta = { since, generation, routes: nothing, services: nothing, middlewares: nothing };
  return { kind: 'planPiece', text: JSON.stringify(delta), last };
}

const one = { address: '192.0.2.1', port: 80, ready: true, serving: true, terminating: false };

describe('PlanInbox', () => {
  let done: string[];
  let turns: (() => void)[];
  let inbox: PlanInbox;

  beforeEach(() => {
    done = [];
    turns = [];
    inbox = new PlanInbox({
      build: ({ since, generation }, last) => done.push(`${since} to ${generation}${last ? ', live' : ''}`),
      setEndpoints: (services, removed) => {
        if (services.length > 0) done.push(`endpoints of ${services.map(({ service }) => service)}`);
        if (removed.length > 0) done.push(`no endpoints of ${removed}`);
      },
      later: (work) => turns.push(work),
    });
  });

  function turn(): void {
    assert.equal(turns.length, 1, 'one piece of work waits');
    turns.shift()?.();
  }

  it('builds a plan that is one piece at once', () => {
    inbox.plan(piece(1, 2, true));
    assert.deepEqual(done, ['1 to 2, live']);
    assert.deepEqual(turns, []);
    assert.equal(inbox.isBusy, false);
  });

  it('builds one piece in each turn, and a delta that comes meanwhile after the one before', () => {
    inbox.plan(piece(0, 0, false));
    inbox.plan(piece(0, 1, true));
    inbox.plan(piece(1, 2, true));
    assert.deepEqual(done, []);
    turn();
    assert.deepEqual(done, ['0 to 0']);
    turn();
    turn();
    assert.deepEqual(done, ['0 to 0', '0 to 1, live', '1 to 2, live']);
    assert.deepEqual(turns, []);
    inbox.plan(piece(2, 3, true));
    assert.equal(done.at(-1), '2 to 3, live');
  });

  it('takes endpoints at once, but takes none away before the plan that says so is live', () => {
    inbox.plan(piece(1, 1, false));
    inbox.plan(piece(1, 2, true));
    inbox.endpoints([], ['left', 'back']);
    inbox.endpoints([{ service: 'back', endpoints: [one] }], []);
    assert.deepEqual(done, ['endpoints of back']);
    turn();
    turn();
    turn();
    assert.deepEqual(done.slice(1), ['1 to 1', '1 to 2, live', 'no endpoints of left']);
    assert.equal(inbox.isBusy, false);
    inbox.endpoints([{ service: 'new', endpoints: [] }], ['gone']);
    assert.deepEqual(done.slice(4), ['endpoints of new', 'no endpoints of gone']);
  });

  it('does what belongs to a plan at once, or after the plans that came before it', () => {
    inbox.inOrder(() => done.push('first'));
    inbox.plan(piece(1, 1, false));
    inbox.plan(piece(1, 2, true));
    inbox.inOrder(() => done.push('second'));
    assert.deepEqual(done, ['first']);
    turn();
    turn();
    turn();
    assert.deepEqual(done, ['first', '1 to 1', '1 to 2, live', 'second']);
    assert.equal(inbox.isBusy, false);
  });
});
