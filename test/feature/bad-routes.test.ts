import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFairlead } from '../support/fairlead.ts';
import { get, startUpstream } from '../support/http.ts';
import { endpoints, ingressRoute, service } from '../support/objects.ts';
import { until } from '../support/raw/until.ts';
import { runCommand } from '../support/world.ts';

const bad = [
  {
    name: 'bad-rule',
    object: ingressRoute('bad-rule', 'Hots(`x.example`)', 'one'),
    code: 'InvalidRule',
    condition: 'Accepted',
    path: 'spec.routes[0].match',
  },
  {
    name: 'no-service',
    object: ingressRoute('no-service', 'Host(`x.example`)', 'nowhere'),
    code: 'ServiceNotFound',
    condition: 'ResolvedRefs',
    path: 'spec.routes[0].services[0].name',
  },
  {
    name: 'unknown-field',
    object: ingressRoute('unknown-field', 'Host(`y.example`)', 'one', { servces: [] }),
    code: 'UnknownField',
    condition: 'Accepted',
    path: 'spec.routes[0].servces',
  },
] as const;

type Condition = { type: string; status: string; reason: string; message: string };

for (const { name, object, code, condition, path } of bad.slice(0, 2)) {
  test(`${code} never disturbs a good route, and is told in status, API and log`, async (context) => {
    const upstream = await startUpstream(context, 'one');
    const objects = [
      service('one'),
      ...endpoints('one', [upstream]),
      ingressRoute('good', 'Host(`good.example`)', 'one'),
    ];
    const { port, cluster, adminUrl, lines } = await startFairlead(context, { objects });
    cluster.apply(object as never);

    const route = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', name, namespace: 'default' };
    const found = () => {
      const status = cluster.get(route)?.status as { conditions?: Condition[] } | undefined;
      return status?.conditions?.find((one) => one.type === condition);
    };
    await until(() => found()?.status === 'False', 'the condition');
    assert.equal(found()?.reason, code);
    assert.match(found()?.message ?? '', new RegExp(path.replaceAll(/[[\].]/g, '\\$&')));

    const diagnostics = (await (await fetch(`${adminUrl}/api/diagnostics`)).json()) as object[];
    assert.ok(diagnostics.some((one) => JSON.stringify(one).includes(`"code":"${code}"`)));
    assert.ok(lines.some(({ level, fields }) => level === 'warn' && JSON.stringify(fields).includes(code)));
    assert.equal((await get(port, 'good.example')).status, 200);
    const answer = await get(port, 'x.example');
    assert.ok([404, 500].includes(answer.status));
  });
}

test('an unknown field is refused by the API server and found by check', async (context) => {
  const { cluster } = await startFairlead(context);
  const { object, path, code } = bad[2];
  assert.throws(() => cluster.apply(object as never), /unknown field "spec.routes\[0\].servces"/);
  const { code: exit, out } = await runCommand(['check', '-'], JSON.stringify(object));
  assert.equal(exit, 1);
  assert.ok(out.includes(`${code} IngressRoute/default/unknown-field ${path}:`), out);
});

test('a missing Service is a 500 for its route, and the route is served once the Service is there', async (context) => {
  const upstream = await startUpstream(context, 'one');
  const { port, cluster } = await startFairlead(context, {
    objects: [ingressRoute('early', 'Host(`early.example`)', 'late')],
  });
  const refused = await get(port, 'early.example');
  assert.deepEqual([refused.status, refused.headers['x-fairlead-reason']], [500, 'RouteBroken']);
  cluster.apply(service('late') as never);
  for (const slice of endpoints('late', [upstream])) cluster.apply(slice as never);
  const deadline = performance.now() + 10_000;
  while ((await get(port, 'early.example')).status !== 200) assert.ok(performance.now() < deadline);
});
