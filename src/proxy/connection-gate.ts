import type { OpenConnection } from './client-home.ts';
import { Counter } from './counter.ts';
import type { ConnectionGate, Listener } from './listener.ts';

/** How far below the limit accepting starts again. */
const resumeShare = 0.95;

/**
 * The connection limit of a thread, or of one of its entry points. At the limit an idle connection makes room for the new one;
 * where there is none, its listeners stop accepting until enough have gone, and the other threads, or a later attempt, take what
 * comes.
 */
export class AcceptGate implements ConnectionGate {
  readonly listeners: Listener[] = [];
  /** Connections of all listeners. */
  readonly open = new Counter();
  readonly #limit: number;
  readonly #retryMs: number;
  #isPaused = false;
  #isResuming = false;
  #retry: NodeJS.Timeout | null = null;

  constructor(limit: number, retryMs: number) {
    this.#limit = limit;
    this.#retryMs = retryMs;
  }

  opened(newest: OpenConnection): void {
    this.open.up();
    if (this.open.value < this.#limit || this.#isPaused) return;
    if (this.listeners.some((listener) => listener.closeOldestIdle(newest))) return;
    this.#isPaused = true;
    for (const listener of this.listeners) listener.pause(this);
  }

  closed(): void {
    this.open.down();
    if (this.#isPaused && this.open.value < this.#limit * resumeShare) void this.#resume();
  }

  stop(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#isPaused = false;
  }

  async #resume(): Promise<void> {
    if (this.#isResuming) return;
    this.#isResuming = true;
    const results = await Promise.all(this.listeners.map((listener) => listener.resume(this)));
    this.#isResuming = false;
    if (!this.#isPaused) return;
    if (results.every((isOpen) => isOpen)) {
      this.#isPaused = false;
      return;
    }
    this.#retry = setTimeout(() => void this.#resume(), this.#retryMs);
  }
}

/** The gate of an entry point that has a limit for itself: its own, and that of the thread. */
export class BothGates implements ConnectionGate {
  readonly #own: AcceptGate;
  readonly #all: AcceptGate;

  constructor(own: AcceptGate, all: AcceptGate) {
    this.#own = own;
    this.#all = all;
  }

  opened(newest: OpenConnection): void {
    this.#own.opened(newest);
    this.#all.opened(newest);
  }

  closed(): void {
    this.#own.closed();
    this.#all.closed();
  }
}
