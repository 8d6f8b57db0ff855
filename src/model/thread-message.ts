import type { ServiceEndpoints } from './endpoint.ts';
import type { PlanDelta } from './plan-delta.ts';

/** From the control thread to a proxy thread. */
export type ToProxyThread =
  | { readonly kind: 'plan'; readonly delta: PlanDelta }
  /** The fast lane: services whose endpoints changed; an empty list of endpoints means that there are none. */
  | {
      readonly kind: 'endpoints';
      readonly services: readonly ServiceEndpoints[];
      readonly removed: readonly string[];
    }
  /** Stop accepting, close idle connections, answer what is in flight, then say `drained`. */
  | { readonly kind: 'drain'; readonly graceMs: number }
  | { readonly kind: 'ping'; readonly id: number };

/**
 * A part of a plan delta on its way to a proxy thread: pieces arrive in order and are built one by one, between requests; the
 * generation goes live with the last one.
 */
export interface PlanPiece {
  readonly kind: 'planPiece';
  /** A PlanDelta as JSON; one that does not change the generation unless it is the last. */
  readonly text: string;
  readonly last: boolean;
}

/** What really goes to a proxy thread: plans in pieces. */
export type ToWorker = Exclude<ToProxyThread, { readonly kind: 'plan' }> | PlanPiece;

/** From a proxy thread to the control thread. */
export type FromProxyThread =
  /** All entry points are open; the ports are those really bound. */
  | { readonly kind: 'listening'; readonly ports: Readonly<Record<string, number>> }
  /** An entry point could not be opened; the thread ends after saying so. */
  | { readonly kind: 'listenFailed'; readonly entryPoint: string; readonly message: string }
  | { readonly kind: 'live'; readonly generation: number }
  | { readonly kind: 'drained' }
  | { readonly kind: 'pong'; readonly id: number; readonly eventLoopDelay: EventLoopDelay }
  | { readonly kind: 'metricRows'; readonly rows: readonly MetricRow[] };

/** Event-loop delay since the last ping, in seconds. */
export interface EventLoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Says what one row of a thread's shared counters means: which family, which labels, and where its cells begin. */
export interface MetricRow {
  readonly family: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Index of the first cell in the thread's shared array. */
  readonly cell: number;
}
