import type { Deadlines, Timed } from './deadlines.ts';
import type { ReadMemory } from './read-memory.ts';

/** What the rule for clients that do not take their answers needs to know. Times in milliseconds. */
export interface StallLimits {
  readonly crowdedStalls: number;
  readonly crowdedStallMs: number;
}

/**
 * The clients of one thread that leave a full send buffer untouched. A few of them are daily life: a paused download, a phone in a
 * tunnel. They get all of the time that their entry point grants. Many at once are an attack with slow reads, or an outage that
 * none of them will survive: then none gets more than `crowdedStallMs`, counted from its own start, until half of them have gone.
 * What has been read for a client that stalls has to be kept, so reads are small meanwhile. A rate in bytes would be no better:
 * how much room the operating system has made shows in steps of a third of its buffer only.
 */
export class StalledClients {
  readonly #limits: StallLimits;
  readonly #deadlines: Deadlines;
  readonly #memory: ReadMemory;
  /** Since when, on the clock of `Deadlines.nowMs`. */
  readonly #since = new Map<Timed, number>();
  #isCrowded = false;

  constructor(limits: StallLimits, deadlines: Deadlines, memory: ReadMemory) {
    this.#limits = limits;
    this.#deadlines = deadlines;
    this.#memory = memory;
  }

  get count(): number {
    return this.#since.size;
  }

  /** Gives the deadline of a client that stalls from now on, which is granted `ms`. */
  begin(client: Timed, ms: number): number {
    const { crowdedStalls, crowdedStallMs } = this.#limits;
    this.#since.set(client, this.#deadlines.nowMs);
    if (!this.#isCrowded && this.#since.size > crowdedStalls) {
      this.#isCrowded = true;
      this.#memory.isSmall = true;
      this.#hurry();
    }
    return this.#deadlines.after(this.#isCrowded ? soonest(ms, crowdedStallMs) : ms);
  }

  /** It takes bytes again, or has gone. */
  end(client: Timed): void {
    this.#since.delete(client);
    if (!this.#isCrowded || this.#since.size * 2 > this.#limits.crowdedStalls) return;
    this.#isCrowded = false;
    this.#memory.isSmall = false;
  }

  #hurry(): void {
    const passed = this.#deadlines.nowMs;
    for (const [client, since] of this.#since) {
      const left = Math.max(1, this.#limits.crowdedStallMs - (passed - since));
      client.deadline = soonest(client.deadline, this.#deadlines.after(left));
    }
  }
}

/** The smaller of two times of which 0 means none. */
function soonest(one: number, other: number): number {
  if (one === 0 || other === 0) return one + other;
  return Math.min(one, other);
}
