import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { customResourceDefinitions } from '../../src/api/crds.ts';
import { controllerName } from '../../src/api/kubernetes.ts';
import type { World } from '../../src/cli/command.ts';
import { type Instance, startInstance } from '../../src/cli/instance.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import {
  type DevCluster,
  type DevClusterOptions,
  startDevCluster,
} from '../../src/devcluster/dev-cluster.ts';
import { kubeconfigCredentials } from '../../src/kube/kubeconfig.ts';
import { systemClock } from '../../src/model/clock.ts';
import type { Log } from '../../src/model/log.ts';

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

/** All of Fairlead on an embedded API server, on free ports. */
export interface RunningFairlead {
  readonly cluster: DevCluster;
  readonly instance: Instance;
  /** Of the entry point `web`. */
  readonly port: number;
  readonly lines: readonly LogLine[];
  /** The threads that were started, in order; those that ended too. */
  readonly threads: readonly Worker[];
  readonly metricsUrl: string;
  readonly adminUrl: string;
}

export interface FairleadOptions {
  readonly world?: Partial<World>;
  readonly objects?: readonly object[];
  readonly cluster?: DevClusterOptions;
  /** Flags besides the ports. */
  readonly flags?: readonly string[];
}

/** Starts everything, waits until it is ready, and ends it with the test. */
export async function startFairlead(
  context: TestContext,
  options: FairleadOptions = {},
): Promise<RunningFairlead> {
  const cluster = await startDevCluster(options.cluster ?? {});
  context.after(() => cluster.stop());
  for (const definition of customResourceDefinitions()) cluster.apply(structuredClone(definition) as never);
  cluster.apply(ingressClass);
  for (const object of options.objects ?? []) cluster.apply(object as never);
  const { lines, log } = recordingLog();
  const threads: Worker[] = [];
  const instance = await startInstance({
    settings: settingsOf(options.flags ?? []),
    credentials: await credentialsOf(context, cluster),
    world: { ...worldOf(threads), ...options.world },
    log,
  });
  context.after(() => instance.stop());
  await instance.untilReady(AbortSignal.timeout(20_000));
  return {
    cluster,
    instance,
    port: instance.ports.web ?? 0,
    lines,
    threads,
    metricsUrl: `http://127.0.0.1:${instance.metrics.address.port}`,
    adminUrl: `http://127.0.0.1:${instance.admin.address.port}`,
  };
}

const ingressClass = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'fairlead' },
  spec: { controller: controllerName },
};

async function credentialsOf(context: TestContext, cluster: DevCluster) {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, cluster.kubeconfig());
  const found = await kubeconfigCredentials({ files: [file], context: null, clock: systemClock });
  if (!found.ok) throw new Error(found.problem);
  return found.credentials;
}

function settingsOf(flags: readonly string[]) {
  const ports = ['--entrypoint=web=127.0.0.1:0', '--metrics=127.0.0.1:0', '--admin=127.0.0.1:0'];
  const result = readSettings({
    command: 'run',
    argv: [...ports, '--drain=0', '--grace=1', '--access-log=off', ...flags],
    env: {},
    readFile: () => '',
    cores: 1,
    openFiles: null,
    isTerminal: false,
  });
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.settings;
}

function worldOf(threads: Worker[]): World {
  return {
    env: {},
    cores: 1,
    openFiles: null,
    sharesPorts: true,
    isTerminal: false,
    print() {},
    printError() {},
    readStandardInput: () => '',
    stopped: new AbortController().signal,
    onFault() {},
    spawnProxyThread: (settings) => {
      const worker = new Worker(new URL('../../src/proxy-thread.ts', import.meta.url), {
        workerData: settings,
      });
      threads.push(worker);
      return worker;
    },
  };
}

function recordingLog(): { lines: LogLine[]; log: Log } {
  const lines: LogLine[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}
