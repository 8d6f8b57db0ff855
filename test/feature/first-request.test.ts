import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startFairlead } from '../support/fairlead.ts';
import { get, startUpstream } from '../support/http.ts';
import { endpoints, ingress, ingressRoute, service } from '../support/objects.ts';
import { until } from '../support/raw/until.ts';

async function started(context: TestContext) {
  const [one, two] = [await startUpstream(context, 'one'), await startUpstream(context, 'two')];
  const objects = [
    service('one'),
    ...endpoints('one', [one]),
    service('two'),
    ...endpoints('two', [two]),
    ingress('plain', 'plain.example', 'one'),
    ingressRoute('api', 'Host(`api.example`) && PathPrefix(`/v1`)', 'two', {
      middlewares: [{ name: 'strip' }],
    }),
    {
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'Middleware',
      metadata: { name: 'strip', namespace: 'default' },
      spec: { stripPrefix: { prefixes: ['/v1'] } },
    },
  ];
  return await startFairlead(context, { objects, flags: ['--publish-address=192.0.2.7'] });
}

type Status = { conditions?: { type: string; status: string; observedGeneration: number }[] };

test('a request goes through every room of the house', async (context) => {
  const { port, cluster, metricsUrl, adminUrl } = await started(context);
  assert.equal((await get(port, 'plain.example', '/x')).body, 'one GET /x');
  assert.equal((await get(port, 'api.example:8080', '/v1/users?id=1')).body, 'two GET /users?id=1');

  const refused = await get(port, 'nowhere.example');
  assert.deepEqual([refused.status, refused.headers['x-fairlead-reason']], [404, 'NoRoute']);

  const scrape = await (await fetch(`${metricsUrl}/metrics`)).text();
  assert.match(
    scrape,
    /^fairlead_route_requests_total\{route="IngressRoute\/default\/api\/0",code="200"\} 1$/m,
  );
  assert.match(scrape, /^fairlead_service_requests_total\{service="default\/one:80",code="200"\} 1$/m);
  assert.match(scrape, /^fairlead_requests_refused_total\{entrypoint="web",reason="NoRoute"\} 1$/m);
  assert.match(scrape, /^fairlead_table_routes 2$/m);

  const routes = (await (await fetch(`${adminUrl}/api/routes`)).json()) as { id: string }[];
  assert.deepEqual(routes.map(({ id }) => id).toSorted(), [
    'Ingress/default/plain/0',
    'IngressRoute/default/api/0',
  ]);

  const route = {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    name: 'api',
    namespace: 'default',
  };
  const conditions = () =>
    ((cluster.get(route)?.status as Status | undefined)?.conditions ?? []).map((one) => one);
  await until(() => conditions().length === 3, 'the status of the IngressRoute');
  assert.deepEqual(
    conditions().map(({ type, status, observedGeneration }) => [type, status, observedGeneration]),
    [
      ['Accepted', 'True', 1],
      ['ResolvedRefs', 'True', 1],
      ['Programmed', 'True', 1],
    ],
  );
  const plain = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'plain', namespace: 'default' };
  const address = () => JSON.stringify(cluster.get(plain)?.status);
  await until(
    () => address() === '{"loadBalancer":{"ingress":[{"ip":"192.0.2.7"}]}}',
    'the address of the Ingress',
  );
});

test('where threads cannot share a port there is one, and the log says so', async (context) => {
  const { threads, lines, metricsUrl } = await startFairlead(context, {
    flags: ['--workers=3'],
    world: { sharesPorts: false },
  });
  assert.equal(threads.length, 1);
  assert.ok(
    lines.some(({ level, message }) => level === 'warn' && message.startsWith('one proxy thread only')),
  );
  assert.equal((await fetch(`${metricsUrl}/readyz`)).status, 200);
});

test('changes are served without a restart: a new route, new endpoints, a deleted route', async (context) => {
  const { port, cluster } = await started(context);
  cluster.apply(ingressRoute('late', 'Host(`late.example`)', 'one') as never);
  const answers = { status: 0, body: '' };
  const ask = async (): Promise<void> => {
    Object.assign(answers, await get(port, 'late.example'));
  };
  await untilAsked(ask, () => answers.body === 'one GET /', 'the new route');

  const three = await startUpstream(context, 'three');
  for (const slice of endpoints('one', [three])) cluster.apply(slice as never);
  await untilAsked(ask, () => answers.body === 'three GET /', 'the new endpoint');

  cluster.delete({ apiVersion: 'fairlead.dev/v1alpha1', kind: 'IngressRoute', name: 'late' });
  await untilAsked(ask, () => answers.status === 404, 'the end of the route');
});

async function untilAsked(ask: () => Promise<void>, holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (await ask(); !holds(); await ask()) {
    assert.ok(performance.now() < deadline, `waited in vain for ${what}`);
  }
}
