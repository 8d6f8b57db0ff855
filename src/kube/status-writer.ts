import { type Clock, systemClock } from '../model/clock.ts';
import type { WatchedKind } from '../model/cluster.ts';
import type { Log } from '../model/log.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import type { WantedStatus } from '../model/object-status.ts';
import type { KubeError } from './kube-error.ts';
import { sameJson } from './same-json.ts';
import { StatusLane } from './status-lane.ts';
import { statusPatch } from './status-patch.ts';
import { isOwned, type WriteResult, writeStatus } from './status-write.ts';
import type { KnownStatus } from './store.ts';
import type { ApiTransport } from './transport.ts';

export interface StatusWriterOptions {
  readonly transport: ApiTransport;
  /** The kinds whose status may be written. */
  readonly kinds: readonly WatchedKind[];
  /** The name under which our fields stand in `metadata.managedFields`: see `field-managers.ts`. */
  readonly fieldManager: string;
  /** What stands at the API server, as far as the watch has told; undefined reads the object first. */
  readonly known: (object: ObjectReference) => KnownStatus | undefined;
  readonly log: Log;
  readonly clock?: Clock;
  /** Numbers from 0 up to 1, as Math.random gives them. */
  readonly random?: () => number;
  /** Writes at the same time; default 4. */
  readonly maxInFlight?: number;
}

/** Writes statuses where they differ from what stands there. Decides nothing: it is told which objects are ours. */
export interface StatusWriter {
  /** Wants these statuses from now on; a later one for the same object takes the place of an earlier one. */
  want(statuses: readonly WantedStatus[]): void;
  /** Statuses that wait or are being written. */
  readonly pending: number;
  /** Settles when nothing waits and nothing is being written, or after `stop`. */
  idle(): Promise<void>;
  /** True where an object says so already, as far as we know. */
  isSaid(wanted: WantedStatus): boolean;
  /** Forgets what waits and gives up what is in flight; `want` begins anew. */
  clear(): void;
  /** The same, for good. */
  stop(): void;
}

const defaultInFlight = 4;
/** What is only remembered to spare requests is forgotten before it fills the memory. */
const maxRemembered = 20_000;

/** Makes a writer; nothing is written before `want`. */
export function createStatusWriter(options: StatusWriterOptions): StatusWriter {
  return new Writer(options);
}

/** What the server answered to a write, until the watch tells of it too. */
interface Written {
  /** The version that the watch had told of when we wrote. */
  readonly basedOn: string | undefined;
  readonly standing: KnownStatus;
}

/** What the server refuses for good; not asked for again before the object changes or something else is wanted. */
interface Refused {
  readonly wanted: WantedStatus;
  readonly basedOn: string | undefined;
}

interface Job {
  readonly lane: StatusLane;
  readonly key: string;
  readonly wanted: WantedStatus;
  readonly basedOn: string | undefined;
}

class Writer implements StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #clock: Clock;
  readonly #lanes: readonly StatusLane[];
  #work = new AbortController();
  #isStopped = false;
  readonly #written = new Map<string, Written>();
  readonly #refused = new Map<string, Refused>();
  #idlers: (() => void)[] = [];
  #inFlight = 0;
  /** Which lane is next, so that no kind keeps the others waiting. */
  #turn = 0;

  constructor(options: StatusWriterOptions) {
    const { kinds, clock = systemClock, random = Math.random } = options;
    this.#options = options;
    this.#clock = clock;
    this.#lanes = kinds.map((kind) => new StatusLane(kind, random));
  }

  want(statuses: readonly WantedStatus[]): void {
    if (this.#isStopped) return;
    for (const wanted of statuses) {
      const lane = this.#lanes.find((each) => each.takes(wanted.object));
      if (lane !== undefined) this.#queue(lane, wanted);
    }
    this.#pump();
  }

  get pending(): number {
    return this.#inFlight + this.#lanes.reduce((sum, lane) => sum + lane.size, 0);
  }

  idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idlers.push(resolve);
    this.#pump();
    return promise;
  }

  isSaid(wanted: WantedStatus): boolean {
    const standing = this.#standing(wanted.object, keyOf(wanted));
    if (standing === undefined) return false;
    const owned = isOwned(standing, this.#options.fieldManager);
    return statusPatch(wanted, standing.status, owned, this.#clock.epochMs()) === null;
  }

  stop(): void {
    this.#isStopped = true;
    this.clear();
  }

  clear(): void {
    this.#work.abort();
    this.#work = new AbortController();
    for (const lane of this.#lanes) lane.stop();
    this.#pump();
  }

  #queue(lane: StatusLane, wanted: WantedStatus): void {
    const key = keyOf(wanted);
    const refused = this.#refused.get(key);
    const hopeless =
      refused?.basedOn === this.#versionOf(wanted.object) && sameJson(refused?.wanted ?? null, wanted);
    if (hopeless || (!lane.isBusy(key) && this.isSaid(wanted))) lane.forget(key);
    else lane.add(key, wanted);
  }

  #pump(): void {
    const { maxInFlight = defaultInFlight } = this.#options;
    for (let empty = 0; empty < this.#lanes.length && this.#inFlight < maxInFlight; ) {
      const lane = this.#lanes[this.#turn % this.#lanes.length];
      this.#turn += 1;
      const next = lane?.take();
      if (lane === undefined || next === undefined) {
        empty += 1;
        continue;
      }
      empty = 0;
      this.#inFlight += 1;
      void this.#run({ lane, ...next, basedOn: this.#versionOf(next.wanted.object) });
    }
    if (this.pending > 0) return;
    for (const resolve of this.#idlers) resolve();
    this.#idlers = [];
  }

  async #run(job: Job): Promise<void> {
    const { lane, key, wanted } = job;
    const { signal } = this.#work;
    const { transport, fieldManager } = this.#options;
    const context = { transport, clock: this.#clock, signal, fieldManager };
    const result = await writeStatus(context, lane.kind, wanted, this.#standing(wanted.object, key));
    this.#inFlight -= 1;
    lane.done(key);
    if (!signal.aborted) this.#settle(job, result);
    this.#pump();
  }

  #settle({ lane, key, wanted, basedOn }: Job, result: WriteResult): void {
    if (result.kind === 'done') {
      lane.works();
      this.#refused.delete(key);
      if (result.standing !== null && basedOn !== undefined)
        remember(this.#written, key, { basedOn, standing: result.standing });
    } else if (result.kind === 'gone') {
      remember(this.#refused, key, { wanted, basedOn });
    } else if (isFinal(result.error)) {
      remember(this.#refused, key, { wanted, basedOn });
      const fields = problemFields(wanted.object, result.error);
      this.#options.log.warn(fields, 'the API server does not take the status of an object');
    } else {
      this.#retryLater(lane, key, wanted, result.error);
    }
  }

  #retryLater(lane: StatusLane, key: string, wanted: WantedStatus, error: KubeError): void {
    lane.retry(key, wanted);
    if (lane.paused) return;
    const retryMs = lane.pause(this.#clock, error, () => this.#pump());
    if (!lane.isNews(`${error.code} ${error.reason}`)) return;
    const fields = { ...problemFields(wanted.object, error), retryMs };
    this.#options.log.warn(fields, 'status not written; will try again');
  }

  #standing(object: ObjectReference, key: string): KnownStatus | undefined {
    const told = this.#options.known(object);
    const ours = this.#written.get(key);
    if (ours === undefined) return told;
    if (ours.basedOn === told?.resourceVersion) return ours.standing;
    this.#written.delete(key);
    return told;
  }

  #versionOf(object: ObjectReference): string | undefined {
    return this.#options.known(object)?.resourceVersion;
  }
}

function problemFields(
  { kind, namespace, name }: ObjectReference,
  { code, reason, message }: KubeError,
): object {
  return { kind, namespace, name, code, reason, message };
}

/** Unambiguous for all names. */
function keyOf({ object: { kind, namespace, name } }: WantedStatus): string {
  return JSON.stringify([kind, namespace, name]);
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= maxRemembered) map.clear();
  map.set(key, value);
}

/** The request itself is at fault: sending it again would end the same way. */
function isFinal({ code }: KubeError): boolean {
  return code >= 400 && code < 500 && ![401, 403, 408, 409, 429].includes(code);
}
