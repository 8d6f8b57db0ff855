import type { ApiObject } from '../json.ts';

/** One change of one object, as watches tell of it. Objects are shared with the store: nobody changes them. */
export interface StoredEvent {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** As it is after the change; for DELETED the last state, carrying the revision of the deletion. */
  readonly object: ApiObject;
  /** As it was before the change; null for ADDED. */
  readonly previous: ApiObject | null;
}

/**
 * The last changes of one resource, in order. What is older than the bound is forgotten, as in the watch cache of Kubernetes;
 * who asks for it is told so.
 */
export class History {
  readonly #bound: number;
  #events: StoredEvent[] = [];
  #forgotten: number;
  #lastForgotten = 0;

  /** `bound` is the number of events that are kept at least; `from` is the revision after which it knows everything. */
  constructor(bound: number, from: number) {
    this.#bound = bound;
    this.#forgotten = from;
  }

  /** The revision after which every change is still known. */
  get knownSince(): number {
    return this.#forgotten;
  }

  /** True if changes after `revision` happened that are not known any more. */
  hasForgottenAfter(revision: number): boolean {
    return this.#lastForgotten > revision;
  }

  add(event: StoredEvent): void {
    this.#events.push(event);
    if (this.#events.length < this.#bound * 2) return;
    this.#forget(this.#events.length - this.#bound);
  }

  /** Forgets everything up to and including `revision`. */
  compact(revision: number): void {
    this.#forget(this.#indexAfter(revision));
    this.#forgotten = Math.max(this.#forgotten, revision);
  }

  /** The first event after `revision`, or undefined if there is none yet. */
  next(revision: number): StoredEvent | undefined {
    return this.#events[this.#indexAfter(revision)];
  }

  /** All events after `revision`, the latest first. */
  backTo(revision: number): readonly StoredEvent[] {
    return this.#events.slice(this.#indexAfter(revision)).reverse();
  }

  #forget(count: number): void {
    const last = this.#events[count - 1];
    if (last === undefined) return;
    this.#forgotten = last.revision;
    this.#lastForgotten = last.revision;
    this.#events = this.#events.slice(count);
  }

  #indexAfter(revision: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
