import type { Clock } from '../model/clock.ts';
import type { Log } from '../model/log.ts';
import { formatReference, type ObjectReference } from '../model/object-reference.ts';
import type { WantedEvent } from '../model/wanted-event.ts';
import { Backoff } from './backoff.ts';
import { type EventSubject, eventBody, eventName } from './event-body.ts';
import type { KubeError } from './kube-error.ts';
import { collectionPath, type Resource } from './resource-path.ts';
import { TokenBucket, type TokenRate } from './token-bucket.ts';
import type { ApiTransport } from './transport.ts';

export interface EventWriterOptions {
  readonly transport: ApiTransport;
  /** What an object's owner should hear of now; asked for just before it is written. Empty where it is not ours. */
  readonly eventsOf: (object: ObjectReference) => readonly WantedEvent[];
  /** Null for an object that is not there. */
  readonly subjectOf: (object: ObjectReference) => EventSubject | null;
  /** Who writes, at most 128 characters. */
  readonly instance: string;
  readonly clock: Clock;
  /** Numbers from 0 up to 1, as Math.random gives them. */
  readonly random: () => number;
  readonly log: Log;
}

/** Writes Events, each once, and never many at a time: whatever is dropped stands in the JSON API all the same. */
export interface EventWriter {
  /** These objects have problems that are new. */
  look(objects: readonly ObjectReference[]): void;
  /** Objects that wait. */
  readonly pending: number;
  /** Forgets what waits and gives up what is in flight; `look` begins anew. */
  clear(): void;
}

/** A problem that goes away so soon was only the order in which things were applied. */
const settleMs = 2000;
const totalRate: TokenRate = Object.freeze({ burst: 50, everyMs: 1000 });
const objectRate: TokenRate = Object.freeze({ burst: 10, everyMs: 300_000 });
/** Objects that wait; more are dropped. */
const mostWaiting = 200;
/** What is only remembered to spare requests is forgotten before it fills the memory. */
const mostRemembered = 20_000;
/** How often the log says that Events are dropped. */
const tellDropsMs = 600_000;
/** Rights come seldom, and somebody has to grant them. */
const refusedRetryMs = 60_000;

const events: Resource = Object.freeze({
  apiVersion: 'events.k8s.io/v1',
  resource: 'events',
  namespaced: true,
});

/** Makes a writer; nothing is written before `look`. */
export function createEventWriter(options: EventWriterOptions): EventWriter {
  return new Writer(options);
}

interface Waiting {
  readonly object: ObjectReference;
  readonly dueMs: number;
}

class Writer implements EventWriter {
  readonly #options: EventWriterOptions;
  readonly #total: TokenBucket;
  readonly #backoff: Backoff;
  readonly #waiting = new Map<string, Waiting>();
  readonly #told = new Set<string>();
  readonly #objects = new Map<string, TokenBucket>();
  #work = new AbortController();
  #isBusy = false;
  #cancelPause: (() => void) | null = null;
  #toldDropsAtMs = Number.NEGATIVE_INFINITY;
  #problem = '';

  constructor(options: EventWriterOptions) {
    this.#options = options;
    this.#total = new TokenBucket(totalRate, options.clock);
    this.#backoff = new Backoff(options.random);
  }

  get pending(): number {
    return this.#waiting.size + (this.#isBusy ? 1 : 0);
  }

  look(objects: readonly ObjectReference[]): void {
    const dueMs = this.#options.clock.monotonicMs() + settleMs;
    let dropped = 0;
    for (const object of objects) {
      const key = formatReference(object);
      if (this.#waiting.has(key)) continue;
      if (this.#waiting.size >= mostWaiting) dropped += 1;
      else this.#waiting.set(key, { object, dueMs });
    }
    this.#tellDrops(dropped);
    if (!this.#isBusy) this.#pump();
  }

  clear(): void {
    this.#work.abort();
    this.#work = new AbortController();
    this.#waiting.clear();
    this.#cancelPause?.();
    this.#cancelPause = null;
    this.#isBusy = false;
  }

  /** Writes what is due, one after the other; sets a timer for what is not. */
  #pump(): void {
    if (this.#cancelPause !== null) return;
    const [next] = this.#waiting;
    if (next === undefined) return;
    const [key, { object, dueMs }] = next;
    const waitMs = Math.max(dueMs - this.#options.clock.monotonicMs(), this.#total.waitMs());
    if (waitMs > 0) {
      this.#pause(waitMs);
      return;
    }
    this.#waiting.delete(key);
    this.#isBusy = true;
    const { signal } = this.#work;
    void this.#tell(object, signal).then((error) => {
      if (signal.aborted) return;
      this.#isBusy = false;
      if (error !== null) this.#failed(object, error);
      this.#pump();
    });
  }

  #pause(waitMs: number): void {
    this.#cancelPause?.();
    this.#cancelPause = this.#options.clock.after(waitMs, () => {
      this.#cancelPause = null;
      this.#pump();
    });
  }

  /** Gives why the rest must wait; null where the object is done with. */
  async #tell(object: ObjectReference, signal: AbortSignal): Promise<KubeError | null> {
    const { eventsOf, subjectOf, transport, instance, clock } = this.#options;
    const subject = subjectOf(object);
    if (subject === null) return null;
    for (const event of eventsOf(object)) {
      const name = eventName(event, subject);
      if (this.#told.has(name)) continue;
      if (!this.#bucketOf(object).take()) return null;
      // Several problems of one object may go beyond the total rate for a moment; the next object waits for it.
      this.#total.spend();
      const result = await transport.request({
        method: 'POST',
        path: collectionPath(events, object.namespace),
        body: eventBody(event, subject, instance, clock.epochMs()),
        signal,
      });
      if (signal.aborted) return null;
      if (!result.ok && result.error.code !== 409) return result.error;
      this.#works();
      if (this.#told.size >= mostRemembered) this.#told.clear();
      this.#told.add(name);
    }
    return null;
  }

  #bucketOf(object: ObjectReference): TokenBucket {
    const key = formatReference(object);
    let bucket = this.#objects.get(key);
    if (bucket === undefined) {
      if (this.#objects.size >= mostRemembered) this.#objects.clear();
      bucket = new TokenBucket(objectRate, this.#options.clock);
      this.#objects.set(key, bucket);
    }
    return bucket;
  }

  #works(): void {
    this.#backoff.reset();
    this.#problem = '';
  }

  #failed(object: ObjectReference, error: KubeError): void {
    const { code, reason, message, retryAfterMs } = error;
    // A namespace that goes away takes no Events any more, with a 403 that says nothing of the others.
    const isEnding = code === 403 && message.includes('being terminated');
    const isFinal = isEnding || (code >= 400 && code < 500 && ![401, 403, 408, 429].includes(code));
    if (!isFinal) {
      const wait = this.#backoff.next(retryAfterMs);
      this.#pause(code === 403 ? refusedRetryMs : wait);
      if (code !== 403) this.#waiting.set(formatReference(object), { object, dueMs: 0 });
    }
    const problem = `${code} ${reason}`;
    if (problem === this.#problem) return;
    this.#problem = problem;
    const text =
      code === 403 ? 'events are off: our role does not allow to create them' : 'event not written';
    this.#options.log.warn({ object: formatReference(object), code, reason, message }, text);
  }

  #tellDrops(dropped: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (dropped === 0 || nowMs - this.#toldDropsAtMs < tellDropsMs) return;
    this.#toldDropsAtMs = nowMs;
    this.#options.log.warn(
      { dropped },
      'more objects have problems than get events: status and /api/diagnostics have all of them',
    );
  }
}
