import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { piecesOf } from '../control/plan-pieces.ts';
import type { ProxyThreadPort, SpawnProxyThread } from '../control/proxy-thread-port.ts';
import type { OwnLimits, SettableLimits } from '../model/limits.ts';
import type { PlanDelta } from '../model/plan-delta.ts';
import type { EntryPoint, Settings } from '../model/settings.ts';
import { createCountBuffer } from '../model/shared-counts.ts';
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
  const { workers } = settings;
  const counts = { buffer: createCountBuffer(workers), threads: workers, seed: randomInt(2 ** 32) };
  return (index, ports) => {
    const worker = world.spawnProxyThread({
      index,
      entryPoints: entryPoints.map((entryPoint) => ({
        ...entryPoint,
        ...ownShareOf(entryPoint, settings),
        port: ports?.[entryPoint.name] ?? entryPoint.port,
      })),
      reusePort: workers > 1,
      trustedIps: settings.trustedIps,
      hideReason: settings.hideReason,
      limits: shareOf(settings),
      accessLog: settings.accessLog,
      colours: world.isTerminal,
      logLevel: settings.logLevel,
      logFormat: settings.logFormat,
      hostName: hostname(),
      counters: metrics.addThread(index),
      sharedCounts: { ...counts, thread: index },
    });
    return portOf(worker, cut, () => metrics.retireThread(index));
  };
}

/** The limits of one thread: none knows how many connections the others have, so each gets the same share. */
function shareOf({ limits, workers }: Settings): SettableLimits {
  return { ...limits, ...shares(limits, workers) };
}

function ownShareOf({ limits }: EntryPoint, { workers }: Settings): { readonly limits?: OwnLimits } {
  return limits === undefined ? {} : { limits: { ...limits, ...shares(limits, workers) } };
}

const shared = ['connections', 'udpSessions', 'udpClientSessions'] as const;

function shares(limits: OwnLimits, workers: number): OwnLimits {
  const parts: { [Key in (typeof shared)[number]]?: number } = {};
  for (const key of shared) {
    const whole = limits[key];
    if (whole !== undefined) parts[key] = Math.max(1, Math.floor(whole / workers));
  }
  return parts;
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
