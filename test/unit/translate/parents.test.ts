import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from './memory-view.ts';
import { ingressRoute, middleware, options, referenceTo, service } from './objects.ts';

const services = [{ name: 'web', port: 80 }];

function parent(name: string, match: string, spec: object = {}): KubeObject {
  return ingressRoute(name, { entryPoints: ['web'], routes: [{ match }], ...spec });
}

function child(name: string, parents: readonly string[], match = 'PathPrefix(`/`)'): KubeObject {
  return ingressRoute(name, {
    parentRefs: parents.map((one) => ({ name: one })),
    routes: [{ match, services }],
  });
}

/** A layer: stands below parents and leaves its requests to children. */
function layer(name: string, parents: readonly string[]): KubeObject {
  const routes = [{ match: 'PathPrefix(`/`)' }];
  return ingressRoute(name, { parentRefs: parents.map((one) => ({ name: one })), routes });
}

function translated(objects: readonly KubeObject[]) {
  const view = new MemoryView([service('web'), ...objects]);
  const translator = new Translator(options);
  translator.update(view, 'everything');
  const apply = (object: KubeObject, isDeleted = false) => {
    if (isDeleted) view.delete(object.kind, 'default', object.metadata.name);
    else view.set(object);
    return translator.update(view, [referenceTo(object)]);
  };
  return { translator, apply };
}

function actionsOf(translator: Translator): readonly string[] {
  return translator
    .plan()
    .routes.map(({ id, action }) =>
      action.kind === 'fail' ? `${id} ${action.status} ${action.reason}` : id,
    );
}

test('a parent is one as long as it has a child, and a change costs the two of them', () => {
  const only = child('child', ['front']);
  const { translator, apply } = translated([parent('front', 'Host(`a`)'), parent('other', 'Host(`b`)')]);
  assert.deepEqual(actionsOf(translator), [
    'IngressRoute/default/front/0 500 InvalidValue',
    'IngressRoute/default/other/0 500 InvalidValue',
  ]);
  const { fragments } = apply(only);
  assert.deepEqual(fragments.map(({ object }) => object.name).toSorted(), ['child', 'front']);
  assert.deepEqual(actionsOf(translator), [
    'IngressRoute/default/child/0/under/default/front/0',
    'IngressRoute/default/front/0 404 NoChildRoute',
    'IngressRoute/default/other/0 500 InvalidValue',
  ]);
  apply(child('child', ['other']));
  assert.deepEqual(actionsOf(translator), [
    'IngressRoute/default/front/0 500 InvalidValue',
    'IngressRoute/default/child/0/under/default/other/0',
    'IngressRoute/default/other/0 404 NoChildRoute',
  ]);
  apply(only, true);
  assert.equal(actionsOf(translator).length, 2);
});

test('a parent whose Middleware goes takes its children along, and they come back with it', () => {
  const strip = middleware('strip', { stripPrefix: { prefixes: ['/x'] } });
  const routes = [{ match: 'Host(`a`)', middlewares: [{ name: 'strip' }] }];
  const { translator, apply } = translated([
    strip,
    parent('front', '', { routes }),
    child('child', ['front']),
  ]);
  const before = JSON.stringify(translator.plan());
  assert.deepEqual(translator.plan().routes[0]?.middlewares, ['default/strip']);
  apply(strip, true);
  assert.deepEqual(actionsOf(translator), ['IngressRoute/default/front/0 500 MiddlewareNotFound']);
  apply(strip);
  assert.equal(JSON.stringify(translator.plan()), before);
});

test('layers that fan out cost no more than they may, and the object that has too many is told', () => {
  const width = 60;
  const names = (depth: number) => Array.from({ length: width }, (_, index) => `l${depth}-${index}`);
  const roots = names(0).map((name) => parent(name, 'Host(`a`)'));
  const layers = [1, 2, 3, 4].flatMap((depth) => names(depth).map((name) => layer(name, names(depth - 1))));
  const { translator } = translated([...roots, ...layers]);
  const told = translator.diagnostics().filter(({ path }) => path === 'spec.parentRefs');
  assert.equal(told.length, 3 * width);
  assert.ok(translator.plan().routes.length <= width + width * width);
});

test('a chain of parents may have eight layers, and no more', () => {
  const chain = Array.from({ length: 10 }, (_, depth) => layer(`l${depth + 1}`, [`l${depth}`]));
  const { translator } = translated([parent('l0', 'Host(`a`)'), ...chain]);
  const told = translator
    .diagnostics()
    .filter(({ code, path }) => code === 'InvalidValue' && path === 'spec.parentRefs');
  assert.deepEqual(told.map(({ object }) => object.name).toSorted(), ['l10', 'l9']);
});

test('a parent that is named twice counts once', () => {
  const { translator } = translated([
    parent('front', 'Host(`a`)'),
    layer('middle', ['front', 'front']),
    child('child', ['middle', 'middle']),
  ]);
  const ids = translator.plan().routes.map(({ id }) => id);
  assert.equal(new Set(ids).size, 3);
  assert.equal(ids.length, 3);
  assert.deepEqual(translator.diagnostics(), []);
});
