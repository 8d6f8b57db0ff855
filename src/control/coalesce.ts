import type { Clock } from '../model/clock.ts';

export interface CoalesceOptions {
  /** How long nothing must have been touched before it runs, in milliseconds. */
  readonly quietMs: number;
  /** The longest that a touch waits, however many follow it, in milliseconds. */
  readonly maxDelayMs: number;
  readonly clock: Clock;
  readonly run: () => void;
}

/**
 * Turns a burst of touches into one run: it waits for a quiet moment, but never longer than the maximum delay, so that a
 * storm of events cannot starve the build.
 */
export class Coalescer {
  readonly #options: CoalesceOptions;
  #firstMs = 0;
  #lastMs = 0;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(options: CoalesceOptions) {
    this.#options = options;
  }

  touch(): void {
    if (this.#stopped) return;
    this.#lastMs = this.#options.clock.monotonicMs();
    if (this.#cancel !== null) return;
    this.#firstMs = this.#lastMs;
    this.#arm(this.#options.quietMs);
  }

  /** Nothing runs any more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  #arm(delayMs: number): void {
    this.#cancel = this.#options.clock.after(delayMs, () => this.#due());
  }

  // The timer is not set anew by each touch, which a storm would pay for; it looks again when it fires.
  #due(): void {
    this.#cancel = null;
    const { quietMs, maxDelayMs, clock, run } = this.#options;
    const dueMs = Math.min(this.#lastMs + quietMs, this.#firstMs + maxDelayMs);
    const leftMs = dueMs - clock.monotonicMs();
    if (leftMs > 0) this.#arm(leftMs);
    else run();
  }
}
