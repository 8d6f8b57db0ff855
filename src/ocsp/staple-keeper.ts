import type { Clock } from '../model/clock.ts';
import type { Log } from '../model/log.ts';
import type { MaterialId } from '../model/plan-tls.ts';
import type { StapledCertificate } from '../model/stapled-certificate.ts';
import { judgeAnswer } from './answer.ts';
import { questionFor, type StatusQuestion } from './question.ts';

export interface StapleKeeperOptions {
  /** Posts a question to a responder: `askResponder`. */
  readonly ask: (url: string, body: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;
  /** Null where a staple is out of date and there is no newer one. */
  readonly onStaple: (id: MaterialId, staple: Uint8Array | null) => void;
  readonly clock: Clock;
  readonly log: Log;
}

interface Kept {
  readonly stop: AbortController;
  cancelNext: () => void;
  /** Milliseconds since the epoch; 0 where there is no staple. */
  staleMs: number;
  failures: number;
}

const minuteMs = 60_000;
const longestPauseMs = 3600 * 1000;

/**
 * Keeps a fresh status for every certificate that asks for one (RFC 7633): asks again at half of the time that an answer holds,
 * and goes on with the answer it has, while that holds, when no new one can be had.
 */
export class StapleKeeper {
  readonly #options: StapleKeeperOptions;
  readonly #kept = new Map<MaterialId, Kept>();

  constructor(options: StapleKeeperOptions) {
    this.#options = options;
  }

  /** All certificates that are in use now and ask for a status. */
  update(certificates: readonly StapledCertificate[]): void {
    const wanted = new Set(certificates.map(({ id }) => id));
    for (const [id, kept] of this.#kept) if (!wanted.has(id)) this.#drop(id, kept);
    for (const one of certificates) if (!this.#kept.has(one.id)) this.#begin(one);
  }

  stop(): void {
    for (const [id, kept] of this.#kept) this.#drop(id, kept);
  }

  #begin({ id, chain }: StapledCertificate): void {
    const kept: Kept = { stop: new AbortController(), cancelNext: () => {}, staleMs: 0, failures: 0 };
    this.#kept.set(id, kept);
    questionFor(chain.reveal()).then(
      (question) => {
        if (typeof question === 'string') this.#tell(id, `no status can be had: ${question}`);
        else if (this.#kept.get(id) === kept) this.#ask(id, kept, question);
      },
      (error: unknown) => this.#tell(id, `no status can be had: ${String(error)}`),
    );
  }

  #drop(id: MaterialId, kept: Kept): void {
    this.#kept.delete(id);
    kept.stop.abort();
    kept.cancelNext();
  }

  #ask(id: MaterialId, kept: Kept, question: StatusQuestion): void {
    this.#answerTo(question, kept.stop.signal).then(({ staple, nextUpdateMs, problem }) => {
      if (this.#kept.get(id) !== kept) return;
      const { clock, onStaple } = this.#options;
      const nowMs = clock.epochMs();
      if (staple !== null) {
        kept.failures = 0;
        kept.staleMs = nextUpdateMs;
        onStaple(id, staple);
      } else {
        kept.failures++;
        this.#tell(id, problem);
        if (kept.staleMs !== 0 && kept.staleMs <= nowMs) {
          kept.staleMs = 0;
          onStaple(id, null);
        }
      }
      const pauseMs = this.#pauseMs(kept, nowMs);
      kept.cancelNext = clock.after(pauseMs, () => this.#ask(id, kept, question));
    });
  }

  #pauseMs({ failures, staleMs }: Kept, nowMs: number): number {
    if (failures === 0) return Math.max(minuteMs, (staleMs - nowMs) / 2);
    const backOffMs = Math.min(longestPauseMs, minuteMs * 2 ** Math.min(failures - 1, 10));
    // A staple that ends before then must be taken back in time.
    return staleMs === 0 ? backOffMs : Math.max(1, Math.min(backOffMs, staleMs - nowMs));
  }

  async #answerTo(question: StatusQuestion, signal: AbortSignal): Promise<Answered> {
    const { ask, clock } = this.#options;
    try {
      const staple = await ask(question.url, question.body, signal);
      const judged = await judgeAnswer(staple, question, clock.epochMs());
      if (typeof judged === 'string') return { staple: null, nextUpdateMs: 0, problem: judged };
      return { staple, nextUpdateMs: judged.nextUpdateMs, problem: '' };
    } catch (error) {
      return { staple: null, nextUpdateMs: 0, problem: error instanceof Error ? error.message : 'no answer' };
    }
  }

  #tell(id: MaterialId, problem: string): void {
    this.#options.log.warn({ certificate: id, problem }, 'a certificate asks for a stapled status (OCSP)');
  }
}

interface Answered {
  readonly staple: Uint8Array | null;
  readonly nextUpdateMs: number;
  readonly problem: string;
}
