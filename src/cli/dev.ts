import { customResourceDefinitions } from '../api/crds.ts';
import { controllerName, type EndpointSlice } from '../api/kubernetes.ts';
import type { DevSettings } from '../config/read-settings.ts';
import { type DevCluster, startDevCluster } from '../devcluster/dev-cluster.ts';
import type { Cluster } from '../kube/client.ts';
import { kubeconfigCredentials } from '../kube/kubeconfig.ts';
import { systemClock } from '../model/clock.ts';
import type { Log } from '../model/log.ts';
import type { Settings } from '../model/settings.ts';
import { createLog } from '../telemetry/log.ts';
import { type Command, untilAborted, type World } from './command.ts';
import { writeKubeconfig } from './dev-kubeconfig.ts';
import { clockTime, overview, publishedLine } from './dev-lines.ts';
import { EchoUpstreams } from './echo-upstreams.ts';
import { followFiles } from './follow.ts';
import { startInstance } from './instance.ts';
import { ManifestSync } from './manifest-sync.ts';
import { loadManifests } from './manifests.ts';
import { settingsHelp, settingsOf } from './settings-words.ts';
import { ownVersion } from './version.ts';

export const devCommand: Command = {
  help: () =>
    `Loads the manifests at and below each PATH into an embedded Kubernetes API server and follows changes of the files.\n\n${settingsHelp('dev')}`,
  async run(argv, world) {
    const startedAt = performance.now();
    const { settings, dev, paths } = settingsOf('dev', argv, world);
    const manifests = loadManifests(paths, world.readStandardInput);
    const log = createLog({
      level: settings.logLevel,
      format: settings.logFormat,
      colours: world.isTerminal,
    });
    const devCluster = await startApiServer(dev);
    const closers: (() => void | Promise<void>)[] = [() => devCluster.stop()];
    try {
      const sync = await prepare(devCluster, settings, manifests, world);
      closers.unshift(writeKubeconfig(dev.kubeconfigFile, devCluster.kubeconfig()));
      const running = await connect({ settings, dev, devCluster, world, log });
      closers.unshift(() => running.upstreams.close());
      // Whoever ends it while it starts has not seen it ready.
      if (!world.stopped.aborted)
        world.print(
          overview({
            version: ownVersion(),
            seconds: (performance.now() - startedAt) / 1000,
            paths,
            kubeconfig: dev.kubeconfigFile,
            apiServer: devCluster.url,
            instance: running.instance,
            entryPoints: settings.entryPoints,
          }),
        );
      running.printChanges();
      if (dev.follow && paths.some((path) => path !== '-')) closers.unshift(follow(paths, sync, world));
      await untilAborted(world.stopped);
      world.print('\nstopping\n');
      await running.instance.stop();
    } finally {
      for (const close of closers) await close();
    }
    return 0;
  },
};

async function startApiServer({ api }: DevSettings): Promise<DevCluster> {
  try {
    return await startDevCluster({ ...api, tls: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`--api ${api.host}:${api.port} cannot be opened: ${reason}`);
  }
}

/** Puts in what Fairlead needs, then the manifests. */
async function prepare(
  devCluster: DevCluster,
  { ingressClass }: Settings,
  manifests: ReturnType<typeof loadManifests>,
  world: World,
): Promise<ManifestSync> {
  for (const definition of customResourceDefinitions())
    devCluster.apply(structuredClone(definition) as never);
  devCluster.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: ingressClass },
    spec: { controller: controllerName },
  });
  const sync = new ManifestSync({
    apply: ({ ...object }) => {
      const { namespace } = object.metadata;
      if (namespace !== undefined) ensureNamespace(devCluster, namespace);
      devCluster.apply(structuredClone(object) as never);
    },
    delete: ({ apiVersion, kind, metadata: { name, namespace } }) => {
      const where = namespace === undefined ? {} : { namespace };
      if (devCluster.get({ apiVersion, kind, name, ...where }) === undefined) return;
      devCluster.delete({ apiVersion, kind, name, ...where });
    },
  });
  await synchronise(sync, manifests, world);
  return sync;
}

/** In a real cluster somebody made the namespace; here manifests may name it without more ado. */
function ensureNamespace(devCluster: DevCluster, name: string): void {
  if (devCluster.get({ apiVersion: 'v1', kind: 'Namespace', name }) !== undefined) return;
  devCluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

async function synchronise(
  sync: ManifestSync,
  manifests: ReturnType<typeof loadManifests>,
  world: World,
): Promise<void> {
  for (const { file, line, column, message } of manifests.problems) {
    world.printError(`${file}:${line}:${column}: ${message}\n`);
  }
  for (const { manifest, message } of await sync.update(manifests)) {
    const { line, column } = manifest.positionOf('');
    world.printError(`${manifest.file}:${line}:${column}: ${message}\n`);
  }
}

interface ConnectOptions {
  readonly settings: Settings;
  readonly dev: DevSettings;
  readonly devCluster: DevCluster;
  readonly world: World;
  readonly log: Log;
}

/** Starts the controller on the embedded cluster, as it would run on a real one: through the kubeconfig and the network. */
async function connect({ settings, dev, devCluster, world, log }: ConnectOptions) {
  const found = await kubeconfigCredentials({
    files: [dev.kubeconfigFile],
    context: null,
    clock: systemClock,
  });
  if (!found.ok) throw new Error(found.problem);
  const upstreams = new EchoUpstreams(
    () => devCluster.list(slicesOf) as readonly object[] as readonly EndpointSlice[],
    log,
  );
  let printing = false;
  const instance = await startInstance({
    settings,
    credentials: found.credentials,
    world,
    log,
    listeners: {
      onPublished: (published) => {
        if (printing) world.print(publishedLine(published, instance.controller.history()));
      },
    },
  });
  keepUpstreams(instance.cluster, upstreams, (line) => {
    if (printing) world.print(line);
  });
  await instance.untilReady(world.stopped);
  return {
    instance,
    printChanges: () => {
      printing = true;
    },
    upstreams,
  };
}

const slicesOf = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };

function keepUpstreams(cluster: Cluster, upstreams: EchoUpstreams, print: (line: string) => void): void {
  upstreams.update();
  cluster.onChange((changes) => {
    const slices = changes.filter(({ object }) => object.kind === 'EndpointSlice');
    if (slices.length > 0) upstreams.update();
    for (const { object } of slices)
      print(`${clockTime()} endpoints  ${object.namespace}/${object.name} changed\n`);
  });
}

function follow(paths: readonly string[], sync: ManifestSync, world: World): () => void {
  const files = paths.filter((path) => path !== '-');
  let last: Promise<void> = Promise.resolve();
  return followFiles(
    files,
    () => {
      last = last.then(async () => {
        try {
          await synchronise(sync, loadManifests(files, world.readStandardInput), world);
        } catch (error) {
          world.printError(`${error instanceof Error ? error.message : error}\n`);
        }
      });
    },
    (reason) => world.printError(`changes are not followed: ${reason}\n`),
  );
}
