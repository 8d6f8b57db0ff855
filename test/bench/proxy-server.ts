import { silentLog } from '../../src/model/log.ts';
import type { PlanDelta } from '../../src/model/plan-delta.ts';
import { startProxy } from '../../src/proxy/proxy.ts';

/** A proxy of one thread for the benchmark: `node proxy-server.ts LISTEN_PORT UPSTREAM_PORT`, one route for any host. */
const [listen, upstream] = process.argv.slice(2).map(Number);
if (listen === undefined || upstream === undefined)
  throw new Error('usage: proxy-server.ts LISTEN_PORT UPSTREAM_PORT');

const delta: PlanDelta = {
  since: 0,
  generation: 1,
  routes: {
    set: [
      {
        id: 'IngressRoute/default/bench/0',
        object: {
          apiVersion: 'fairlead.dev/v1alpha1',
          kind: 'IngressRoute',
          namespace: 'default',
          name: 'bench',
        },
        path: 'spec.routes[0]',
        match: '',
        rule: { kind: 'pathPrefix', prefix: '/', elements: false },
        priority: 1,
        specificity: 0,
        createdAt: '',
        entryPoints: ['web'],
        tls: null,
        middlewares: [],
        action: {
          kind: 'forward',
          targets: [{ service: 's', weight: 1, scheme: 'http', passHostHeader: true }],
        },
      },
    ],
    removed: [],
  },
  services: { set: [{ key: 's', namespace: 'default', name: 's', port: 80 }], removed: [] },
  middlewares: { set: [], removed: [] },
};

let finished = 0;
const proxy = await startProxy({
  entryPoints: [{ name: 'web', host: '127.0.0.1', port: listen, tls: false }],
  reusePort: false,
  recorder: {
    finished: () => {
      finished++;
    },
    connectionOpened() {},
    connectionClosed() {},
  },
  trustedIps: [],
  hideReason: false,
  hostName: 'bench',
  log: silentLog,
});
const endpoint = { address: '127.0.0.1', port: upstream, ready: true, serving: true, terminating: false };
proxy.setEndpoints([{ service: 's', endpoints: [endpoint] }], []);
proxy.applyPlan(delta);
process.on('SIGTERM', () => void proxy.close().then(() => process.exit(finished > 0 ? 0 : 1)));
process.stdout.write('ready\n');
