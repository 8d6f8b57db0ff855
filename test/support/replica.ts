import { watchedKinds } from '../../src/api/kubernetes.ts';
import { type ClusterWrites, createClusterWrites } from '../../src/cli/cluster-writes.ts';
import { type Controller, createController, defaultTiming } from '../../src/control/controller.ts';
import type { DevCluster } from '../../src/devcluster/dev-cluster.ts';
import { type Cluster, connectCluster } from '../../src/kube/client.ts';
import { type Clock, systemClock } from '../../src/model/clock.ts';
import { type Log, silentLog } from '../../src/model/log.ts';
import { SecretText } from '../../src/model/secret-text.ts';
import { FakeThread } from '../unit/control/fakes.ts';

export interface ReplicaOptions {
  readonly server: DevCluster;
  /** The clock of what is written and of the election; the watches go by that of the machine. */
  readonly clock?: Clock;
  /** Bearer token; that of the administrator unless given. */
  readonly token?: string;
  readonly ingressClass?: string;
  readonly namespaces?: readonly string[];
  readonly lease?: string | null;
  readonly log?: Log;
}

/** A control thread with a proxy thread that takes everything at once. */
export interface Replica {
  readonly cluster: Cluster;
  readonly controller: Controller;
  readonly writes: ClusterWrites;
  /** As at SIGTERM: gives the Lease back. */
  stop(): Promise<void>;
  /** As after a crash: says nothing more to anybody. */
  crash(): void;
}

export function startReplica(options: ReplicaOptions): Replica {
  const {
    server,
    clock = systemClock,
    token = server.token,
    ingressClass = 'fairlead',
    log = silentLog,
  } = options;
  const material = { authorization: new SecretText(`Bearer ${token}`), tls: { verify: true } };
  const credentials = { server: new URL(server.url), namespace: 'fairlead', material: async () => material };
  let isCrashed = false;
  const cluster = connectCluster({
    credentials,
    userAgent: 'fairlead/test',
    kinds: watchedKinds,
    namespaces: options.namespaces ?? [],
    log,
    onStatusMoved: (object) => writes.statusMoved(object),
  });
  const request: Cluster['transport']['request'] = (asked) =>
    isCrashed ? new Promise(() => {}) : cluster.transport.request(asked);
  const writes = createClusterWrites({
    cluster: Object.assign(Object.create(cluster) as Cluster, {
      transport: { ...cluster.transport, request },
    }),
    settings: { ingressClass, lease: options.lease ?? null },
    ownNamespace: credentials.namespace,
    clock,
    log,
  });
  const controller = createController({
    source: cluster,
    translate: {
      entryPoints: [{ name: 'web', host: '', port: 80, tls: false }],
      ingressClass,
      allowCrossNamespace: false,
      allowExternalNames: false,
    },
    threads: { count: 1, spawn: (index, ports) => new ObedientThread(index, ports) },
    publishedAddresses: () => ['192.0.2.1'],
    clock: systemClock,
    log,
    timing: defaultTiming,
    listeners: {
      onStatuses: (statuses) => writes.want(statuses),
      onDiagnostics: (changes) => writes.diagnosed(changes),
    },
  });
  writes.serve(controller);
  const watching = new AbortController();
  const watched = cluster.start(watching.signal);
  writes.start();
  return {
    cluster,
    controller,
    writes,
    stop: async () => {
      controller.stop();
      if (!isCrashed) await writes.stop();
      watching.abort();
      await watched;
    },
    crash: () => {
      isCrashed = true;
      controller.stop();
      watching.abort();
    },
  };
}

/** Serves a plan as soon as it is told. */
class ObedientThread extends FakeThread {
  override post(message: Parameters<FakeThread['post']>[0]): void {
    if (message.kind === 'plan')
      queueMicrotask(() => this.say({ kind: 'live', generation: message.delta.generation }));
  }
}
