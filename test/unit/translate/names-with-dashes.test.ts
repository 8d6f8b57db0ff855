import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../src/model/cluster.ts';
import { Translator } from '../../../src/translate/translator.ts';
import { MemoryView } from './memory-view.ts';
import { ingressRoute, middleware, options, service } from './objects.ts';

/** All that one owner has, told apart from others by namespace and name alone. */
function owned(namespace: string, name: string): KubeObject[] {
  const metadata = { namespace };
  const answer = { headers: { customResponseHeaders: { 'X-Owner': `${namespace}/${name}` } } };
  const services = [{ name, port: 80 }];
  const routes = [{ match: `Host(\`${name}.${namespace}.test\`)`, services, middlewares: [{ name }] }];
  return [
    service(name, [{ port: 80 }], metadata),
    middleware(name, answer, metadata),
    ingressRoute(name, { routes }, metadata),
  ];
}

test('objects whose namespace and name differ only in where a dash parts them keep apart', () => {
  const owners = [
    ['a', 'b-c'],
    ['a-b', 'c'],
    ['a-b-c', 'd'],
    ['a', 'b-c-d'],
    ['a-b', 'c-d'],
  ] as const;
  const view = new MemoryView(owners.flatMap(([namespace, name]) => owned(namespace, name)));
  const { plan } = new Translator(options).update(view, 'everything');
  assert.equal(plan.routes.set.length, owners.length);
  assert.equal(new Set(plan.routes.set.map(({ id }) => id)).size, owners.length);
  assert.equal(plan.services.set.length, owners.length);
  assert.equal(plan.middlewares.set.length, owners.length);
  for (const [namespace, name] of owners) {
    const route = plan.routes.set.find(
      ({ object }) => object.namespace === namespace && object.name === name,
    );
    assert.ok(route?.action.kind === 'forward');
    assert.ok(JSON.stringify(route.rule).includes(`${name}.${namespace}.test`));
    const reached = plan.services.set.find(
      ({ key }) => route.action.kind === 'forward' && key === route.action.targets[0]?.service,
    );
    assert.deepEqual([reached?.namespace, reached?.name], [namespace, name]);
    const used = plan.middlewares.set.find(({ id }) => id === route.middlewares[0]);
    assert.ok(JSON.stringify(used?.middleware).includes(`"${namespace}/${name}"`));
  }
});
