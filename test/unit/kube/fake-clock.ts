import type { Clock } from '../../../src/model/clock.ts';

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  #next = 0;

  monotonicMs(): number {
    return this.#now;
  }

  epochMs(): number {
    return 1_800_000_000_000 + this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const id = this.#next++;
    this.#timers.set(id, { at: this.#now + delayMs, callback });
    return () => this.#timers.delete(id);
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on, firing what falls due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [id, { at, callback }] = due;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      callback();
    }
    this.#now = end;
  }
}
