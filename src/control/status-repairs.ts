import type { Clock } from '../model/clock.ts';
import { formatReference, type ObjectReference } from '../model/object-reference.ts';

export interface StatusRepairsOptions {
  readonly clock: Clock;
  readonly repair: (object: ObjectReference) => void;
}

/** Repairs of one object in one window; somebody who keeps writing over ours is not fought for ever. */
const mostInWindow = 5;
const windowMs = 60_000;

/**
 * Decides when a status that somebody damaged is put right: at once, but not more than five times a minute for one object.
 * What is held back is put right when the minute ends.
 */
export class StatusRepairs {
  readonly #options: StatusRepairsOptions;
  readonly #counts = new Map<string, number>();
  readonly #held = new Map<string, ObjectReference>();
  #cancelWindow: (() => void) | null = null;

  constructor(options: StatusRepairsOptions) {
    this.#options = options;
  }

  /** The status of an object does not say what it should. */
  damaged(object: ObjectReference): void {
    const key = formatReference(object);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    this.#cancelWindow ??= this.#options.clock.after(windowMs, () => this.#endWindow());
    if (count > mostInWindow) this.#held.set(key, object);
    else this.#options.repair(object);
  }

  /** Forgets everything. */
  clear(): void {
    this.#cancelWindow?.();
    this.#cancelWindow = null;
    this.#counts.clear();
    this.#held.clear();
  }

  #endWindow(): void {
    this.#cancelWindow = null;
    this.#counts.clear();
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const object of held) this.damaged(object);
  }
}
