import { ownApiVersion } from '../api/kubernetes.ts';
import { type Clock, pause } from '../model/clock.ts';
import type { Log } from '../model/log.ts';
import { Backoff } from './backoff.ts';
import type { ObjectSink, Snapshot } from './cluster-cache.ts';
import { isExpired, type KubeError, localError } from './kube-error.ts';
import { listAll, type Scope } from './list.ts';
import type { ApiTransport } from './transport.ts';
import { type WatchEvent, watch } from './watch.ts';

/** How a reflector stands: not yet synced, synced at least once, or refused for good reasons (403, 404) before that. */
export type ReflectorState = 'waiting' | 'synced' | 'unavailable';

export interface ReflectorOptions {
  readonly transport: ApiTransport;
  readonly scope: Scope;
  readonly sink: ObjectSink;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** There is another way where this one is refused: one refusal is enough then, and no reason for a warning. */
  readonly hasFallback?: boolean;
  readonly onState: (state: ReflectorState) => void;
  /** A watch, or a list before it, has to be begun again. */
  readonly onRestart: () => void;
  /** Something came: seconds since the epoch. */
  readonly onEvent: (epochSeconds: number) => void;
}

/** A watch that lived so long was a good one: the next failure starts counting anew. */
const healthyMs = 10_000;
/** A server that does not know watch-list sends what there is and then nothing that says so. */
const initialSilenceMs = 30_000;
/** A server that has just started refuses for a moment, until it knows who may do what: so many refusals in a row are meant. */
const meantRefusals = 3;
/** After so many server errors (5xx) in a row without one event a version is doubted, whatever the errors say. */
const doubtAfter = 5;

/**
 * Keeps one sink equal to one scope of the API server: a list or watch-list, then watches one after the other from where
 * the last one stopped, and a new list with a diff wherever that cannot be trusted. Never gives up, never throws.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #backoff: Backoff;
  readonly #log: Log;
  #state: ReflectorState = 'waiting';
  /** Where to watch from; null asks for everything. */
  #version: string | null = null;
  #watchListRefused = false;
  #barrenAttempts = 0;
  #refusals = 0;
  #lastProblem = '';

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
    this.#log = options.log;
  }

  /** Settles after the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onRestart } = this.#options;
    while (!signal.aborted) {
      const startedAt = clock.monotonicMs();
      const error = await this.#attempt(signal);
      if (signal.aborted) return;
      const livedMs = clock.monotonicMs() - startedAt;
      if (livedMs >= healthyMs) this.#backoff.reset();
      this.#doubt(error);
      const clean = error === null && livedMs >= healthyMs;
      const delayMs = clean ? 0 : this.#backoff.next(error?.retryAfterMs);
      if (error !== null) this.#note(error, delayMs);
      await pause(clock, delayMs, signal);
      if (!signal.aborted) onRestart();
    }
  }

  /** From one list or watch to the end of the watch. */
  async #attempt(signal: AbortSignal): Promise<KubeError | null> {
    if (this.#version === null && !this.#watchListRefused) {
      const error = await this.#watchList(signal);
      if (signal.aborted || !this.#watchListRefused) return error;
    }
    if (this.#version === null) {
      const error = await this.#list(signal);
      if (error !== null) return error;
    }
    return this.#watch(signal);
  }

  async #list(signal: AbortSignal): Promise<KubeError | null> {
    const { transport, scope, sink, clock } = this.#options;
    let snapshot = sink.snapshot();
    const result = await listAll(transport, scope, signal, {
      add: (raw) => snapshot.add(raw),
      restart: () => {
        snapshot = sink.snapshot();
      },
    });
    if (signal.aborted) return null;
    if (!result.ok) {
      this.#refused(result.error);
      return result.error;
    }
    this.#version = result.resourceVersion;
    this.#synced(snapshot, clock.monotonicMs());
    return null;
  }

  /** One stream that begins with all there is; see `watch`. */
  async #watchList(signal: AbortSignal): Promise<KubeError | null> {
    const { sink, clock } = this.#options;
    const silence = new AbortController();
    let snapshot: Snapshot | null = sink.snapshot();
    let silent = false;
    let cancel = (): void => {};
    const arm = (): void => {
      cancel();
      cancel = clock.after(initialSilenceMs, () => {
        silent = true;
        silence.abort();
      });
    };
    arm();
    const error = await this.#stream(AbortSignal.any([signal, silence.signal]), null, (events) => {
      const seenAtMs = clock.monotonicMs();
      const end = snapshot === null ? 0 : initialEndOf(events);
      if (snapshot !== null) {
        collect(events.slice(0, end), snapshot);
        arm();
        if (end === events.length) return;
        cancel();
        this.#version = events[end]?.resourceVersion ?? null;
        this.#synced(snapshot, seenAtMs);
        snapshot = null;
      }
      this.#apply(events.slice(end), seenAtMs);
    });
    cancel();
    if (snapshot === null) return error;
    // The plain list is the older and surer way; but it would not help where nobody answers at all.
    this.#watchListRefused = silent || error === null || isRefusal(error) || error.reason === 'LineTooLong';
    return silent ? localError('Silent', 'the server did not send all there is') : error;
  }

  #watch(signal: AbortSignal): Promise<KubeError | null> {
    const { clock } = this.#options;
    return this.#stream(signal, this.#version, (events) => this.#apply(events, clock.monotonicMs()));
  }

  #stream(
    signal: AbortSignal,
    version: string | null,
    onEvents: (events: readonly WatchEvent[]) => void,
  ): Promise<KubeError | null> {
    const { transport, clock, random, scope, onEvent } = this.#options;
    const heard = (events: readonly WatchEvent[]): void => {
      if (events.length > 0) {
        this.#barrenAttempts = 0;
        this.#recovered();
        onEvent(clock.epochMs() / 1000);
      }
      onEvents(events);
    };
    const onUnknownType = (type: string): void =>
      this.#log.debug({ ...this.#where(), type }, 'watch event of an unknown type skipped');
    return watch({ transport, clock, random, signal, onEvents: heard, onUnknownType }, scope, version);
  }

  #apply(events: readonly WatchEvent[], seenAtMs: number): void {
    const { sink } = this.#options;
    for (const event of events) {
      if (event.kind === 'set') sink.set(event.object);
      else if (event.kind === 'remove') sink.remove(event.object);
      this.#version = event.resourceVersion;
    }
    sink.flush(seenAtMs);
  }

  /** Gives up the version where it may be to blame: only a new list can tell. */
  #doubt(error: KubeError | null): void {
    if (error === null) return;
    if (error.code >= 500) this.#barrenAttempts += 1;
    const nonsense = error.reason === 'InvalidResponse' || error.reason === 'LineTooLong';
    if (!nonsense && !isExpired(error) && !isRefusal(error) && this.#barrenAttempts < doubtAfter) return;
    this.#version = null;
    this.#barrenAttempts = 0;
  }

  #synced(snapshot: Snapshot, seenAtMs: number): void {
    snapshot.commit(seenAtMs);
    this.#options.onEvent(this.#options.clock.epochMs() / 1000);
    if (this.#state !== 'synced') this.#recovered();
    this.#enter('synced');
  }

  #refused({ code }: KubeError): void {
    this.#refusals = code === 403 ? this.#refusals + 1 : 0;
    const isMeant =
      code === 404 || this.#refusals >= (this.#options.hasFallback === true ? 1 : meantRefusals);
    if (this.#state !== 'synced' && isMeant) this.#enter('unavailable');
  }

  #enter(state: ReflectorState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState(state);
  }

  /** A problem is worth a warning once; its repetitions are not. */
  #note(error: KubeError, delayMs: number): void {
    const { code, reason, message } = error;
    const fields = { ...this.#where(), code, reason, message, retryMs: Math.round(delayMs) };
    const problem = `${code} ${reason}`;
    const isExpected = code === 403 && this.#options.hasFallback === true;
    if (problem === this.#lastProblem || isExpired(error) || isExpected)
      this.#log.debug(fields, 'watch failed again');
    else if (code === 404 && this.#isOfOthers())
      this.#log.info(fields, 'kind not in use: it is not installed');
    else this.#log.warn(fields, hints.get(code) ?? 'watch failed; what was seen last stays in use');
    this.#lastProblem = problem;
  }

  #recovered(): void {
    if (this.#lastProblem !== '') this.#log.info(this.#where(), 'watch is back');
    this.#lastProblem = '';
  }

  /** Kinds of other projects are read where they are installed; most clusters are without some of them. */
  #isOfOthers(): boolean {
    const { required, apiVersion } = this.#options.scope.kind;
    return !required && apiVersion !== ownApiVersion && apiVersion !== 'networking.k8s.io/v1';
  }

  #where(): { readonly kind: string; readonly apiVersion: string; readonly namespace: string } {
    const { kind, namespace } = this.#options.scope;
    return { kind: kind.kind, apiVersion: kind.apiVersion, namespace };
  }
}

const hints: ReadonlyMap<number, string> = new Map([
  [401, 'the API server does not accept our credentials'],
  [403, 'kind unavailable: our role does not allow to list and watch it'],
  [404, 'kind unavailable: the API server does not know it; are its CRDs installed?'],
]);

/** The server understood and said no: asking the same again is of no use. Not for 401, 408 and 429. */
function isRefusal({ code }: KubeError): boolean {
  return code >= 400 && code < 500 && code !== 401 && code !== 408 && code !== 429;
}

/** Live events may come among the initial ones: the last word on an object counts. */
function collect(events: readonly WatchEvent[], snapshot: Snapshot): void {
  for (const event of events) {
    if (event.kind === 'set') snapshot.add(event.object);
    else if (event.kind === 'remove') snapshot.remove(event.object);
  }
}

/** The index of the bookmark that ends the initial events; the length where it is not among them. */
function initialEndOf(events: readonly WatchEvent[]): number {
  const index = events.findIndex((event) => event.kind === 'bookmark' && event.initialEnd);
  return index === -1 ? events.length : index;
}
