import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createController, defaultTiming } from '../../../src/control/controller.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import type { Endpoint } from '../../../src/model/endpoint.ts';
import { silentLog } from '../../../src/model/log.ts';
import type { ListDelta } from '../../../src/model/plan-delta.ts';
import type { ToProxyThread } from '../../../src/model/thread-message.ts';
import { endpointsOf } from '../../../src/translate/endpoints.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { ingressRoute, options, service, slice } from '../translate/objects.ts';
import { anyEdit, type Edit } from '../translate/random-cluster.ts';
import { FakeClock, FakeSource, FakeThread } from './fakes.ts';

/** A proxy thread that keeps what it is told, and finds fault with what does not fit. */
class ModelThread extends FakeThread {
  generation = 0;
  readonly routes = new Map<string, unknown>();
  readonly services = new Map<string, unknown>();
  readonly middlewares = new Map<string, unknown>();
  readonly endpoints = new Map<string, readonly Endpoint[]>();

  override post(message: ToProxyThread): void {
    if (message.kind === 'endpoints') {
      for (const one of message.services) this.endpoints.set(one.service, one.endpoints);
      for (const key of message.removed) {
        assert.ok(!this.services.has(key), 'a service is in the plan while its endpoints go');
        this.endpoints.delete(key);
      }
    }
    if (message.kind !== 'plan') return;
    const { delta } = message;
    assert.equal(delta.since, this.generation, 'a delta starts where the thread stands');
    apply(this.routes, delta.routes, (one) => one.id);
    apply(this.services, delta.services, (one) => one.key);
    apply(this.middlewares, delta.middlewares, (one) => one.id);
    this.generation = delta.generation;
    for (const key of this.services.keys())
      assert.ok(this.endpoints.has(key), 'endpoints come before the plan');
    this.say({ kind: 'live', generation: delta.generation });
  }
}

function apply<Entry>(
  known: Map<string, unknown>,
  delta: ListDelta<Entry, string>,
  keyOf: (entry: Entry) => string,
): void {
  for (const key of delta.removed) known.delete(key);
  for (const entry of delta.set) known.set(keyOf(entry), structuredClone(entry));
}

const anySlice: fc.Arbitrary<KubeObject> = fc
  .record({
    name: fc.constantFrom('x', 'y'),
    service: fc.constantFrom('a', 'b'),
    last: fc.nat(3),
    ready: fc.boolean(),
  })
  .map(({ name, service, last, ready }) =>
    slice(name, service, {
      ports: [{ port: 8080 }],
      endpoints: [{ addresses: [`10.0.0.${last}`], conditions: { ready } }],
    }),
  );

/** Objects that fit together more often than not, so that services enter and leave the plan. */
const likely: fc.Arbitrary<Edit> = fc
  .record({
    object: fc.oneof(
      anySlice,
      fc.constantFrom('a', 'b').map((name) => service(name)),
      fc
        .record({ name: fc.constantFrom('r', 's'), to: fc.constantFrom('a', 'b') })
        .map(({ name, to }) =>
          ingressRoute(name, { routes: [{ match: 'Host(`a`)', services: [{ name: to, port: 80 }] }] }),
        ),
    ),
    kind: fc.constantFrom('set' as const, 'set' as const, 'delete' as const),
  })
  .map((edit): Edit => edit);

type Step =
  | { readonly kind: 'edits'; readonly edits: readonly Edit[] }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'crash'; readonly index: number }
  | { readonly kind: 'sync' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(fc.oneof({ weight: 1, arbitrary: anyEdit }, { weight: 3, arbitrary: likely }), {
        minLength: 1,
        maxLength: 4,
      })
      .map((edits): Step => ({ kind: 'edits', edits })),
  },
  { weight: 4, arbitrary: fc.nat(120).map((ms): Step => ({ kind: 'wait', ms })) },
  { weight: 1, arbitrary: fc.nat(1).map((index): Step => ({ kind: 'crash', index })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'sync' }) },
);

function run(steps: readonly Step[]) {
  const clock = new FakeClock();
  const source = new FakeSource();
  const threads: ModelThread[] = [];
  const controller = createController({
    source,
    translate: options,
    threads: {
      count: 2,
      spawn: (index, ports) => {
        const thread = new ModelThread(index, ports);
        threads[index] = thread;
        return thread;
      },
    },
    publishedAddresses: () => null,
    listeners: {},
    clock,
    log: silentLog,
    timing: defaultTiming,
  });
  threads[0]?.say({ kind: 'listening', ports: {} });
  for (const step of steps) {
    if (step.kind === 'wait') clock.advance(step.ms);
    else if (step.kind === 'crash') threads[step.index]?.crash();
    else if (step.kind === 'sync') source.sync();
    else {
      for (const { kind, object } of step.edits) {
        if (kind === 'set') source.put(clock.monotonicMs(), object);
        else source.drop(clock.monotonicMs(), object);
      }
    }
  }
  source.sync();
  clock.advance(60_000);
  return { controller, source, threads };
}

test('whatever happens and whenever, all threads end with the plan and the endpoints of the cluster', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
      const { controller, source, threads } = run(steps);
      const fresh = new Translator(options);
      fresh.update(source, 'everything');
      const plan = fresh.plan();
      assert.deepEqual(controller.plan(), plan);
      assert.equal(controller.liveGeneration, controller.generation);
      const endpoints = plan.services.map((one) => [one.key, endpointsOf(one, source)] as const);
      for (const thread of threads) {
        assert.deepEqual(thread.routes, new Map(plan.routes.map((one) => [one.id, one])));
        assert.deepEqual(thread.services, new Map(plan.services.map((one) => [one.key, one])));
        assert.deepEqual(thread.middlewares, new Map(plan.middlewares.map((one) => [one.id, one])));
        assert.deepEqual(thread.endpoints, new Map(endpoints));
      }
      const empty = controller.diagnostics().filter((one) => one.code === 'NoEndpoints');
      assert.equal(empty.length, endpoints.filter(([, some]) => !some.some((one) => one.ready)).length);
      const others = controller.diagnostics().filter((one) => one.code !== 'NoEndpoints');
      assert.deepEqual(others, fresh.diagnostics());
      controller.stop();
    }),
    { numRuns: 300 },
  );
});
