import { type SettableLimits, settableDefaults } from '../model/limits.ts';

/** How much of everything one proxy thread, or one of its entry points, grants. Times in milliseconds, sizes in bytes. */
export interface Limits extends SettableLimits {
  /** The head of an upstream's answer. Above: 502. */
  readonly responseHeadBytes: number;
  readonly responseHeaderCount: number;
  /** Informational (1xx) answers before the final one. Above: 502. */
  readonly informationalCount: number;
  /** Bytes of later requests that are held while an answer is awaited; above, reading pauses. */
  readonly pipelinedBytes: number;
  /** So many clients of one thread that do not take their answers are many. */
  readonly crowdedStalls: number;
  /** What each of them is granted then, where `clientStallMs` is more. */
  readonly crowdedStallMs: number;
  /** How long a request body may be slower than `bodyRate` at its begin. */
  readonly bodyGraceMs: number;
  /** How long bytes of a client that we have finished with are read and dropped, so that it can read our answer. */
  readonly lingerMs: number;
  /** How often a client that has closed its sending side is looked at; three looks at most find out whether it has left. */
  readonly halfClosedMs: number;
  /** How long all threads get to close their ports, at the drain's start, before clients are told that connections close. */
  readonly settleMs: number;
  /** How long an idle connection stays open once draining has begun: a request may be on its way already. */
  readonly lastCallMs: number;
  /** Silence in a tunnel once one side has closed its sending side: the other may be gone too, without a word. */
  readonly tunnelHalfClosedMs: number;
  /** Longest handshake of TLS with an endpoint, from when it has accepted the connection. */
  readonly upstreamHandshakeMs: number;
  /** How often time limits are looked at; each may be exceeded by this much. */
  readonly tickMs: number;
}

/** How far a connection's keep-alive time may be from what is set. */
const keepAliveSpread = 0.1;

/**
 * The keep-alive time of one connection, in milliseconds: 10 % more or less, by a number from 0 to 1, so that connections that were
 * opened at once are not closed, and opened again, at once.
 */
export function keepAliveMsOf({ keepAliveMs }: Limits, chance: number): number {
  return Math.round(keepAliveMs * (1 + keepAliveSpread * (2 * chance - 1)));
}

/** How long before its upstream a connection is closed, at most. */
const mostMarginMs = 4_000;

/**
 * How long an unused upstream connection is kept, in milliseconds, 0 for as long as it lasts: well less than the upstream says that it keeps it (0 where it
 * says nothing), since a request that meets the closing is lost.
 */
export function poolIdleMsOf({ poolIdleMs }: Limits, announcedMs: number): number {
  if (announcedMs === 0) return poolIdleMs;
  return Math.min(
    poolIdleMs === 0 ? announcedMs : poolIdleMs,
    announcedMs - Math.min(announcedMs / 2, mostMarginMs),
  );
}

export const defaultLimits: Limits = Object.freeze({
  ...settableDefaults,
  responseHeadBytes: 65_536,
  responseHeaderCount: 256,
  informationalCount: 16,
  pipelinedBytes: 65_536,
  crowdedStalls: 64,
  crowdedStallMs: 6_000,
  bodyGraceMs: 10_000,
  lingerMs: 2_000,
  halfClosedMs: 300,
  settleMs: 100,
  lastCallMs: 1_000,
  tunnelHalfClosedMs: 30_000,
  upstreamHandshakeMs: 10_000,
  tickMs: 500,
});
