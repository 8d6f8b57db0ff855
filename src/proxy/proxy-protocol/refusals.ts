import type { Log } from '../../model/log.ts';
import type { ConnectionRefusal, Recorder } from '../../model/outcome.ts';

/** Between two lines of the log, in milliseconds. */
const quietMs = 1_000;

/** Counts the connections that an entry point refuses, and logs them at level debug: a line a second at most. */
export class Refusals {
  readonly #entryPoint: string;
  readonly #recorder: Recorder;
  readonly #log: Log;
  #quietUntil = 0;
  #unlogged = 0;

  constructor(entryPoint: string, recorder: Recorder, log: Log) {
    this.#entryPoint = entryPoint;
    this.#recorder = recorder;
    this.#log = log;
  }

  /** `nowMs` is monotonic. */
  refused(peer: string, reason: ConnectionRefusal, nowMs: number): void {
    this.#recorder.connectionRefused(this.#entryPoint, reason);
    if (nowMs < this.#quietUntil) {
      this.#unlogged++;
      return;
    }
    const fields = { entryPoint: this.#entryPoint, peer, reason, notLogged: this.#unlogged };
    this.#log.debug(fields, 'connection refused');
    this.#quietUntil = nowMs + quietMs;
    this.#unlogged = 0;
  }
}
