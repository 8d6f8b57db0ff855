import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customResourceDefinitions } from '../../src/api/crds.ts';
import { startDevCluster } from '../../src/devcluster/dev-cluster.ts';
import { freePort } from './http.ts';
import { endpoints, ingressRoute, service } from './objects.ts';
import { type CleanUp, type RunningCommand, startCommand } from './process.ts';

/** Starts `fairlead run` again and again on one port, each time ready when it is given. */
export interface CommandStarter {
  readonly port: number;
  start(): Promise<RunningCommand>;
}

/** A cluster in this process in which all paths lead to a port of loopback, and the command that serves it. */
export async function commandStarter(
  context: CleanUp,
  upstream: number,
  flags: readonly string[],
): Promise<CommandStarter> {
  const cluster = await startDevCluster();
  context.after(() => cluster.stop());
  const route = ingressRoute('a', 'PathPrefix(`/`)', 'one');
  const objects = [service('one'), ...endpoints('one', [upstream]), route];
  for (const object of [...customResourceDefinitions(), ...objects])
    cluster.apply(structuredClone(object) as never);
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig());
  const port = await freePort();
  const start = async (): Promise<RunningCommand> => {
    const run = startCommand(context, [
      ...['run', '--kubeconfig', kubeconfig, '--drain=0', '--log-format=json', '--access-log=off'],
      ...[`--entrypoint=web=127.0.0.1:${port}`, '--metrics=127.0.0.1:0', '--admin=127.0.0.1:0', ...flags],
    ]);
    await run.printed(/"msg":"ready"/);
    return run;
  };
  return { port, start };
}

/** Calls a script's work with something to clean up by, and cleans up after it, whatever becomes of it. */
export async function withCleanUp(work: (context: CleanUp) => Promise<void>): Promise<void> {
  const endings: (() => unknown)[] = [];
  try {
    await work({ after: (end) => endings.push(end) });
  } finally {
    for (const end of endings.toReversed()) await end();
  }
}
