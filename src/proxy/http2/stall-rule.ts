import type { Deadlines, Timed } from '../deadlines.ts';
import type { Limits } from '../limits.ts';
import type { StalledClients } from '../stalled-clients.ts';
import type { Stream } from './stream.ts';

interface StallHome {
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly stalls: StalledClients;
}

/** The time limit of a connection for which something waits that its windows or its socket do not take. */
export class StallRule {
  /** 0 while nothing waits. */
  deadline = 0;
  /** When the socket last took bytes, or began to be waited for. */
  movedMs = 0;
  readonly #client: Timed;
  readonly #home: StallHome;
  #grantedMs = 0;

  constructor(client: Timed, home: StallHome) {
    this.#client = client;
    this.#home = home;
  }

  /** Something waits from now on. */
  begin(): void {
    if (this.deadline !== 0) return;
    this.movedMs = this.#home.deadlines.nowMs;
    this.#start(this.#home.limits.clientStallMs);
  }

  /** Nothing waits any more. */
  end(): void {
    if (this.deadline === 0) return;
    this.deadline = 0;
    this.#home.stalls.end(this.#client);
  }

  /** The socket has taken bytes. */
  moved(): void {
    this.movedMs = this.#home.deadlines.nowMs;
  }

  /** Whatever has not moved since the moment that this returns has had its time. */
  expire(): number {
    const { nowMs } = this.#home.deadlines;
    this.end();
    return nowMs - this.#grantedMs;
  }

  /** Goes on for those that still wait. */
  again(waiting: ReadonlySet<Stream>): void {
    if (waiting.size === 0 || this.deadline !== 0) return;
    const { deadlines, limits } = this.#home;
    let oldestMs = deadlines.nowMs;
    for (const { movedMs } of waiting) oldestMs = Math.min(oldestMs, movedMs);
    this.#start(Math.max(1, limits.clientStallMs - (deadlines.nowMs - oldestMs)));
  }

  /** Whoever stalls among many is granted less: see `StalledClients`. */
  #start(ms: number): void {
    const { deadlines, stalls, limits } = this.#home;
    this.deadline = stalls.begin(this.#client, ms);
    this.#grantedMs = Math.min(limits.clientStallMs, this.deadline - deadlines.nowMs);
  }
}

/** The smaller of two times of which 0 means none. */
export function soonest(one: number, other: number): number {
  if (one === 0 || other === 0) return one + other;
  return Math.min(one, other);
}

/** True where a time, of which 0 means none, has come. */
export function isDue(deadline: number, now: number): boolean {
  return deadline !== 0 && deadline <= now;
}
