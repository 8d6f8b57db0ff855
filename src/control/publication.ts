/** One generation that became live in every proxy thread. */
export interface Published {
  readonly generation: number;
  /** From reading the watch event to the last acknowledgement, in seconds. */
  readonly seconds: number;
}

/** Measures "event to live": from the first event that a generation holds to the last acknowledgement of a proxy thread. */
export class PublicationTimer {
  readonly #onPublished: (published: Published) => void;
  /** By generation, ascending. */
  #waiting: { readonly generation: number; readonly seenAtMs: number }[] = [];

  constructor(onPublished: (published: Published) => void) {
    this.#onPublished = onPublished;
  }

  /** `seenAtMs` is when the earliest of its events was seen. */
  published(generation: number, seenAtMs: number): void {
    this.#waiting.push({ generation, seenAtMs });
    // Threads that answer no more must not make a list that grows for ever.
    if (this.#waiting.length > mostWaiting) this.#waiting = this.#waiting.slice(-mostWaiting);
  }

  /** Every thread serves `generation` or a later one, at `nowMs`. */
  live(generation: number, nowMs: number): void {
    const done = this.#waiting.filter((one) => one.generation <= generation);
    if (done.length === 0) return;
    this.#waiting = this.#waiting.filter((one) => one.generation > generation);
    for (const one of done) {
      this.#onPublished({
        generation: one.generation,
        seconds: Math.max(0, nowMs - one.seenAtMs) / 1000,
      });
    }
  }
}

const mostWaiting = 1000;
