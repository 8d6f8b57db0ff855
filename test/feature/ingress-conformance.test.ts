import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loadManifests } from '../../src/cli/manifests.ts';
import { startFairlead } from '../support/fairlead.ts';
import { get, startUpstream } from '../support/http.ts';
import { endpoints, ingress, service } from '../support/objects.ts';
import { until } from '../support/raw/until.ts';

/** What the official Ingress conformance suite asks of a controller, beside the matching of hosts and paths. */

type Path = readonly [path: string, pathType: string, service: string];

function pathsOf(name: string, host: string, paths: readonly Path[], more: object = {}): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default' },
    spec: {
      ingressClassName: 'fairlead',
      rules: [
        {
          host,
          http: {
            paths: paths.map(([path, pathType, to]) => ({
              path,
              pathType,
              backend: { service: { name: to, port: { number: 80 } } },
            })),
          },
        },
      ],
      ...more,
    },
  };
}

async function upstream(context: TestContext, name: string): Promise<object[]> {
  return [service(name), ...endpoints(name, [await startUpstream(context, name)])];
}

const statusOf = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'default' };

test('requests go where hosts and path types say, also to a TLS host in clear text', async (context) => {
  const names = ['exact', 'prefix', 'longer', 'wild', 'secure', 'rest'];
  const upstreams = await Promise.all(names.map((name) => upstream(context, name)));
  const rest = { defaultBackend: { service: { name: 'rest', port: { name: 'http' } } } };
  const { port } = await startFairlead(context, {
    objects: [
      ...upstreams.flat(),
      pathsOf('paths', 'a.example', [
        ['/foo', 'Exact', 'exact'],
        ['/foo', 'Prefix', 'prefix'],
        ['/foo/bar/', 'Prefix', 'longer'],
      ]),
      pathsOf('wild', '*.b.example', [['/', 'Prefix', 'wild']]),
      pathsOf('secure', 'secure.example', [['/', 'Prefix', 'secure']], {
        tls: [{ hosts: ['secure.example'], secretName: 'certificate' }],
      }),
      { ...ingress('rest', '', 'rest'), spec: { ingressClassName: 'fairlead', ...rest } },
    ],
  });
  const expected: readonly (readonly [string, string, string])[] = [
    ['a.example', '/foo', 'exact'],
    ['a.example', '/foo/', 'prefix'],
    ['a.example', '/foo/x', 'prefix'],
    ['a.example', '/foo/bar', 'longer'],
    ['a.example', '/foo/bar/x', 'longer'],
    ['a.example', '/foobar', 'rest'],
    ['a.example', '/FOO', 'rest'],
    ['x.b.example', '/', 'wild'],
    ['b.example', '/', 'rest'],
    ['x.y.b.example', '/', 'rest'],
    ['secure.example', '/', 'secure'],
    ['nobody.example', '/any/thing', 'rest'],
  ];
  for (const [host, path, name] of expected) {
    const { status, headers, body } = await get(port, host, path);
    assert.deepEqual([status, body], [200, `${name} GET ${path}`], `${host}${path}`);
    assert.equal(headers.location, undefined, 'nothing redirects');
    assert.ok(headers.date !== undefined && headers['content-length'] !== undefined);
  }
});

test('a hundred requests reach all of ten endpoints', async (context) => {
  const ports = await Promise.all(
    Array.from({ length: 10 }, (_, index) => startUpstream(context, `pod-${index}`)),
  );
  const { port } = await startFairlead(context, {
    objects: [service('pods'), ...endpoints('pods', ports), ingress('pods', 'pods.example', 'pods')],
    flags: ['--workers=1'],
  });
  const seen = new Set<string>();
  for (let count = 0; count < 100; count += 1) {
    const { status, body } = await get(port, 'pods.example');
    assert.equal(status, 200);
    seen.add(body);
  }
  assert.equal(seen.size, 10);
});

test('the status of an Ingress of an unknown class stays empty, and nothing of it is served', async (context) => {
  const foreign = pathsOf('foreign', 'foreign.example', [['/', 'Prefix', 'one']], {
    ingressClassName: 'unknown',
  });
  const { port, cluster } = await startFairlead(context, {
    objects: [...(await upstream(context, 'one')), foreign, ingress('ours', 'ours.example', 'one')],
    flags: ['--publish-address=192.0.2.7'],
  });
  const status = (name: string) => JSON.stringify(cluster.get({ ...statusOf, name })?.status ?? {});
  await until(() => status('ours').includes('192.0.2.7'), 'the status of the other Ingress');
  assert.doesNotMatch(status('foreign'), /192\.0\.2\.7/);
  assert.equal((await get(port, 'foreign.example')).status, 404);
});

test('an Ingress that leaves our class loses its route', async (context) => {
  const { port, cluster } = await startFairlead(context, {
    objects: [...(await upstream(context, 'one')), ingress('moving', 'moving.example', 'one')],
    flags: ['--publish-address=192.0.2.7'],
  });
  assert.equal((await get(port, 'moving.example')).status, 200);
  cluster.apply(
    pathsOf('moving', 'moving.example', [['/', 'Prefix', 'one']], { ingressClassName: 'other' }) as never,
  );
  const deadline = performance.now() + 10_000;
  while ((await get(port, 'moving.example')).status !== 404) {
    assert.ok(performance.now() < deadline, 'the route goes');
  }
});

test('the example of Ingresses answers as its comments say', async (context) => {
  const { manifests, problems } = loadManifests(['examples/ingress'], () => '');
  assert.deepEqual(problems, []);
  const upstreams = {
    site: await startUpstream(context, 'site'),
    accounts: await startUpstream(context, 'accounts'),
  };
  const objects = manifests
    .map(({ object }) => object)
    .filter(({ kind }) => kind !== 'EndpointSlice' && kind !== 'IngressClass');
  const slices = Object.entries(upstreams).flatMap(([name, at]) => endpoints(name, [at]));
  const { port } = await startFairlead(context, { objects: [...objects, ...slices] });
  const expected: readonly (readonly [string, string, string])[] = [
    ['site.localhost', '/', 'site GET /'],
    ['site.localhost', '/login', 'accounts GET /login'],
    ['site.localhost', '/login/', 'site GET /login/'],
    ['site.localhost', '/accounts/users', 'accounts GET /users'],
    ['a.tenants.localhost', '/', 'accounts GET /'],
    ['elsewhere.localhost', '/', 'site GET /'],
  ];
  for (const [host, path, body] of expected) assert.equal((await get(port, host, path)).body, body);
});
