/** What a peer can make us do for next to nothing. */
export const budget = {
  /** Streams that end with RST_STREAM, whoever sends it: a peer can make us reset streams by its own mistakes. */
  resets: 0,
  settings: 1,
  pings: 2,
  /** DATA frames that carry nothing, and header blocks in more frames than they need. */
  emptyFrames: 3,
  /** PRIORITY, and frames of types that nobody here knows. */
  ignored: 4,
  windowUpdates: 5,
  /** Header blocks that decode to more than a head may be: few bytes can stand for very many. */
  oversizedHeads: 6,
} as const;

/** How much of each at once. */
const burst = [1_000, 100, 500, 500, 1_000, 1_000, 100] as const;
/** How much of each comes back in a second. */
const perSecond = [33, 4, 20, 33, 33, 100, 2] as const;

/** Of a frame that a window has cut. */
const leastBytes = 1_024;

/**
 * How much of what costs a peer nothing one connection may have. Honest peers come nowhere near: what they do in proportion to what
 * they get, such as updating windows, is earned back with it.
 */
export class Budgets {
  readonly #left: number[] = [...burst];
  #filledMs: number;

  /** `nowMs` on the clock of `Deadlines.nowMs`. */
  constructor(nowMs: number) {
    this.#filledMs = nowMs;
  }

  /** Uses up `count` of a budget. False where it has not that much left: then the connection is to end. */
  spend(which: number, count: number, nowMs: number): boolean {
    if (nowMs !== this.#filledMs) this.#fill(nowMs);
    const left = (this.#left[which] ?? 0) - count;
    this.#left[which] = left;
    return left >= 0;
  }

  /**
   * A DATA frame of `length` bytes has been sent: it may be answered with updates of windows, and with a PING that measures. Nothing
   * is earned with small pieces that the windows of the peer have cut.
   */
  dataSent(length: number, isCut: boolean): void {
    if (isCut && length < leastBytes) return;
    this.#earn(budget.windowUpdates, 10);
    this.#earn(budget.pings, 1);
  }

  /** A stream has been opened: it may be prioritised, and given a window. */
  streamOpened(): void {
    this.#earn(budget.windowUpdates, 4);
    this.#earn(budget.ignored, 4);
  }

  #earn(which: number, count: number): void {
    this.#left[which] = Math.min((this.#left[which] ?? 0) + count, burst[which] ?? 0);
  }

  #fill(nowMs: number): void {
    const seconds = (nowMs - this.#filledMs) / 1_000;
    this.#filledMs = nowMs;
    for (let which = 0; which < burst.length; which++) this.#earn(which, (perSecond[which] ?? 0) * seconds);
  }
}
