import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { watchedKinds } from '../../../src/api/kubernetes.ts';
import type { KubeObject } from '../../../src/model/cluster.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { type ListDelta, sparseKeys } from '../../../src/model/plan-delta.ts';
import { endpointsOf } from '../../../src/translate/endpoints.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from './memory-view.ts';
import {
  ingress,
  ingressClass,
  ingressRoute,
  middleware,
  ownObject,
  options as plainOptions,
  referenceTo,
  service,
  simpleIngress,
  slice,
} from './objects.ts';
import { anyEdit, anyObject, type Edit } from './random-cluster.ts';

const ofUdp = ['dns', 'syslog'].map((name, port) => ({ name, host: '', port, tls: false, udp: true }));
const options = { ...plainOptions, entryPoints: [...plainOptions.entryPoints, ...ofUdp] };

function fresh(objects: readonly KubeObject[]): Translator {
  const translator = new Translator(options);
  translator.update(new MemoryView(objects), 'everything');
  return translator;
}

function apply(view: MemoryView, { kind, object }: Edit): void {
  if (kind === 'set') view.set(object);
  else view.delete(object.kind, object.metadata.namespace ?? '', object.metadata.name);
}

function everythingIn(view: MemoryView): readonly KubeObject[] {
  return watchedKinds.flatMap(({ kind }) => view.list(kind));
}

test('any history of edits ends in the plan and the diagnostics of a fresh translation, byte for byte', () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyEdit, { maxLength: 5 }), { maxLength: 8 }), (history) => {
      const view = new MemoryView();
      const translator = new Translator(options);
      translator.update(view, 'everything');
      for (const edits of history) {
        for (const edit of edits) apply(view, edit);
        translator.update(
          view,
          edits.map((edit) => referenceTo(edit.object)),
        );
        const other = fresh(everythingIn(view));
        assert.equal(JSON.stringify(translator.plan()), JSON.stringify(other.plan()));
        assert.equal(JSON.stringify(translator.diagnostics()), JSON.stringify(other.diagnostics()));
      }
    }),
    { numRuns: 150 },
  );
});

test('the deltas of any history add up to the plan', () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyEdit, { maxLength: 5 }), { maxLength: 8 }), (history) => {
      const view = new MemoryView();
      const translator = new Translator(options);
      const maps = { routes: new Map(), services: new Map(), middlewares: new Map() };
      const sum = { ...maps, tcpRoutes: new Map(), udpRoutes: new Map() };
      for (const edits of history) {
        for (const edit of edits) apply(view, edit);
        const { plan } = translator.update(
          view,
          edits.map((edit) => referenceTo(edit.object)),
        );
        add(sum.routes, plan.routes, (one) => one.id);
        add(sum.services, plan.services, (one) => one.key);
        add(sum.middlewares, plan.middlewares, (one) => one.id);
        if (plan.tcpRoutes) add(sum.tcpRoutes, plan.tcpRoutes, sparseKeys.tcpRoutes);
        if (plan.udpRoutes) add(sum.udpRoutes, plan.udpRoutes, sparseKeys.udpRoutes);
      }
      assert.deepEqual(byKey([...sum.routes.values()]), byKey(translator.plan().routes));
      assert.deepEqual(byKey([...sum.services.values()]), byKey(translator.plan().services));
      assert.deepEqual(byKey([...sum.middlewares.values()]), byKey(translator.plan().middlewares));
      assert.deepEqual(byKey([...sum.tcpRoutes.values()]), byKey(translator.plan().tcpRoutes ?? []));
      assert.deepEqual(byKey([...sum.udpRoutes.values()]), byKey(translator.plan().udpRoutes ?? []));
    }),
    { numRuns: 150 },
  );
});

function add<Entry>(
  sum: Map<string, Entry>,
  delta: ListDelta<Entry, string>,
  keyOf: (one: Entry) => string,
): void {
  for (const key of delta.removed) assert.ok(sum.delete(key), 'what is removed was there');
  for (const entry of delta.set) {
    assert.notDeepEqual(sum.get(keyOf(entry)), entry, 'what is set differs');
    sum.set(keyOf(entry), entry);
  }
}

function byKey(entries: readonly object[]): readonly string[] {
  return entries.map((entry) => JSON.stringify(entry)).toSorted();
}

test('a plan holds the services and Middlewares that its routes name, and no others', () => {
  fc.assert(
    fc.property(fc.array(anyObject, { maxLength: 12 }), (objects) => {
      const { routes, services, middlewares, tcpRoutes = [], udpRoutes = [] } = fresh(objects).plan();
      const actions = [...routes, ...tcpRoutes, ...udpRoutes].map(({ action }) => action);
      const targets = actions.flatMap((action) => (action.kind === 'forward' ? action.targets : []));
      const namedServices = new Set(targets.map((target) => target.service));
      const namedMiddlewares = new Set(routes.flatMap((route) => route.middlewares));
      assert.deepEqual(
        services.map((one) => one.key),
        [...namedServices].toSorted(),
      );
      assert.deepEqual(
        middlewares.map((one) => one.id),
        [...namedMiddlewares].toSorted(),
      );
    }),
    { numRuns: 300 },
  );
});

test('the order in which objects are seen decides nothing', () => {
  fc.assert(
    fc.property(fc.array(anyObject, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (objects, numbers) => {
      const distinct = everythingIn(new MemoryView(objects));
      const shuffled = distinct
        .map((object) => ({ object, rank: numbers.next().value }))
        .sort((left, right) => left.rank - right.rank)
        .map(({ object }) => object);
      const view = new MemoryView();
      const translator = new Translator(options);
      for (const object of shuffled) {
        view.set(object);
        translator.update(view, [referenceTo(object)]);
      }
      assert.equal(JSON.stringify(translator.plan()), JSON.stringify(fresh(distinct).plan()));
    }),
    { numRuns: 100 },
  );
});

const streamKinds = ['IngressRouteTCP', 'IngressRouteUDP', 'MiddlewareTCP', 'ServersTransportTCP'];

const good = [simpleIngress('good', 'good.example.com', '/', 'whoami'), service('whoami')];
const goodPlan = JSON.stringify(fresh(good).plan());

/** Any JSON, or something that looks right down to some depth and then is any JSON. */
const json = fc.jsonValue({ maxDepth: 4 });
const orJson = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.oneof(value, json);
const hostileBackend = orJson(
  fc.record({
    service: orJson(
      fc.record({ name: orJson(fc.string()), port: orJson(fc.record({ number: json, name: json })) }),
    ),
  }),
);
const hostileIngress = orJson(
  fc.record({
    ingressClassName: fc.constant('fairlead'),
    tls: json,
    defaultBackend: hostileBackend,
    rules: orJson(
      fc.array(
        orJson(
          fc.record({
            host: orJson(fc.string()),
            http: orJson(
              fc.record({
                paths: orJson(
                  fc.array(
                    orJson(
                      fc.record({
                        path: orJson(fc.string().map((text) => `/${text}`)),
                        pathType: fc.constantFrom('Exact', 'Prefix', 'ImplementationSpecific'),
                        backend: hostileBackend,
                      }),
                    ),
                    { maxLength: 3 },
                  ),
                ),
              }),
            ),
          }),
        ),
        { maxLength: 3 },
      ),
    ),
  }),
);
const hostileRoute = orJson(
  fc.record({
    entryPoints: json,
    routes: orJson(
      fc.array(
        orJson(
          fc.record({
            match: orJson(fc.string().map((text) => `Host(\`${text}\`)`)),
            services: orJson(
              fc.array(orJson(fc.record({ name: orJson(fc.string()), port: orJson(fc.nat()) }))),
            ),
            middlewares: orJson(fc.array(orJson(fc.record({ name: orJson(fc.string()), namespace: json })))),
          }),
        ),
        { maxLength: 3 },
      ),
    ),
  }),
);

function routesOfGood(plan: Plan): Plan {
  return { ...plan, routes: plan.routes.filter((route) => route.object.name === 'good') };
}

test('objects with any JSON in them neither throw nor touch the routes of others', () => {
  fc.assert(
    fc.property(hostileIngress, hostileRoute, json, (ofIngress, ofRoute, any) => {
      const { routes, services } = routesOfGood(
        told([
          ...good,
          ingress('hostile', ofIngress),
          ingressRoute('hostile', ofRoute),
          middleware('hostile', any),
          ...streamKinds.map((kind) => ownObject(kind, 'hostile', ofRoute)),
          ...streamKinds.map((kind) => ownObject(kind, 'hostile', any, { namespace: 'hostile' })),
          service('hostile', any),
        ]),
      );
      assert.deepEqual(JSON.parse(goodPlan).routes, routes);
      assert.ok(services.some((one) => one.key === 'default/whoami:80'));
    }),
    { numRuns: 300 },
  );
});

function told(objects: readonly KubeObject[]): Plan {
  const translator = fresh(objects);
  const faults = translator.diagnostics().filter((one) => one.message.startsWith('Fairlead failed'));
  assert.deepEqual(faults, [], 'no translation failed');
  for (const one of translator.diagnostics()) assert.equal(one.object.name, 'hostile');
  return translator.plan();
}

test('Services, classes and slices with any JSON in them give no endpoints rather than a throw', () => {
  fc.assert(
    fc.property(json, json, json, (ports, ofSlice, endpoints) => {
      const fields = typeof ofSlice === 'object' && ofSlice !== null ? ofSlice : {};
      const view = new MemoryView([
        service('whoami', ports),
        ingressClass('fairlead', 'fairlead.dev/ingress-controller'),
        slice('one', 'whoami', { ports, endpoints, ...fields }),
        slice('two', 'whoami', {
          ports: [{ port: 8080 }],
          endpoints: [{ addresses: endpoints, conditions: ports }],
        }),
      ]);
      const wanted = { key: 'default/whoami:80', namespace: 'default', name: 'whoami', port: 80 };
      for (const endpoint of endpointsOf(wanted, view)) assert.equal(typeof endpoint.address, 'string');
    }),
    { numRuns: 300 },
  );
});
