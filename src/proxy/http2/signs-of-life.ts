import type { Deadlines } from '../deadlines.ts';

interface LifeHome {
  readonly deadlines: Deadlines;
  /** Silence after which a sign of life is asked for, in milliseconds, and how long that may take; 0 asks for none. */
  readonly readIdleMs: number;
  readonly pingTimeoutMs: number;
}

/** When an upstream that owes answers was last heard of, and whether it was asked if it is still there. */
export class SignsOfLife {
  isAsked = false;
  readonly #home: LifeHome;
  #heardMs: number;

  constructor(home: LifeHome) {
    this.#home = home;
    this.#heardMs = home.deadlines.nowMs;
  }

  get isOverdue(): boolean {
    const { deadlines, readIdleMs } = this.#home;
    return deadlines.nowMs - this.#heardMs >= readIdleMs;
  }

  /** Silence counts from here on. Returns the deadline. */
  begin(): number {
    this.heard();
    return this.later();
  }

  heard(): void {
    this.#heardMs = this.#home.deadlines.nowMs;
    this.isAsked = false;
  }

  /** Until when it may be silent, as far as is known now. */
  later(): number {
    const { deadlines, readIdleMs } = this.#home;
    if (readIdleMs === 0) return 0;
    return deadlines.after(Math.max(1, readIdleMs - (deadlines.nowMs - this.#heardMs)));
  }

  /** False where it has been asked, or is not to be. */
  ask(): boolean {
    if (this.isAsked || this.#home.pingTimeoutMs === 0) return false;
    this.isAsked = true;
    return true;
  }
}
