/** Something that ends when its time is over. Setting `deadline` is all that arming costs. */
export interface Timed {
  /** On the clock of `Deadlines.nowMs`; 0 means none. */
  deadline: number;
  /** Where it stands in the list; owned by `Deadlines`, -1 when it is not in it. */
  slot: number;
  expire(): void;
}

/** As many ends as one turn of the event loop bears: closing a connection, or answering it, takes up to a tenth of a millisecond. */
const mostPerTurn = 32;

/**
 * The time limits of one thread: one coarse interval looks at a field of every connection, so a request arms and disarms
 * its limits by writing a number. The interval rests while there is nothing to watch, and never keeps the process alive.
 * Where thousands are due at once, they expire over several turns of the event loop, so that requests need not wait for all of them.
 */
export class Deadlines {
  /** Monotonic, in milliseconds; renewed at each tick only. */
  nowMs: number;
  readonly #tickMs: number;
  readonly #clock: () => number;
  readonly #watched: Timed[] = [];
  #interval: NodeJS.Timeout | null = null;
  /** Not null while a look at all of them goes on: they are due by the clock of its begin. */
  #rest: NodeJS.Immediate | null = null;

  constructor(tickMs: number, clock: () => number = monotonicMs) {
    this.#tickMs = tickMs;
    this.#clock = clock;
    this.nowMs = clock();
  }

  get size(): number {
    return this.#watched.length;
  }

  /**
   * The deadline that is `ms` away, or none where `ms` is 0. It never comes early, and late by two ticks at most, but for turns of
   * the event loop that others need.
   */
  after(ms: number): number {
    return ms === 0 ? 0 : this.nowMs + ms + this.#tickMs;
  }

  add(timed: Timed): void {
    if (this.#interval === null) {
      this.nowMs = this.#clock();
      this.#interval = setInterval(() => this.tick(), this.#tickMs);
      this.#interval.unref();
    }
    timed.slot = this.#watched.length;
    this.#watched.push(timed);
  }

  remove(timed: Timed): void {
    const slot = timed.slot;
    if (slot === -1) return;
    timed.slot = -1;
    const last = this.#watched.pop();
    if (last !== undefined && last !== timed) {
      this.#watched[slot] = last;
      last.slot = slot;
    }
    if (this.#watched.length === 0) this.stop();
  }

  /** Renews the clock and expires what is due. */
  tick(): void {
    const now = this.#clock();
    this.nowMs = now;
    if (this.#rest === null) this.#expireFrom(this.#watched.length - 1);
  }

  /** Backwards, because an expiry may remove its own entry: what takes its place has been looked at. */
  #expireFrom(begin: number): void {
    this.#rest = null;
    const now = this.nowMs;
    let left = mostPerTurn;
    for (let index = begin; index >= 0; index--) {
      const timed = this.#watched[index];
      if (timed === undefined || timed.deadline === 0 || timed.deadline > now) continue;
      if (left-- === 0) {
        this.#rest = setImmediate(() => this.#expireFrom(Math.min(index, this.#watched.length - 1)));
        return;
      }
      timed.deadline = 0;
      timed.expire();
    }
  }

  stop(): void {
    if (this.#interval !== null) clearInterval(this.#interval);
    this.#interval = null;
    if (this.#rest !== null) clearImmediate(this.#rest);
    this.#rest = null;
  }
}

function monotonicMs(): number {
  return performance.now();
}
