/** How long a turn goes on taking requests once there is too much to do; what comes later in the turn is refused. */
const admitMs = 2;
/** How long the delay must have stood before requests are refused, and how long after a trial that failed. */
const standingMs = 500;
const trialStandingMs = 100;
/** How long after its begin a trial counts as failed by a new overload. */
const trialMs = 2_000;
/** After so long everything is taken again for a moment, to see whether clients only come back because they were refused. */
const firstSpellMs = 10_000;
const lastSpellMs = 60_000;
/** The share of refused requests is looked at so often. */
const windowMs = 1_000;
/** Refusing ends with a window in which no more than this share was refused. */
const calmShare = 0.05;
/** A turn that is shorter than this share of the one before is working off what a pause has left. */
const fallingShare = 0.9;

/**
 * Decides whether a proxy thread has more to do than it can, and which requests it refuses then. It knows two things of the
 * event loop: when a turn that brings requests begins and ends, and when each of its requests was looked at. What waits in the
 * sockets is what makes a turn long, so the length of a turn is the delay that a request meets. A pause, such as a garbage
 * collection or the change of a table, is one gap between two requests, and is left out.
 *
 * - Calm: refusing begins when the delay has been over the limit for half a second in every turn, and did not fall.
 * - Refusing: the first 2 ms of each turn are served and the rest is refused, so that turns stay short. It ends when hardly
 *   anything had to be refused for a second. After 10 seconds, and twice as long each time, all is served for a moment, since
 *   clients that ask again at once would keep it up for ever.
 *
 * All times are monotonic, in milliseconds. No request costs more than a few comparisons here.
 */
export class Overload {
  readonly #delayMs: number;
  #isRefusing = false;
  #isTurnOpen = false;
  #turnStart = 0;
  /** When the last request was looked at. */
  #last = 0;
  /** The longest time between two requests of this turn. */
  #gap = 0;
  /** How long the turn before took, with its gaps. */
  #lastTurn = 0;
  /** Begin of the first turn since which all were over the limit; -1 where the last was not. */
  #overSince = -1;
  #windowStart = 0;
  #seen = 0;
  #refused = 0;
  #spellEnd = 0;
  #spellMs = firstSpellMs;
  #trialEnd = -1;

  /** `delayMs` is the limit of the delay. */
  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  get isRefusing(): boolean {
    return this.#isRefusing;
  }

  /** Length of the last turn. */
  get turnMs(): number {
    return this.#lastTurn;
  }

  /** False until `refuses` opens a turn; then `turnEnded` must be called when all of it has been done. */
  get isTurnOpen(): boolean {
    return this.#isTurnOpen;
  }

  /** A request has come; true where it is to be refused. */
  refuses(nowMs: number): boolean {
    if (!this.#isTurnOpen) this.#beginTurn(nowMs);
    // A time that was taken earlier, such as that of the first bytes of a slow head, says nothing of now.
    const now = Math.max(nowMs, this.#last);
    const gap = now - this.#last;
    if (gap > this.#gap) this.#gap = gap;
    this.#last = now;
    const elapsed = now - this.#turnStart;
    if (this.#isRefusing) {
      this.#seen++;
      if (elapsed < admitMs) return false;
      this.#refused++;
      return true;
    }
    if (elapsed - this.#gap < this.#delayMs) return false;
    return this.#standsTooLong(now, elapsed);
  }

  turnEnded(nowMs: number): void {
    if (!this.#isTurnOpen) return;
    this.#isTurnOpen = false;
    const length = nowMs - this.#turnStart;
    const gap = Math.max(this.#gap, nowMs - this.#last);
    this.#last = nowMs;
    if (length - gap < this.#delayMs) this.#overSince = -1;
    else this.#standsTooLong(nowMs, length);
    this.#lastTurn = length;
  }

  /** The thread did something else for so long: what has come meanwhile is worked off, not refused. */
  paused(ms: number): void {
    this.#lastTurn = Math.max(this.#lastTurn, 2 * ms);
    this.#overSince = -1;
  }

  #beginTurn(now: number): void {
    if (this.#isRefusing) this.#look(now);
    this.#isTurnOpen = true;
    this.#turnStart = now;
    this.#last = now;
    this.#gap = 0;
  }

  /** The turn is over the limit: true where that has been so for too long. */
  #standsTooLong(now: number, elapsed: number): boolean {
    if (this.#isRefusing || elapsed < this.#lastTurn * fallingShare) return false;
    if (this.#overSince === -1) this.#overSince = this.#turnStart;
    const isTrial = now < this.#trialEnd;
    if (now - this.#overSince < (isTrial ? trialStandingMs : standingMs)) return false;
    this.#isRefusing = true;
    this.#spellMs = isTrial ? Math.min(2 * this.#spellMs, lastSpellMs) : firstSpellMs;
    this.#spellEnd = now + this.#spellMs;
    this.#beginWindow(now);
    return true;
  }

  /** At the begin of a turn: is it over, or is it time for a trial? */
  #look(now: number): void {
    const isTrial = now >= this.#spellEnd;
    const wasSilent = now - this.#last >= windowMs;
    const isWindowOver = now - this.#windowStart >= windowMs;
    if (isTrial || wasSilent || (isWindowOver && this.#refused <= this.#seen * calmShare)) {
      this.#isRefusing = false;
      this.#overSince = -1;
      this.#lastTurn = 0;
      this.#trialEnd = wasSilent ? -1 : now + trialMs;
    } else if (isWindowOver) {
      this.#beginWindow(now);
    }
  }

  #beginWindow(now: number): void {
    this.#windowStart = now;
    this.#seen = 0;
    this.#refused = 0;
  }
}
