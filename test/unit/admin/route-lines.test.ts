import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeLines } from '../../../src/admin/route-lines.ts';
import { loadManifests } from '../../../src/cli/manifests.ts';
import { offlineOptions, translateOffline } from '../../../src/cli/offline.ts';

const entryPoints = [
  ...offlineOptions.entryPoints,
  { name: 'db', host: '', port: 5432, tls: false, namedOnly: true },
  { name: 'dns', host: '', port: 53, tls: false, udp: true },
];

function streamRoute(kind: string, spec: object): object {
  return { apiVersion: 'fairlead.dev/v1alpha1', kind, metadata: { name: 'x' }, spec };
}

const endpoint = { address: '127.0.0.1', port: 1, ready: true, serving: true, terminating: false };

test('routes of TCP and UDP are listed after those of HTTP, with their services or why they fail', () => {
  const app = [{ name: 'app', port: 80 }];
  const items = [
    streamRoute('IngressRoute', { entryPoints: ['web'], routes: [{ match: 'Host(`a`)', services: app }] }),
    streamRoute('IngressRouteTCP', {
      entryPoints: ['websecure'],
      routes: [
        { match: 'HostSNI(`a.test`)', services: app, middlewares: [{ name: 'few' }] },
        { match: 'HostSNI(`b.test`)', services: [{ name: 'nowhere', port: 80 }] },
      ],
      tls: { passthrough: true },
    }),
    streamRoute('IngressRouteUDP', {
      entryPoints: ['dns'],
      routes: [{ services: [{ name: 'dns', port: 53 }] }],
    }),
    {
      ...streamRoute('MiddlewareTCP', { inFlightConn: { amount: 2 } }),
      metadata: { name: 'few' },
    },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'app' }, spec: { ports: [{ port: 80 }] } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'dns' },
      spec: { ports: [{ port: 53, protocol: 'UDP' }] },
    },
  ];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const { manifests } = loadManifests(['-'], () => list);
  const { plan } = translateOffline(manifests, { ...offlineOptions, entryPoints });
  const lines = routeLines({ plan, endpointsOf: () => [endpoint, { ...endpoint, ready: false }] });
  assert.deepEqual(lines, [
    {
      id: 'IngressRoute/default/x/0',
      protocol: 'http',
      match: 'Host(`a`)',
      priority: 9,
      entryPoints: ['web'],
      middlewares: [],
      services: [{ service: 'default/app:80', weight: 1, readyEndpoints: 1 }],
    },
    {
      id: 'IngressRouteTCP/default/x/0',
      protocol: 'tcp',
      match: 'HostSNI(`a.test`)',
      priority: 17,
      entryPoints: ['websecure'],
      tls: 'passthrough',
      middlewares: ['inFlightConn default/few'],
      services: [{ service: 'default/app:80', weight: 1, readyEndpoints: 1 }],
    },
    {
      id: 'IngressRouteTCP/default/x/1',
      protocol: 'tcp',
      match: 'HostSNI(`b.test`)',
      priority: 17,
      entryPoints: ['websecure'],
      tls: 'passthrough',
      middlewares: [],
      reason: 'ServiceNotFound',
    },
    {
      id: 'IngressRouteUDP/default/x/0',
      protocol: 'udp',
      entryPoints: ['dns'],
      services: [{ service: 'default/dns:53/udp', weight: 1, readyEndpoints: 1 }],
    },
  ]);
});
