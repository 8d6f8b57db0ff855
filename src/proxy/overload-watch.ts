import type { Log } from '../model/log.ts';
import { Overload } from './overload.ts';

/** Shows the turns of this thread's event loop to `Overload`, and says in the log when refusing begins and ends. */
export class OverloadWatch {
  readonly #overload: Overload;
  readonly #log: Log;
  #wasRefusing = false;
  readonly #onTurnEnd = (): void => this.#endTurn();

  /** `delayMs` is the longest delay that may stand. */
  constructor(delayMs: number, log: Log) {
    this.#overload = new Overload(delayMs);
    this.#log = log;
  }

  /** True where the request that began at `startedMs`, monotonic, is to be refused. */
  refuses(startedMs: number): boolean {
    const overload = this.#overload;
    if (overload.isTurnOpen) return overload.refuses(startedMs);
    // The check phase comes when everything that was ready has been read.
    setImmediate(this.#onTurnEnd);
    return overload.refuses(performance.now());
  }

  /** Runs work that requests have to wait for, however long, and that is no overload. */
  pause(work: () => void): void {
    const begin = performance.now();
    work();
    this.#overload.paused(performance.now() - begin);
  }

  #endTurn(): void {
    const overload = this.#overload;
    overload.turnEnded(performance.now());
    if (overload.isRefusing === this.#wasRefusing) return;
    this.#wasRefusing = overload.isRefusing;
    if (this.#wasRefusing) {
      this.#log.warn({ delayMs: Math.round(overload.turnMs) }, 'overloaded: requests are refused');
    } else {
      this.#log.info({}, 'overload is over: all requests are taken');
    }
  }
}
