import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reconciler } from '../../../src/control/reconciler.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { silentLog } from '../../../src/model/log.ts';
import type { RequestView } from '../../../src/model/request-view.ts';
import type { ToProxyThread } from '../../../src/model/thread-message.ts';
import { Table } from '../../../src/routing/table.ts';
import { Translator } from '../../../src/translate/translator.ts';
import {
  ingress,
  ingressClass,
  ingressRoute,
  middleware,
  options,
  service,
  simpleIngress,
  slice,
} from '../translate/objects.ts';
import { FakeClock, FakeSource } from './fakes.ts';

const older = { creationTimestamp: '2025-01-01T00:00:00Z' };
const route = (match: string, name: string, more: object = {}) => ({
  match,
  services: [{ name, port: 80 }],
  ...more,
});
const toPort80 = (name: string) => ({ service: { name, port: { number: 80 } } });

/** The states that the objects pass through, each in order; the last is what stays, and undefined is none. */
const lives: readonly (readonly [KubeObject, ...(KubeObject | undefined)[]])[] = [
  [
    ingressClass('fairlead', 'fairlead.dev/ingress-controller'),
    ingressClass('fairlead', 'else/where'),
    ingressClass('fairlead', 'fairlead.dev/ingress-controller', true),
  ],
  [service('one'), undefined, service('one', [{ port: 80 }, { port: 81 }])],
  [service('two', [{ port: 80 }])],
  [service('gone'), undefined],
  [slice('one-x', 'one', { ports: [{ port: 80 }], endpoints: [{ addresses: ['10.0.0.1'] }] })],
  [slice('two-x', 'two', { ports: [{ port: 80 }], endpoints: [{ addresses: ['10.0.0.2'] }] }), undefined],
  [
    middleware('strip', { stripPrefix: { prefixes: ['/a'] } }),
    undefined,
    middleware('strip', { stripPrefix: { prefixes: ['/b'] } }),
  ],
  [middleware('lost', { addPrefix: { prefix: '/x' } }), undefined],
  [simpleIngress('same-a', 'a.test', '/same', 'one')],
  [simpleIngress('same-b', 'a.test', '/same', 'two')],
  [simpleIngress('moved', 'b.test', '/', 'one'), simpleIngress('moved', 'a.test', '/moved', 'two')],
  [simpleIngress('removed', 'a.test', '/same', 'one'), undefined],
  [
    ingress(
      'older',
      {
        ingressClassName: 'fairlead',
        rules: [
          {
            host: 'a.test',
            http: { paths: [{ path: '/same', pathType: 'Prefix', backend: toPort80('two') }] },
          },
        ],
      },
      older,
    ),
  ],
  [ingress('fallback', { defaultBackend: toPort80('one') })],
  [
    ingress('wild', {
      ingressClassName: 'fairlead',
      rules: [
        {
          host: '*.test',
          http: { paths: [{ path: '/much/longer/than/that', pathType: 'Exact', backend: toPort80('two') }] },
        },
      ],
    }),
  ],
  [
    ingressRoute('mixed', {
      routes: [
        route('Host(`a.test`) && PathPrefix(`/same`)', 'one'),
        route('Host(`a.test`) && PathPrefix(`/same`)', 'two', { middlewares: [{ name: 'strip' }] }),
      ],
    }),
  ],
  [
    ingressRoute('broken', {
      routes: [
        route('Host(`b.test`)', 'gone'),
        route('PathPrefix(`/lost`)', 'one', { middlewares: [{ name: 'lost' }] }),
      ],
    }),
  ],
  [
    ingressRoute('again', { routes: [route('PathPrefix(`/x`)', 'one')] }),
    undefined,
    ingressRoute('again', { routes: [route('PathPrefix(`/`)', 'two', { priority: 15 })] }),
  ],
  [ingressRoute('bad', { routes: [route('Nope(`', 'one'), route('Path(`/ok`)', 'one')] })],
  [ingressRoute('equal', { routes: [route('PathPrefix(`/`)', 'one', { priority: 15 })] })],
];

const views = ['a.test', 'b.test', 'c.test', ''].flatMap((host) =>
  ['/', '/same', '/same/x', '/moved', '/lost', '/ok', '/x', '//same', '/SAME', '/much/longer/than/that'].map(
    (path): RequestView => ({
      entryPoint: 'web',
      host,
      path,
      query: '',
      method: 'GET',
      clientIp: '192.0.2.1',
      header: () => [],
    }),
  ),
);

/** What a table does with every view. */
function answersOf(table: Table<string>): string {
  return JSON.stringify(
    views.map((view) => {
      const found = table.match(view);
      return found === undefined
        ? null
        : [found.id, found.action, table.ambiguity(view, found.route)?.reading];
    }),
  );
}

/** A generator of whole numbers below `limit`, always the same for a seed (mulberry32). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** One run through all lives in an order of its own, with the first sync and any number of builds somewhere on the way. */
function play(random: (limit: number) => number) {
  const clock = new FakeClock();
  const source = new FakeSource();
  let table = Table.empty<string>();
  const post = (message: ToProxyThread): void => {
    if (message.kind !== 'plan') return;
    table = table.apply(message.delta, (planned, plan) =>
      JSON.stringify(planned.middlewares.map((id) => plan.middleware(id) ?? null)),
    );
  };
  const ignore = (): void => {};
  const reconciler = new Reconciler({
    source,
    translate: options,
    clock,
    log: silentLog,
    quietMs: 5,
    maxDelayMs: 50,
    post,
    onBuilt: ignore,
    onDiagnostics: ignore,
    onEndpoints: ignore,
  });
  reconciler.start();
  const waiting = lives.map((states) => ({ states, next: 0 }));
  while (waiting.length > 0) {
    const index = random(waiting.length);
    const life = waiting[index];
    if (life === undefined) break;
    const object = life.states[life.next];
    const now = clock.monotonicMs();
    if (object === undefined) source.drop(now, life.states[0]);
    else source.put(now, object);
    life.next += 1;
    if (life.next === life.states.length) waiting.splice(index, 1);
    if (random(12) === 0) source.sync();
    if (random(5) === 0) clock.advance(random(60));
  }
  source.sync();
  clock.advance(1_000);
  reconciler.stop();
  return { plan: reconciler.plan(), table, source };
}

test('events in a thousand random orders end in byte-identical plans and the same answers', () => {
  const first = play(randomFrom(0));
  const plan = JSON.stringify(first.plan);
  const fresh = new Translator(options);
  fresh.update(first.source, 'everything');
  assert.equal(JSON.stringify(fresh.plan()), plan);
  assert.equal(first.plan.routes.length, 13);
  const none = { set: [], removed: [] };
  const rest = {
    services: { ...none, set: first.plan.services },
    middlewares: { ...none, set: first.plan.middlewares },
  };
  const built = Table.empty<string>().apply(
    { generation: 1, since: 0, routes: { ...none, set: first.plan.routes }, ...rest },
    (planned, index) => JSON.stringify(planned.middlewares.map((id) => index.middleware(id) ?? null)),
  );
  const answers = answersOf(built);
  for (let seed = 0; seed < 1_000; seed++) {
    const { plan: other, table } = play(randomFrom(seed));
    assert.equal(JSON.stringify(other), plan, `seed ${seed}`);
    assert.equal(answersOf(table), answers, `seed ${seed}`);
  }
});
