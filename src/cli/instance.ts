import { type AdminView, startApiServer } from '../admin/api-server.ts';
import type { SideServer } from '../admin/http.ts';
import { type ProbeView, startMetricsServer } from '../admin/metrics-server.ts';
import { watchedKinds } from '../api/kubernetes.ts';
import { connectionsWithin } from '../config/connection-cap.ts';
import {
  type Controller,
  type ControllerListeners,
  createController,
  defaultTiming,
} from '../control/controller.ts';
import { type Cluster, connectCluster } from '../kube/client.ts';
import type { Credentials } from '../kube/credentials.ts';
import { publishedAddresses } from '../kube/publish-service.ts';
import { systemClock } from '../model/clock.ts';
import { settableDefaults } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import { byCodeUnit } from '../model/order.ts';
import type { EntryPoint, Settings } from '../model/settings.ts';
import { askResponder } from '../ocsp/ask.ts';
import { StapleKeeper } from '../ocsp/staple-keeper.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { type ClusterWrites, createClusterWrites } from './cluster-writes.ts';
import { collectStartupGarbage } from './collect-garbage.ts';
import type { World } from './command.ts';
import { createThreadSpawner } from './thread-spawner.ts';
import { ownVersion } from './version.ts';

export interface InstanceOptions {
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly world: World;
  readonly log: Log;
  readonly listeners?: Pick<ControllerListeners, 'onPublished' | 'onDiagnostics'>;
}

/** A running Fairlead: controller, proxy threads, metrics and JSON API. */
export interface Instance {
  readonly controller: Controller;
  readonly cluster: Cluster;
  /** Ports really bound, by entry point. */
  readonly ports: Readonly<Record<string, number>>;
  readonly metrics: SideServer;
  readonly admin: SideServer;
  /** Resolves when every required kind has synced and every proxy thread serves a table, or when `signal` is aborted. */
  untilReady(signal: AbortSignal): Promise<void>;
  /** Not ready, drain, wait for requests in flight, end. */
  stop(): Promise<void>;
}

/** One proxy thread only where several cannot share a port. */
function withPossibleThreads(options: InstanceOptions): InstanceOptions {
  const { settings, world, log } = options;
  if (settings.workers === 1 || world.sharesPorts) return options;
  log.warn(
    { asked: settings.workers },
    'one proxy thread only: this platform does not let threads share a port',
  );
  return { ...options, settings: { ...settings, workers: 1 } };
}

/** Says once where the limit of open files decides how many connections there can be. */
function tellOfConnections(connections: number, openFiles: number | null, log: Log): void {
  const borne = connectionsWithin(openFiles);
  const fields = { connections, openFiles };
  if (connections > borne)
    log.warn(fields, 'more connections are allowed than the limit of open files bears');
  else if (connections === borne && borne < settableDefaults.connections)
    log.info(fields, 'the limit of open files lowers the limit of connections');
}

/** Starts everything; rejects with one sentence where an address cannot be opened, and leaves nothing running then. */
export async function startInstance(asked: InstanceOptions): Promise<Instance> {
  const options = withPossibleThreads(asked);
  const { settings, world, log } = options;
  tellOfConnections(settings.limits.connections, world.openFiles, log);
  const metrics = createMetrics({ version: ownVersion(), node: process.versions.node });
  const cluster = connect(options, metrics, (object) => writes.statusMoved(object));
  const ownNamespace = options.credentials.namespace;
  const writes = createClusterWrites({ cluster, settings, ownNamespace, clock: systemClock, log });
  const staples = new StapleKeeper({
    ask: askResponder,
    onStaple: (id, staple) => controller.staple(id, staple),
    clock: systemClock,
    log,
  });
  const opened = Promise.withResolvers<Readonly<Record<string, number>>>();
  opened.promise.catch(() => undefined);
  const controller = startController(options, { cluster, metrics, writes, staples, opened });
  writes.serve(controller);
  const watching = new AbortController();
  const running: Running = { controller, writes, staples, watching, servers: [], watched: Promise.resolve() };
  try {
    const view = probeView({ controller, metrics, writes, faults: faultsOf(options) });
    const metricsServer = await startMetricsServer(settings.metrics, view, log);
    running.servers.push(metricsServer);
    const ports = await opened.promise;
    const entryPoints = settings.entryPoints.map((one) => ({ ...one, port: ports[one.name] ?? one.port }));
    const admin = await startApiServer(
      settings.admin,
      adminView({ controller, cluster, writes }, entryPoints),
      log,
    );
    running.servers.push(admin);
    running.watched = cluster.start(watching.signal);
    writes.start();
    return {
      controller,
      cluster,
      ports,
      metrics: metricsServer,
      admin,
      stop: () => drainAndEnd(running, options),
      untilReady: (signal) => untilReady(controller, signal),
    };
  } catch (error) {
    await end(running);
    throw error;
  }
}

function connect(
  { settings, credentials, log }: InstanceOptions,
  metrics: Metrics,
  onStatusMoved: (object: ObjectReference) => void,
): Cluster {
  return connectCluster({
    credentials,
    userAgent: `fairlead/${ownVersion()}`,
    kinds: watchedKinds,
    namespaces: settings.namespaces,
    selector: settings.selector,
    log,
    onWatchRestart: (kind) => metrics.watchRestarted(kind),
    onWatchEvent: (kind, epochSeconds) => metrics.watchEvent(kind, epochSeconds),
    onStatusMoved,
  });
}

interface Parts {
  readonly cluster: Cluster;
  readonly metrics: Metrics;
  readonly writes: ClusterWrites;
  readonly staples: StapleKeeper;
  readonly opened: PromiseWithResolvers<Readonly<Record<string, number>>>;
}

function startController(
  { settings, credentials, world, log, listeners = {} }: InstanceOptions,
  { cluster, metrics, writes, staples, opened }: Parts,
): Controller {
  const spawn = createThreadSpawner({ settings, entryPoints: settings.entryPoints, metrics, world });
  return createController({
    source: cluster,
    translate: { ...settings, ownNamespace: credentials.namespace ?? 'default' },
    threads: { count: settings.workers, spawn },
    publishedAddresses: () => addressesToPublish(settings, cluster),
    clock: systemClock,
    log,
    timing: defaultTiming,
    listeners: {
      onPublished: (published) => {
        metrics.published(published.seconds);
        listeners.onPublished?.(published);
      },
      onStatuses: (statuses) => writes.want(statuses),
      onDiagnostics: (changes) => {
        writes.diagnosed(changes);
        listeners.onDiagnostics?.(changes);
      },
      onStapled: (certificates) => staples.update(certificates),
      onThreadMessage: (index, message) => {
        if (message.kind === 'listening') opened.resolve(message.ports);
        else if (message.kind === 'listenFailed') opened.reject(new Error(message.message));
        else if (message.kind === 'metricRows') metrics.addRows(index, message.rows);
      },
    },
  });
}

/**
 * Faults of the control thread that nobody caught. The proxy threads go on with the table they have; health says no, so that
 * whoever watches it can replace the process in an orderly way.
 */
function faultsOf({ world, log }: InstanceOptions): readonly string[] {
  const faults: string[] = [];
  world.onFault((error) => {
    log.error(
      { error: error instanceof Error ? error.stack : String(error) },
      'a fault of the control thread',
    );
    if (faults.length === 0) faults.push('the control thread had a fault; its log says more');
  });
  return faults;
}

function addressesToPublish(
  { publishService, publishAddresses }: Settings,
  cluster: Cluster,
): readonly string[] | null {
  if (publishService === null && publishAddresses.length === 0) return null;
  const [namespace = '', name = ''] = publishService?.split('/') ?? [];
  const ofService =
    publishService === null ? [] : publishedAddresses(cluster.get('Service', namespace, name));
  return [...new Set([...publishAddresses, ...ofService])].toSorted(byCodeUnit);
}

interface Probed {
  readonly controller: Controller;
  readonly metrics: Metrics;
  readonly writes: ClusterWrites;
  readonly faults: readonly string[];
}

function probeView({ controller, metrics, writes, faults }: Probed): ProbeView {
  return {
    missingForReady: () => controller.readiness().missing,
    unhealthy: () => (controller.isHealthy() ? faults : [...faults, 'a proxy thread does not answer']),
    metrics: async () => {
      metrics.setLeader(writes.isLeader);
      metrics.observe(controller);
      return { type: metrics.contentType, body: await metrics.render() };
    },
  };
}

function adminView(
  { controller, cluster, writes }: Pick<Parts, 'cluster' | 'writes'> & { readonly controller: Controller },
  entryPoints: readonly EntryPoint[],
): AdminView {
  return {
    entryPoints,
    endpointsOf: (service) => controller.endpointsOf(service),
    get plan() {
      return controller.plan();
    },
    get certificates() {
      return controller.certificates();
    },
    get generation() {
      return controller.generation;
    },
    get isLive() {
      return controller.liveGeneration === controller.generation;
    },
    get diagnostics() {
      return controller.diagnostics();
    },
    get history() {
      return controller.history();
    },
    get status() {
      const { ready, missing } = controller.readiness();
      const { liveGeneration: generation } = controller;
      return { generation, ready, missing, unavailableKinds: cluster.unavailableKinds, ...writes.report() };
    },
  };
}

async function untilReady(controller: Controller, signal: AbortSignal): Promise<void> {
  while (!controller.readiness().ready && !signal.aborted) {
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
  }
  collectStartupGarbage();
}

interface Running {
  readonly controller: Controller;
  readonly writes: ClusterWrites;
  readonly staples: StapleKeeper;
  readonly watching: AbortController;
  readonly servers: SideServer[];
  watched: Promise<void>;
}

async function drainAndEnd(running: Running, { settings, log }: InstanceOptions): Promise<void> {
  const { drainSeconds, graceSeconds } = settings;
  running.controller.announceEnd();
  log.info({ drainSeconds, graceSeconds }, 'stopping');
  // Now, not at the end: another replica can take over while this one drains.
  await running.writes.stop();
  await new Promise<void>((resolve) => systemClock.after(drainSeconds * 1000, resolve));
  await running.controller.drain(graceSeconds * 1000);
  await end(running);
  log.info({}, 'stopped');
}

async function end({ controller, writes, staples, watching, servers, watched }: Running): Promise<void> {
  staples.stop();
  controller.stop();
  await writes.stop();
  watching.abort();
  await Promise.all([watched, ...servers.map((server) => server.close())]);
}
