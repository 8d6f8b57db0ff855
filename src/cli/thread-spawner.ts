import { hostname } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { piecesOf } from '../control/plan-pieces.ts';
import type { ProxyThreadPort, SpawnProxyThread } from '../control/proxy-thread-port.ts';
import type { OwnLimits, SettableLimits } from '../model/limits.ts';
import type { PlanDelta } from '../model/plan-delta.ts';
import type { EntryPoint, Settings } from '../model/settings.ts';
import type { FromProxyThread, PlanPiece, ToProxyThread, ToWorker } from '../model/thread-message.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { World } from './command.ts';

export interface ThreadSpawnerOptions {
  readonly settings: Settings;
  readonly entryPoints: readonly EntryPoint[];
  readonly metrics: Metrics;
  readonly world: World;
}

/** Makes what starts a proxy thread and puts a small face before its Worker. */
export function createThreadSpawner({
  settings,
  entryPoints,
  metrics,
  world,
}: ThreadSpawnerOptions): SpawnProxyThread {
  // All threads are told of a delta one after the other: it is cut once for all of them.
  const cut = new WeakMap<PlanDelta, readonly PlanPiece[]>();
  return (index, ports) => {
    const worker = world.spawnProxyThread({
      index,
      entryPoints: entryPoints.map((entryPoint) => ({
        ...entryPoint,
        ...ownShareOf(entryPoint, settings),
        port: ports?.[entryPoint.name] ?? entryPoint.port,
      })),
      reusePort: settings.workers > 1,
      trustedIps: settings.trustedIps,
      hideReason: settings.hideReason,
      limits: shareOf(settings),
      accessLog: settings.accessLog,
      colours: world.isTerminal,
      logLevel: settings.logLevel,
      logFormat: settings.logFormat,
      hostName: hostname(),
      counters: metrics.addThread(index),
    });
    return portOf(worker, cut, () => metrics.retireThread(index));
  };
}

/** The limits of one thread: none knows how many connections the others have, so each gets the same share. */
function shareOf({ limits, workers }: Settings): SettableLimits {
  return { ...limits, connections: share(limits.connections, workers) };
}

function ownShareOf({ limits }: EntryPoint, { workers }: Settings): { readonly limits?: OwnLimits } {
  if (limits?.connections === undefined) return {};
  return { limits: { ...limits, connections: share(limits.connections, workers) } };
}

function share(connections: number, workers: number): number {
  return Math.max(1, Math.floor(connections / workers));
}

function wireOf(message: ToProxyThread, cut: WeakMap<PlanDelta, readonly PlanPiece[]>): readonly ToWorker[] {
  if (message.kind !== 'plan') return [message];
  const pieces = cut.get(message.delta) ?? piecesOf(message.delta);
  cut.set(message.delta, pieces);
  return pieces;
}

function portOf(
  worker: Worker,
  cut: WeakMap<PlanDelta, readonly PlanPiece[]>,
  onEnd: () => void,
): ProxyThreadPort {
  let reason = 'it ended';
  worker.on('error', (error) => {
    reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  });
  return {
    post: (message) => {
      for (const each of wireOf(message, cut)) worker.postMessage(each);
    },
    onMessage: (listener) => {
      worker.on('message', (message: FromProxyThread) => listener(message));
    },
    onExit: (listener) => {
      worker.on('exit', () => {
        onEnd();
        listener(reason);
      });
    },
    terminate: () => {
      worker.terminate().catch(() => undefined);
    },
  };
}
