import type { Clock } from '../model/clock.ts';
import type { WatchedKind } from '../model/cluster.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import type { WantedStatus } from '../model/object-status.ts';
import { Backoff } from './backoff.ts';
import type { KubeError } from './kube-error.ts';

/** The statuses of one kind that wait to be written. A kind that the server refuses waits alone, without the others. */
export class StatusLane {
  readonly kind: WatchedKind;
  readonly #backoff: Backoff;
  /** In the order in which they came. */
  readonly #waiting = new Map<string, WantedStatus>();
  readonly #busy = new Set<string>();
  #cancelPause: (() => void) | null = null;
  #problem = '';

  constructor(kind: WatchedKind, random: () => number) {
    this.kind = kind;
    this.#backoff = new Backoff(random);
  }

  takes({ apiVersion, kind }: ObjectReference): boolean {
    return apiVersion === this.kind.apiVersion && kind === this.kind.kind;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  get paused(): boolean {
    return this.#cancelPause !== null;
  }

  isBusy(key: string): boolean {
    return this.#busy.has(key);
  }

  add(key: string, wanted: WantedStatus): void {
    this.#waiting.set(key, wanted);
  }

  forget(key: string): void {
    this.#waiting.delete(key);
  }

  /** The next one, which is busy from now to `done`; never one whose object is being written just now. */
  take(): { readonly key: string; readonly wanted: WantedStatus } | undefined {
    if (this.paused) return undefined;
    for (const [key, wanted] of this.#waiting) {
      if (this.#busy.has(key)) continue;
      this.#waiting.delete(key);
      this.#busy.add(key);
      return { key, wanted };
    }
    return undefined;
  }

  done(key: string): void {
    this.#busy.delete(key);
  }

  /** Puts one back, unless something newer waits for the same object. */
  retry(key: string, wanted: WantedStatus): void {
    if (!this.#waiting.has(key)) this.#waiting.set(key, wanted);
  }

  /** Stands still for a while that grows from failure to failure; gives its length in milliseconds. */
  pause(clock: Clock, { retryAfterMs }: KubeError, resume: () => void): number {
    const delayMs = this.#backoff.next(retryAfterMs);
    this.#cancelPause = clock.after(delayMs, () => {
      this.#cancelPause = null;
      resume();
    });
    return Math.round(delayMs);
  }

  works(): void {
    this.#backoff.reset();
    this.#problem = '';
  }

  /** True for a problem that is not the same as the one before. */
  isNews(problem: string): boolean {
    const news = problem !== this.#problem;
    this.#problem = problem;
    return news;
  }

  stop(): void {
    this.#waiting.clear();
    this.#cancelPause?.();
    this.#cancelPause = null;
  }
}
