import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { customResourceDefinitions } from '../../../src/api/crds.ts';
import { ownVersion } from '../../../src/cli/version.ts';
import { type DevCluster, startDevCluster } from '../../../src/devcluster/dev-cluster.ts';
import { endpoints, ingressRoute, service } from '../../support/objects.ts';
import { freePort } from '../machine/answers.ts';
import type { Peer, Setup } from './peer.ts';

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
    mostThreads: 256,
    find: () => ({ ok: true, version: `${ownVersion()} on Node.js ${process.versions.node}` }),
    start: async (setup) => {
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
      const program = programs.start({
        file: process.execPath,
        args,
        cores,
        env: { NODE_ENV: 'production' },
      });
      const end = async (): Promise<void> => {
        await programs.end(program);
        await cluster.stop();
      };
      return { program, end };
    },
  };
}

/** A cluster with one route to the origin. */
async function startCluster({ origin, host }: Setup): Promise<DevCluster> {
  const cluster = await startDevCluster();
  const objects = [
    ...customResourceDefinitions().map((definition) => structuredClone(definition)),
    service('origin'),
    ...endpoints('origin', [origin]),
    ingressRoute('bench', `Host(\`${host}\`) && PathPrefix(\`/\`)`, 'origin'),
  ];
  for (const object of objects) cluster.apply(object as never);
  return cluster;
}
