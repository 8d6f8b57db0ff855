import type { Limits } from './limits.ts';

/**
 * How long a client may take for a request body: never silent for too long, and not slower on average than the smallest rate once
 * its first seconds are over. Time in which we hold the client back is not held against it. All moments are on the clock of
 * `Deadlines.nowMs`; one object serves all bodies of a connection.
 */
export class BodyPace {
  readonly #limits: Limits;
  #beganMs = 0;
  #bytes = 0;
  #heldSinceMs = -1;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  begin(nowMs: number): void {
    this.#beganMs = nowMs;
    this.#bytes = 0;
    this.#heldSinceMs = -1;
  }

  /** Bytes have come. */
  took(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Nothing is read from the client until `release`. */
  hold(nowMs: number): void {
    if (this.#heldSinceMs === -1) this.#heldSinceMs = nowMs;
  }

  release(nowMs: number): void {
    if (this.#heldSinceMs === -1) return;
    this.#beganMs += nowMs - this.#heldSinceMs;
    this.#heldSinceMs = -1;
  }

  /** When the body is too slow unless more of it comes; 0 where it may take for ever. */
  deadline(nowMs: number): number {
    const { bodyIdleMs, bodyRate, bodyGraceMs, tickMs } = this.#limits;
    const silentMs = bodyIdleMs === 0 ? Number.POSITIVE_INFINITY : nowMs + bodyIdleMs;
    if (bodyRate === 0) return bodyIdleMs === 0 ? 0 : silentMs + tickMs;
    const paidMs = (this.#bytes * 1_000) / bodyRate;
    return Math.min(silentMs, this.#beganMs + Math.max(bodyGraceMs, paidMs)) + tickMs;
  }
}
