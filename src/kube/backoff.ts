/** The first wait after a healthy time is short, so that one cut connection costs next to nothing. */
const firstMs = 200;
const lowestMs = 800;
const highestMs = 30_000;
/** A server may ask for more than our own longest wait, but not for ever. */
const longestRetryAfterMs = 300_000;

/**
 * How long to wait between attempts: under 0.2 s once, then doubling from 0.8–1.6 s up to 15–30 s. Half of every wait is
 * random, so that replicas that lost their server together do not come back together.
 */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  /** `random` gives numbers from 0 up to 1, as Math.random does. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Milliseconds to wait now; at least `retryAfterMs` where the server asked for it (RFC 9110 §10.2.3). */
  next(retryAfterMs: number | null = null): number {
    const failures = this.#failures;
    this.#failures += 1;
    const asked = Math.min(retryAfterMs ?? 0, longestRetryAfterMs);
    if (failures === 0) return Math.max(asked, this.#random() * firstMs);
    // Beyond 2^10 the highest has long been reached.
    const half = Math.min(highestMs / 2, lowestMs * 2 ** Math.min(failures - 1, 10));
    return Math.max(asked, half + this.#random() * half);
  }

  /** Call it after a healthy time. */
  reset(): void {
    this.#failures = 0;
  }
}
