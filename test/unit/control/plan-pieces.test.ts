import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { piecesOf } from '../../../src/control/plan-pieces.ts';
import type { PlanMiddleware, PlanRoute, PlanService } from '../../../src/model/plan.ts';
import type { PlanDelta } from '../../../src/model/plan-delta.ts';
import type { PlanIndex } from '../../../src/routing/plan-index.ts';
import { Table } from '../../../src/routing/table.ts';
import { anyRoute, anyView } from '../routing/arbitraries.ts';

const serviceKeys = ['default/one:80', 'default/two:80'];
const middlewareIds = ['default/one', 'default/two'];

/** What stands in a plan, by key; `removed` of an earlier state follows from a later one. */
interface State {
  readonly routes: readonly PlanRoute[];
  readonly services: readonly PlanService[];
  readonly middlewares: readonly PlanMiddleware[];
}

const anyState: fc.Arbitrary<State> = fc.record({
  routes: fc.uniqueArray(anyRoute, { maxLength: 40, selector: (route) => route.id, size: 'max' }),
  services: fc
    .subarray(serviceKeys)
    .map((keys) => keys.map((key) => ({ key, namespace: 'default', name: 'one', port: 80 }))),
  middlewares: fc
    .tuple(fc.subarray(middlewareIds), fc.constantFrom('/p', '/q'))
    .map(([ids, prefix]) => ids.map((id) => ({ id, middleware: { kind: 'addPrefix', prefix } }))),
});

function list<Entry>(before: readonly Entry[], now: readonly Entry[], keyOf: (entry: Entry) => string) {
  const keys = new Set(now.map(keyOf));
  return { set: now, removed: before.map(keyOf).filter((key) => !keys.has(key)) };
}

function deltaBetween(before: State, now: State, since: number): PlanDelta {
  return {
    generation: since + 1,
    since,
    routes: list(before.routes, now.routes, (route) => route.id),
    services: list(before.services, now.services, (service) => service.key),
    middlewares: list(before.middlewares, now.middlewares, (middleware) => middleware.id),
  };
}

const nothing: State = { routes: [], services: [], middlewares: [] };

/** What an action was compiled from. */
function describeAction(route: PlanRoute, plan: PlanIndex): string {
  const targets = route.action.kind === 'forward' ? route.action.targets : [];
  const services = targets.map(({ service }) => plan.service(service) ?? null);
  return JSON.stringify([route.id, services, route.middlewares.map((id) => plan.middleware(id) ?? null)]);
}

function applied(table: Table<string>, delta: PlanDelta, length: number): Table<string> {
  let next = table;
  for (const { text } of piecesOf(delta, length)) {
    next = next.apply(JSON.parse(text) as PlanDelta, describeAction);
  }
  return next;
}

describe('pieces of a plan', () => {
  it('come to the same as the whole, whatever their size, and touch no table that is in use', () => {
    const property = fc.property(
      fc.array(anyState, { minLength: 1, maxLength: 4 }),
      fc.array(anyView, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(1, 300, 2_000, 100_000),
      (states, views, length) => {
        let whole = Table.empty<string>();
        let cut = Table.empty<string>();
        let before = nothing;
        for (const state of states) {
          const delta = deltaBetween(before, state, whole.generation);
          const answers = views.map((view) => cut.match(view)?.action);
          const next = applied(cut, delta, length);
          assert.deepEqual(
            views.map((view) => cut.match(view)?.action),
            answers,
          );
          whole = whole.apply(delta, describeAction);
          cut = next;
          before = state;
          assert.equal(cut.generation, whole.generation);
          // Of the routes of all states: those that went must be gone.
          for (const { id } of states.flatMap(({ routes }) => routes))
            assert.equal(cut.route(id)?.action, whole.route(id)?.action);
          for (const view of views) assert.equal(cut.match(view)?.action, whole.match(view)?.action);
        }
        // Who begins anew from everything, as after a crash, stands where the others do.
        const anew = applied(
          Table.empty<string>(),
          { ...deltaBetween(nothing, before, 0), generation: whole.generation },
          length,
        );
        assert.equal(anew.generation, whole.generation);
        for (const view of views) assert.equal(anew.match(view)?.action, whole.match(view)?.action);
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  it('are no longer than asked for, but for one entry that is, and only the last changes the generation', () => {
    const route = (index: number, padding: string) =>
      ({ id: `r${index}`, match: 'x'.repeat(10_000), path: 'spec', createdAt: padding }) as PlanRoute;
    const routes = [route(0, ''), route(1, 'y'.repeat(5_000)), route(2, ''), route(3, '')];
    const pieces = piecesOf(deltaBetween(nothing, { ...nothing, routes }, 6), 120);
    const deltas = pieces.map(({ text }) => JSON.parse(text) as PlanDelta);
    assert.deepEqual(
      deltas.map((delta) => delta.routes.set.map(({ id }) => id)),
      [['r0'], ['r1'], ['r2', 'r3']],
    );
    assert.deepEqual(
      deltas.map(({ since, generation }) => [since, generation]),
      [
        [6, 6],
        [6, 6],
        [6, 7],
      ],
    );
    assert.deepEqual(
      pieces.map(({ last }) => last),
      [false, false, true],
    );
  });

  it('of nothing are one, which makes the generation live', () => {
    const pieces = piecesOf(deltaBetween(nothing, nothing, 0));
    assert.equal(pieces.length, 1);
    assert.equal((JSON.parse(pieces[0]?.text ?? '') as PlanDelta).generation, 1);
    assert.equal(pieces[0]?.last, true);
  });
});
