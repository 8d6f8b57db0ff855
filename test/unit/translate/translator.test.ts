import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { type Translation, Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from './memory-view.ts';
import { ingressRoute, middleware, options, referenceTo, service, simpleIngress } from './objects.ts';

function started(...objects: readonly KubeObject[]): { view: MemoryView; translator: Translator } {
  const view = new MemoryView(objects);
  const translator = new Translator(options);
  translator.update(view, 'everything');
  return { view, translator };
}

function routeTo(name: string, serviceName: string, middlewares: readonly string[] = []): KubeObject {
  return ingressRoute(name, {
    routes: [
      {
        match: `Host(\`${name}.example.com\`)`,
        services: [{ name: serviceName, port: 80 }],
        middlewares: middlewares.map((one) => ({ name: one })),
      },
    ],
  });
}

function madeAnew(translation: Translation): readonly string[] {
  return translation.fragments.map((fragment) => fragment.object.name);
}

test('a change of a Service makes anew what leads to it, and nothing else', () => {
  const { view, translator } = started(routeTo('a', 'one'), routeTo('b', 'two'), service('one'));
  const changed = service('one', [{ port: 81 }]);
  view.set(changed);
  const translation = translator.update(view, [referenceTo(changed)]);
  assert.deepEqual(madeAnew(translation), ['a']);
  assert.deepEqual(
    translation.plan.routes.set.map((route) => [route.id, route.action.kind]),
    [['IngressRoute/default/a/0', 'fail']],
  );
  assert.deepEqual(translation.plan.services.removed, ['default/one:80']);
});

test('an object that was missing when it was looked for is noticed when it comes', () => {
  const { view, translator } = started(routeTo('a', 'late'));
  assert.deepEqual(
    translator.diagnostics().map((one) => one.code),
    ['ServiceNotFound'],
  );
  const late = service('late');
  view.set(late);
  const translation = translator.update(view, [referenceTo(late)]);
  assert.equal(translation.plan.routes.set[0]?.action.kind, 'forward');
  assert.deepEqual(
    translation.diagnostics.gone.map((one) => one.code),
    ['ServiceNotFound'],
  );
  assert.deepEqual(translator.diagnostics(), []);
});

test('a change of a Middleware reaches all routes that use it, and its plan entry is sent once', () => {
  const { view, translator } = started(
    service('one'),
    middleware('strip', { stripPrefix: { prefixes: ['/a'] } }),
    routeTo('a', 'one', ['strip']),
    routeTo('b', 'one', ['strip']),
  );
  const changed = middleware('strip', { stripPrefix: { prefixes: ['/b'] } });
  view.set(changed);
  const { plan } = translator.update(view, [referenceTo(changed)]);
  assert.deepEqual(plan.routes, { set: [], removed: [] });
  assert.deepEqual(plan.middlewares.set, [
    { id: 'default/strip', middleware: { kind: 'stripPrefix', prefixes: ['/b'] } },
  ]);
});

test('a change that says nothing new makes no fragment and no delta', () => {
  const { view, translator } = started(routeTo('a', 'one'), service('one'));
  const before = translator.plan();
  const references = [referenceTo(service('one')), referenceTo(routeTo('a', 'one'))];
  const translation = translator.update(view, references);
  assert.deepEqual(translation.fragments, []);
  assert.equal(translator.plan(), before);
});

test('an object that is written anew with the same content leaves the plan as it is', () => {
  const { view, translator } = started(routeTo('a', 'one'), service('one'));
  const before = translator.plan();
  view.set(routeTo('a', 'one'));
  const translation = translator.update(view, [referenceTo(routeTo('a', 'one'))]);
  assert.deepEqual(madeAnew(translation), ['a']);
  assert.deepEqual(translation.plan.routes, { set: [], removed: [] });
  assert.equal(translator.plan(), before);
});

test('an object that is gone takes its routes, services, Middlewares and diagnostics with it', () => {
  const { view, translator } = started(
    service('one'),
    middleware('add', { addPrefix: { prefix: '/x' } }),
    routeTo('a', 'one', ['add']),
    routeTo('b', 'missing'),
  );
  view.delete('IngressRoute', 'default', 'a');
  view.delete('IngressRoute', 'default', 'b');
  const gone = [referenceTo(routeTo('a', 'one')), referenceTo(routeTo('b', 'one'))];
  const translation = translator.update(view, gone);
  assert.deepEqual(translation.gone, gone);
  assert.deepEqual(translator.plan(), { routes: [], services: [], middlewares: [] });
  assert.deepEqual(translator.diagnostics(), []);
});

test('an object that was made again before anybody looked is gone and made anew, however equal', () => {
  const before = ingressRoute('a', { routes: [] }, { uid: 'first' });
  const { view, translator } = started(before);
  view.set(ingressRoute('a', { routes: [] }, { uid: 'second' }));
  const translation = translator.update(view, [referenceTo(before)]);
  assert.deepEqual(translation.gone, [referenceTo(before)]);
  assert.deepEqual(madeAnew(translation), ['a']);
});

test('the default backend of an Ingress and its paths count as routes of one list', () => {
  const ingress = simpleIngress('shop', 'example.com', '/', 'one');
  const { translator } = started(ingress, service('one'));
  assert.deepEqual(
    translator.plan().routes.map((route) => route.id),
    ['Ingress/default/shop/0'],
  );
});

test('of routes with the same rule the loser is told, until the winner goes', () => {
  const first = ingressRoute('first', sameRule, { creationTimestamp: '2026-01-01T00:00:00Z' });
  const second = ingressRoute('second', sameRule, { creationTimestamp: '2026-01-02T00:00:00Z' });
  const { view, translator } = started(first, second, service('one'));
  assert.deepEqual(
    translator.diagnostics().map((one) => [one.code, one.object.name]),
    [['DuplicateRoute', 'second']],
  );
  view.delete('IngressRoute', 'default', 'first');
  const { diagnostics } = translator.update(view, [referenceTo(first)]);
  assert.deepEqual(
    diagnostics.gone.map((one) => one.object.name),
    ['second'],
  );
  assert.deepEqual(translator.diagnostics(), []);
});

const sameRule = { routes: [{ match: 'Host(`example.com`)', services: [{ name: 'one', port: 80 }] }] };

test('one change among many routes makes one fragment and a delta of one route', () => {
  const many = Array.from({ length: 2000 }, (_, index) => routeTo(`r${index}`, `s${index % 10}`));
  const services = Array.from({ length: 10 }, (_, index) => service(`s${index}`));
  const { view, translator } = started(...many, ...services);
  const changed = routeTo('r7', 's3');
  view.set(changed);
  const translation = translator.update(view, [referenceTo(changed)]);
  assert.deepEqual(madeAnew(translation), ['r7']);
  assert.deepEqual(
    translation.plan.routes.set.map((route) => route.id),
    ['IngressRoute/default/r7/0'],
  );
  assert.equal(translator.plan().routes.length, 2000);
});

test('a fault of our own costs the object that brings it to light, and no other', () => {
  const view = new MemoryView([routeTo('a', 'faulty'), routeTo('b', 'one'), service('one')]);
  const get = view.get.bind(view);
  view.get = (kind, namespace, name) => {
    if (name === 'faulty') throw new Error('a bug');
    return get(kind, namespace, name);
  };
  const translator = new Translator(options);
  translator.update(view, 'everything');
  assert.deepEqual(
    translator.diagnostics().map((one) => [one.object.name, one.code, one.message]),
    [['a', 'InvalidObject', 'Fairlead failed to translate the object: a bug']],
  );
  assert.deepEqual(
    translator.plan().routes.map((route) => route.object.name),
    ['b'],
  );
});
