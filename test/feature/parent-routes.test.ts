import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFairlead } from '../support/fairlead.ts';
import { get, startUpstream } from '../support/http.ts';
import { endpoints, ingressRoute, service } from '../support/objects.ts';

function routesOf(name: string, spec: object, namespace = 'default'): object {
  return {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name, namespace },
    spec,
  };
}

/** Asks until the answer has a status; throws where it does not within ten seconds. */
async function untilStatus(port: number, path: string, status: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const answer = await get(port, 'example.com', path);
    if (answer.status === status) return;
    if (performance.now() > deadline) throw new Error(`${path} still answers ${answer.status}`);
  }
}

const front = routesOf('front', {
  routes: [{ match: 'Host(`example.com`)', middlewares: [{ name: 'without-shop' }] }],
});
const withoutShop = {
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Middleware',
  metadata: { name: 'without-shop', namespace: 'default' },
  spec: { stripPrefix: { prefixes: ['/shop'] } },
};
const cart = routesOf('cart', {
  parentRefs: [{ name: 'front' }],
  routes: [{ match: 'PathPrefix(`/cart`)', services: [{ name: 'one', port: 80 }] }],
});

test('a request goes through the parent to the child, and what no child takes has no route', async (context) => {
  const upstream = await startUpstream(context, 'one');
  const { port, cluster } = await startFairlead(context, {
    objects: [
      service('one'),
      ...endpoints('one', [upstream]),
      withoutShop,
      front,
      cart,
      ingressRoute('low', 'PathPrefix(`/`)', 'one', { priority: 1 }),
    ],
  });
  const found = await get(port, 'example.com', '/shop/cart/7');
  assert.deepEqual([found.status, found.body], [200, 'one GET /cart/7']);
  const missing = await get(port, 'example.com', '/other');
  assert.deepEqual([missing.status, missing.headers['x-fairlead-reason']], [404, 'NoRoute']);
  assert.equal((await get(port, 'elsewhere.example.com')).status, 200);

  cluster.delete({
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRoute',
    namespace: 'default',
    name: 'cart',
  });
  await untilStatus(port, '/shop/cart/7', 500);
});

const grantDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'referencegrants.gateway.networking.k8s.io', annotations: approved() },
  spec: {
    group: 'gateway.networking.k8s.io',
    names: { kind: 'ReferenceGrant', plural: 'referencegrants', singular: 'referencegrant' },
    scope: 'Namespaced',
    versions: ['v1', 'v1beta1'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1beta1',
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      },
    })),
  },
};

/** Groups under k8s.io need it. */
function approved(): object {
  return { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/4046' };
}

test('a ReferenceGrant of either version opens a route, and the route is closed once it is gone', async (context) => {
  const upstream = await startUpstream(context, 'one');
  const across = routesOf('across', {
    routes: [{ match: 'Host(`example.com`)', services: [{ name: 'one', namespace: 'other', port: 80 }] }],
  });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } };
  const { port, cluster } = await startFairlead(context, {
    objects: [
      grantDefinition,
      namespace,
      service('one', 'other'),
      ...endpoints('one', [upstream], 'other'),
      across,
    ],
  });
  assert.equal((await get(port, 'example.com')).status, 500);
  for (const version of ['v1', 'v1beta1']) {
    const grant = {
      apiVersion: `gateway.networking.k8s.io/${version}`,
      kind: 'ReferenceGrant',
      metadata: { name: 'to-default', namespace: 'other' },
      spec: {
        from: [{ group: 'fairlead.dev', kind: 'IngressRoute', namespace: 'default' }],
        to: [{ group: '', kind: 'Service' }],
      },
    };
    cluster.apply(grant as never);
    await untilStatus(port, '/', 200);
    const { apiVersion, kind } = grant;
    cluster.delete({ apiVersion, kind, namespace: 'other', name: 'to-default' });
    await untilStatus(port, '/', 500);
  }
});
