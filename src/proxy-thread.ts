// The front door of a proxy thread: messages come in, a proxy and its counters go to work.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { collectStartupGarbage } from './cli/collect-garbage.ts';
import type { Outcome } from './model/outcome.ts';
import type { ProxyThreadSettings } from './model/proxy-thread-settings.ts';
import type { FromProxyThread, ToWorker } from './model/thread-message.ts';
import { ListenError } from './proxy/listen-error.ts';
import { PlanInbox } from './proxy/plan-inbox.ts';
import { type Proxy as RunningProxy, startProxy } from './proxy/proxy.ts';
import { createLog } from './telemetry/log.ts';
import { openAccessLog } from './telemetry/open-access-log.ts';
import { ThreadRecorder } from './telemetry/thread-recorder.ts';

/** How often the event loop is looked at, in milliseconds; each look wakes the thread. */
const delayResolutionMs = 50;

await runProxyThread(workerData as ProxyThreadSettings);

async function runProxyThread(settings: ProxyThreadSettings): Promise<void> {
  const { index, colours, logLevel, logFormat, accessLog } = settings;
  const log = createLog({ level: logLevel, format: logFormat, colours });
  const recorder = new ThreadRecorder(settings.counters, (rows) => post({ kind: 'metricRows', rows }));
  const lines = openAccessLog({
    format: accessLog,
    descriptor: 1,
    colours,
    onBroken: (error) =>
      log.error({ thread: index, error: String(error) }, 'the access log cannot be written'),
  });
  const both = {
    finished(outcome: Outcome) {
      recorder.finished(outcome);
      lines.finished(outcome);
    },
    connectionOpened: recorder.connectionOpened.bind(recorder),
    connectionClosed: recorder.connectionClosed.bind(recorder),
    connectionRefused: recorder.connectionRefused.bind(recorder),
  };
  try {
    const proxy = await startProxy({ ...settings, recorder: both, log });
    post({ kind: 'listening', ports: proxy.ports });
    obey(proxy, recorder, () => lines.close());
    collectStartupGarbage();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    post({ kind: 'listenFailed', entryPoint: error.entryPoint, message: error.message });
  }
}

function obey(proxy: RunningProxy, recorder: ThreadRecorder, closeLines: () => Promise<void>): void {
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
  delay.enable();
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - delayResolutionMs / 1000);
  const inbox = inboxOf(proxy, recorder);
  const handlers: {
    [Kind in ToWorker['kind']]: (message: Extract<ToWorker, { kind: Kind }>) => void;
  } = {
    planPiece: (piece) => inbox.plan(piece),
    endpoints: ({ services, removed }) => inbox.endpoints(services, removed),
    tlsMaterial: ({ set, removed }) => inbox.inOrder(() => proxy.setTlsMaterial(set, removed)),
    ticketSeed: ({ seed }) => proxy.setTicketSeed(seed),
    ocspStaples: ({ set }) => {
      for (const { id, staple } of set) proxy.setStaple(id, staple);
    },
    ping: ({ id }) => {
      const eventLoopDelay = {
        p50: seconds(delay.percentile(50)),
        p99: seconds(delay.percentile(99)),
        max: seconds(delay.max),
      };
      delay.reset();
      post({ kind: 'pong', id, eventLoopDelay });
    },
    drain: ({ graceMs }) => {
      proxy
        .drain(graceMs)
        .then(closeLines)
        .then(() => post({ kind: 'drained' }));
    },
  };
  parentPort?.on('message', (message: ToWorker) => {
    (handlers[message.kind] as (message: ToWorker) => void)(message);
  });
}

function inboxOf(proxy: RunningProxy, recorder: ThreadRecorder): PlanInbox {
  return new PlanInbox({
    build: (piece, last) => {
      const isFirst = proxy.generation === 0;
      proxy.buildPlan(piece, last);
      recorder.planChanged(piece);
      if (!last) return;
      // Building all tables at once leaves as much behind as it keeps. Nobody waits for this thread yet.
      if (isFirst) collectStartupGarbage();
      post({ kind: 'live', generation: proxy.generation });
    },
    setEndpoints: (services, removed) => proxy.setEndpoints(services, removed),
    later: setImmediate,
  });
}

function post(message: FromProxyThread): void {
  parentPort?.postMessage(message);
}
