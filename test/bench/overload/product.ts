import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { customResourceDefinitions } from '../../../src/api/crds.ts';
import { startDevCluster } from '../../../src/devcluster/dev-cluster.ts';
import { endpoints, ingressRoute, service } from '../../support/objects.ts';
import { freePort, untilAnswering } from '../machine/answers.ts';
import type { Program, Programs } from '../machine/programs.ts';

export interface ProductSetup {
  readonly programs: Programs;
  readonly folder: string;
  readonly cores: readonly number[];
  readonly originPort: number;
  readonly host: string;
  /** Headers that the middleware of the route looks for: what makes a request dear. 0 for no middleware. */
  readonly edits: number;
  readonly workers: number;
  /** More words for `fairlead run`. */
  readonly flags: readonly string[];
}

/** A running Fairlead with one route. */
export interface Product {
  readonly program: Program;
  readonly port: number;
  readonly metricsPort: number;
  end(): Promise<void>;
}

/** Starts the command `fairlead run` with a route whose middleware takes its time, against an embedded API server. */
export async function startProduct(setup: ProductSetup): Promise<Product> {
  const { programs, folder, cores, originPort, host, edits, workers, flags } = setup;
  const cluster = await startDevCluster();
  const names = Array.from({ length: edits }, (_, index) => [`X-Not-There-${index}`, '']);
  const middleware = {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'Middleware',
    metadata: { name: 'dear', namespace: 'default' },
    spec: { headers: { customRequestHeaders: Object.fromEntries(names) } },
  };
  const dear = edits === 0 ? {} : { middlewares: [{ name: 'dear' }] };
  const objects = [
    ...customResourceDefinitions().map((definition) => structuredClone(definition)),
    ...(edits === 0 ? [] : [middleware]),
    service('origin'),
    ...endpoints('origin', [originPort]),
    ingressRoute('bench', `Host(\`${host}\`)`, 'origin', dear),
  ];
  for (const object of objects) cluster.apply(object as never);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig());
  const [port, metricsPort] = [await freePort(), await freePort()];
  const command = fileURLToPath(new URL('../../../bin/fairlead.js', import.meta.url));
  const program = programs.start({
    file: process.execPath,
    args: [
      ...[command, 'run', `--kubeconfig=${kubeconfig}`, `--entrypoint=web=127.0.0.1:${port}`],
      ...[`--workers=${workers}`, '--access-log=off', `--metrics=127.0.0.1:${metricsPort}`],
      ...[`--admin=127.0.0.1:${await freePort()}`, '--drain=0', '--grace=1', ...flags],
    ],
    cores,
    env: { NODE_ENV: 'production' },
  });
  await untilAnswering(program, { port, path: '/1k', host, bytes: 1024 });
  const end = async (): Promise<void> => {
    await programs.end(program);
    await cluster.stop();
  };
  return { program, port, metricsPort, end };
}
