import type { ServiceEndpoints } from './endpoint.ts';
import type { PlanDelta } from './plan-delta.ts';
import type { MaterialId } from './plan-tls.ts';
import type { TlsMaterial } from './tls-material.ts';

/** From the control thread to a proxy thread. */
export type ToProxyThread =
  | { readonly kind: 'plan'; readonly delta: PlanDelta }
  /** The fast lane: services whose endpoints changed; an empty list of endpoints means that there are none. */
  | {
      readonly kind: 'endpoints';
      readonly services: readonly ServiceEndpoints[];
      readonly removed: readonly string[];
    }
  /** Certificates and keys: before the plan that names them, and gone after the one that no longer does. */
  | {
      readonly kind: 'tlsMaterial';
      readonly set: readonly TlsMaterial[];
      readonly removed: readonly MaterialId[];
    }
  /** 32 random bytes that all threads derive the keys of session tickets from; new ones end the sessions of the old. */
  | { readonly kind: 'ticketSeed'; readonly seed: Uint8Array }
  /** The status of certificates (RFC 6066 section 8), as the responder signed it, in DER; null where there is none any more. */
  | {
      readonly kind: 'ocspStaples';
      readonly set: readonly { readonly id: MaterialId; readonly staple: Uint8Array | null }[];
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
