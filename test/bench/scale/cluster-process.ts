/** The embedded API server in a process of its own, so that the memory and the time of the product are its own. */
import { customResourceDefinitions } from '../../../src/api/crds.ts';
import { type DevCluster, startDevCluster } from '../../../src/devcluster/dev-cluster.ts';
import type { ClusterRequest } from './cluster.ts';
import { changedSlice, routeObject, routeObjects, serviceCount, upstreamObjects } from './objects.ts';

const cluster = await startDevCluster({ historyBound: 20_000 });

process.on('message', ({ id, request }: { id: number; request: ClusterRequest }) => {
  answer(cluster, request).then(
    (result) => process.send?.({ id, result }),
    (error) => process.send?.({ id, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

async function answer(server: DevCluster, request: ClusterRequest): Promise<unknown> {
  switch (request.do) {
    case 'fill':
      fill(server, request);
      return server.kubeconfig();
    case 'change': {
      const { kind, route, routes, version } = request;
      server.update(routeObject(kind, route, routes, version) as never);
      return performance.timeOrigin + performance.now();
    }
    case 'flood':
      return flood(server, request);
  }
}

function fill(server: DevCluster, { kind, routes, port }: Extract<ClusterRequest, { do: 'fill' }>): void {
  for (const definition of customResourceDefinitions()) server.apply(structuredClone(definition) as never);
  const ingressClass = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'fairlead' },
    spec: { controller: 'fairlead.dev/ingress-controller' },
  };
  server.create(ingressClass as never);
  for (const object of upstreamObjects(routes, port)) server.create(object as never);
  for (const object of routeObjects(kind, routes)) server.create(object as never);
}

const sliceMs = 20;

/** Changes EndpointSlices evenly for some seconds; gives how many changes were really made a second. */
async function flood(
  server: DevCluster,
  { routes, port, perSecond, seconds }: Extract<ClusterRequest, { do: 'flood' }>,
): Promise<number> {
  const services = serviceCount(routes);
  const begin = performance.now();
  let made = 0;
  for (let now = begin; now - begin < seconds * 1000; now = performance.now()) {
    const due = Math.floor(((now - begin) / 1000) * perSecond);
    const sliceEnd = now + sliceMs;
    for (; made < due && performance.now() < sliceEnd; made++) {
      server.update(changedSlice(made % services, port, 1 + Math.floor(made / services)) as never);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return made / ((performance.now() - begin) / 1000);
}
