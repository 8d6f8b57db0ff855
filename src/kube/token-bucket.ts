import type { Clock } from '../model/clock.ts';

/** So many at once, then one every `everyMs`. */
export interface TokenRate {
  readonly burst: number;
  readonly everyMs: number;
}

/** Lets things happen so often and no more. */
export class TokenBucket {
  readonly #rate: TokenRate;
  readonly #clock: Clock;
  #tokens: number;
  #countedAtMs: number;

  constructor(rate: TokenRate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
    this.#tokens = rate.burst;
    this.#countedAtMs = clock.monotonicMs();
  }

  /** True where one may happen now, which is counted then. */
  take(): boolean {
    if (this.waitMs() > 0) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Counts one that happens in any case; the next ones wait for it. */
  spend(): void {
    this.#tokens -= 1;
  }

  /** Milliseconds until the next one may happen; 0 for now. */
  waitMs(): number {
    const { burst, everyMs } = this.#rate;
    const nowMs = this.#clock.monotonicMs();
    this.#tokens = Math.min(burst, this.#tokens + (nowMs - this.#countedAtMs) / everyMs);
    this.#countedAtMs = nowMs;
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) * everyMs);
  }
}
