import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { customResourceDefinitions } from '../../../src/api/crds.ts';
import { ownVersion } from '../../../src/cli/version.ts';
import { type DevCluster, startDevCluster } from '../../../src/devcluster/dev-cluster.ts';
import { endpoints, ingressRoute, service } from '../../support/objects.ts';
import { freePort } from '../machine/answers.ts';
import type { Certificate } from '../machine/certificate.ts';
import type { Peer, Setup, StartedPeer } from './peer.ts';

/** The command `fairlead run`, with its metrics on, against an embedded API server outside of its process. */
export const fairlead: Peer = fairleadPeer('fairlead', { accessLog: 'off' });

/** The same, writing a line of JSON for each request into a pipe. */
export const fairleadAccessLog: Peer = fairleadPeer('fairlead-access-log', {
  accessLog: 'json',
  cases: ['small'],
});

interface Variant {
  readonly accessLog: 'off' | 'json';
  readonly cases?: readonly string[];
}

function fairleadPeer(name: string, { accessLog, cases }: Variant): Peer {
  return {
    name,
    ...(cases === undefined ? {} : { cases }),
    clients: ['http', 'h2c', 'tls', 'passthrough'],
    mostThreads: 256,
    find: () => ({ ok: true, version: `${ownVersion()} on Node.js ${process.versions.node}` }),
    start: (setup) => startProduct(setup, accessLog),
  };
}

/** Starts `fairlead run` with a cluster of its own. */
export async function startProduct(
  setup: Setup,
  accessLog: Variant['accessLog'],
): Promise<StartedPeer & { readonly cluster: DevCluster }> {
  const { programs, folder, port, threads, cores, nodeOptions } = setup;
  const cluster = await startCluster(setup);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig());
  const command = fileURLToPath(new URL('../../../bin/fairlead.js', import.meta.url));
  const args = [
    ...[...nodeOptions, command, 'run', `--kubeconfig=${kubeconfig}`],
    ...[`--entrypoint=web=127.0.0.1:${port}`, `--workers=${threads}`, `--access-log=${accessLog}`],
    ...[`--metrics=127.0.0.1:${await freePort()}`, `--admin=127.0.0.1:${await freePort()}`],
    ...['--drain=0', '--grace=1', `--max-connections=${20_000 * threads}`],
  ];
  const program = programs.start({ file: process.execPath, args, cores, env: { NODE_ENV: 'production' } });
  const end = async (): Promise<void> => {
    await programs.end(program);
    await cluster.stop();
  };
  return { program, end, cluster };
}

/** A cluster with one route to the origin. */
async function startCluster(setup: Setup): Promise<DevCluster> {
  const cluster = await startDevCluster();
  const objects = [
    ...customResourceDefinitions().map((definition) => structuredClone(definition)),
    service('origin'),
    ...endpoints('origin', [setup.origin]),
    ...routeObjects(setup),
  ];
  for (const object of objects) cluster.apply(object as never);
  return cluster;
}

function routeObjects({ host, client, upstream, certificate }: Setup): readonly object[] {
  if (client === 'passthrough') return [passthroughRoute(host)];
  const services = [{ name: 'origin', port: 80, ...(upstream === 'h2c' ? { scheme: 'h2c' } : {}) }];
  const route = ingressRoute('bench', `Host(\`${host}\`) && PathPrefix(\`/\`)`, 'origin', { services });
  if (client !== 'tls' || certificate === null) return [route];
  const tls = { secretName: 'bench' };
  return [
    certificateSecret('bench', certificate),
    { ...route, spec: { ...('spec' in route && typeof route.spec === 'object' ? route.spec : {}), tls } },
  ];
}

function passthroughRoute(host: string): object {
  return {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'IngressRouteTCP',
    metadata: { name: 'bench', namespace: 'default' },
    spec: {
      routes: [{ match: `HostSNI(\`${host}\`)`, services: [{ name: 'origin', port: 80 }] }],
      tls: { passthrough: true },
    },
  };
}

/** A Secret of the type that Kubernetes has for TLS. The one of the bench is called `bench`. */
export function certificateSecret(name: string, { certificateFile, keyFile }: Certificate): object {
  const data = {
    'tls.crt': readFileSync(certificateFile, 'base64'),
    'tls.key': readFileSync(keyFile, 'base64'),
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    type: 'kubernetes.io/tls',
    data,
  };
}
