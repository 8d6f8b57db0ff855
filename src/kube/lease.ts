import { type Clock, pause } from '../model/clock.ts';
import type { Log } from '../model/log.ts';
import type { KubeError } from './kube-error.ts';
import { type LeaseRecord, leaseRecordOf, microTime } from './lease-record.ts';
import { collectionPath, objectPath, type Resource } from './resource-path.ts';
import type { ApiResult, ApiTransport } from './transport.ts';

/** Where and how to stand for election. */
export interface LeaseOptions {
  readonly transport: ApiTransport;
  readonly namespace: string;
  readonly name: string;
  /** Who we are; another one for every process. */
  readonly identity: string;
  readonly clock: Clock;
  /** Numbers from 0 up to 1, as Math.random gives them. */
  readonly random: () => number;
  readonly log: Log;
  /** Called with true when the Lease is ours and with false when it no longer is; must not throw. */
  readonly onChange: (isLeader: boolean) => void;
}

/** One candidate for a Lease (coordination.k8s.io/v1), with the rules and times of client-go's leader election. */
export interface LeaseElector {
  readonly isLeader: boolean;
  /** Who holds the Lease as far as we know; empty for nobody. */
  readonly holder: string;
  /** False while the API server refuses Leases to us (403), or their namespace is not there (404). */
  readonly isAvailable: boolean;
  /** Stands for election until the signal is aborted, then gives the Lease back. Call it once. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** Others wait so long after the last sign of life before they take over. */
const leaseDurationSeconds = 15;
/** The holder gives up so long after its last renewal: long before others can take over. */
const renewDeadlineMs = 10_000;
const retryMs = 2000;
/** Candidates wait up to 1 + 1.2 times as long, so that they do not all ask at once. */
const jitterFactor = 1.2;
/** Rights come seldom, and somebody has to grant them. */
const refusedRetryMs = 30_000;
const requestTimeoutMs = 5000;
const releaseTimeoutMs = 2000;

const leases: Resource = Object.freeze({
  apiVersion: 'coordination.k8s.io/v1',
  resource: 'leases',
  namespaced: true,
});

/** Makes a candidate; nothing is asked before `run`. */
export function createLeaseElector(options: LeaseOptions): LeaseElector {
  return new Elector(options);
}

class Elector implements LeaseElector {
  readonly #options: LeaseOptions;
  #isLeader = false;
  #isAvailable = true;
  #record: LeaseRecord | null = null;
  /** By our own clock, when the Lease was last seen to change. */
  #changedAtMs = 0;
  #cancelDeadline: () => void = () => {};
  #problem = '';

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  get holder(): string {
    return this.#record?.holder ?? '';
  }

  get isAvailable(): boolean {
    return this.#isAvailable;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    while (!signal.aborted) {
      const error = await this.#attempt(signal);
      if (signal.aborted) break;
      this.#note(error);
      const jitter = this.#isLeader ? 1 : 1 + random() * jitterFactor;
      const base = this.#isAvailable || this.#isLeader ? retryMs : refusedRetryMs;
      await pause(clock, Math.max(base * jitter, Math.min(error?.retryAfterMs ?? 0, refusedRetryMs)), signal);
    }
    const wasLeader = this.#isLeader;
    this.#demote();
    if (wasLeader) await this.#release();
  }

  /** Takes or renews the Lease where that is possible; gives why it could not be asked for. */
  async #attempt(signal: AbortSignal): Promise<KubeError | null> {
    if (this.#isLeader && this.#record !== null) {
      const error = await this.#take(this.#record, signal);
      if (error === null || error.code !== 409) return error;
    }
    const { transport, namespace, name } = this.#options;
    const path = objectPath(leases, namespace, name);
    const result = await transport.request({ method: 'GET', path, timeoutMs: requestTimeoutMs, signal });
    if (!result.ok) {
      if (result.error.code !== 404) return result.error;
      this.#demote();
      return this.#create(signal);
    }
    const record = leaseRecordOf(result.body);
    if (record === null) return null;
    this.#observe(record);
    return this.#isFree(record) ? this.#take(record, signal) : null;
  }

  /** An answer that crosses with somebody else's is settled by the version, and looked at again the next time. */
  async #take(record: LeaseRecord, signal: AbortSignal): Promise<KubeError | null> {
    const { identity, namespace, name } = this.#options;
    const renewed = record.holder === identity;
    return this.#send(signal, (now) => ({
      method: 'PUT',
      path: objectPath(leases, namespace, name),
      body: this.#lease(record.resourceVersion, {
        holderIdentity: identity,
        leaseDurationSeconds,
        acquireTime: renewed ? (record.acquireTime ?? now) : now,
        renewTime: now,
        leaseTransitions: record.transitions + (renewed ? 0 : 1),
      }),
    }));
  }

  async #create(signal: AbortSignal): Promise<KubeError | null> {
    const { identity, namespace } = this.#options;
    const error = await this.#send(signal, (now) => ({
      method: 'POST',
      path: collectionPath(leases, namespace),
      body: this.#lease(null, {
        holderIdentity: identity,
        leaseDurationSeconds,
        acquireTime: now,
        renewTime: now,
        leaseTransitions: 0,
      }),
    }));
    // Somebody was faster.
    return error?.code === 409 ? null : error;
  }

  async #send(
    signal: AbortSignal,
    request: (now: string) => {
      readonly method: 'POST' | 'PUT';
      readonly path: string;
      readonly body: object;
    },
  ): Promise<KubeError | null> {
    const { transport, clock } = this.#options;
    // Counted from before it is sent: whoever sees it written counts from later.
    const sentAtMs = clock.monotonicMs();
    const sent = request(microTime(clock.epochMs()));
    const result: ApiResult = await transport.request({ ...sent, timeoutMs: requestTimeoutMs, signal });
    if (!result.ok) return result.error;
    const record = leaseRecordOf(result.body);
    if (record !== null) this.#observe(record);
    if (!signal.aborted) this.#promote(sentAtMs);
    return null;
  }

  #observe(record: LeaseRecord): void {
    // Not by its version: that also moves when somebody puts a label on it.
    if (this.#record === null || signOfLife(record) !== signOfLife(this.#record)) {
      this.#changedAtMs = this.#options.clock.monotonicMs();
    }
    this.#record = record;
    if (record.holder !== this.#options.identity) this.#demote();
  }

  #isFree({ holder, durationSeconds }: LeaseRecord): boolean {
    if (holder === '' || holder === this.#options.identity) return true;
    return this.#options.clock.monotonicMs() - this.#changedAtMs >= durationSeconds * 1000;
  }

  #promote(sentAtMs: number): void {
    const { clock, log, namespace, name, onChange } = this.#options;
    const leftMs = sentAtMs + renewDeadlineMs - clock.monotonicMs();
    if (leftMs <= 0) {
      this.#demote();
      return;
    }
    this.#cancelDeadline();
    this.#cancelDeadline = clock.after(leftMs, () => this.#demote());
    if (this.#isLeader) return;
    this.#isLeader = true;
    log.info({ lease: `${namespace}/${name}` }, 'leader: this replica writes statuses and events');
    onChange(true);
  }

  #demote(): void {
    this.#cancelDeadline();
    if (!this.#isLeader) return;
    const { log, namespace, name, onChange } = this.#options;
    this.#isLeader = false;
    log.info({ lease: `${namespace}/${name}` }, 'no longer leader: this replica writes nothing');
    onChange(false);
  }

  /** Lets the next one take it at once (client-go `ReleaseOnCancel`). */
  async #release(): Promise<void> {
    const { transport, identity, namespace, name, clock } = this.#options;
    const path = objectPath(leases, namespace, name);
    const timeoutMs = releaseTimeoutMs;
    let record = this.#record;
    // A renewal that was given up a moment ago may have come through: then the Lease has another version by now.
    for (let attempt = 0; attempt < 2 && record?.holder === identity; attempt += 1) {
      const now = microTime(clock.epochMs());
      const body = this.#lease(record.resourceVersion, {
        holderIdentity: '',
        leaseDurationSeconds: 1,
        acquireTime: now,
        renewTime: now,
        leaseTransitions: record.transitions,
      });
      const result = await transport.request({ method: 'PUT', path, body, timeoutMs });
      if (result.ok || result.error.code !== 409) return;
      const read = await transport.request({ method: 'GET', path, timeoutMs });
      record = read.ok ? leaseRecordOf(read.body) : null;
    }
  }

  #lease(resourceVersion: string | null, spec: object): object {
    const { namespace, name } = this.#options;
    const version = resourceVersion === null ? {} : { resourceVersion };
    return { apiVersion: leases.apiVersion, kind: 'Lease', metadata: { namespace, name, ...version }, spec };
  }

  /** A problem is worth a warning once; its repetitions are not. */
  #note(error: KubeError | null): void {
    this.#isAvailable = error === null || (error.code !== 403 && error.code !== 404);
    const problem = error === null ? '' : `${error.code} ${error.reason}`;
    if (error !== null && problem !== this.#problem && error.code !== 409) {
      const { log, namespace, name } = this.#options;
      const { code, reason, message } = error;
      const fields = { lease: `${namespace}/${name}`, code, reason, message };
      log.warn(
        fields,
        this.#isAvailable
          ? 'the Lease could not be asked for; will try again'
          : 'statuses and events are off: the Lease cannot be used here; see --lease',
      );
    }
    this.#problem = problem;
  }
}

function signOfLife({ holder, renewTime, transitions }: LeaseRecord): string {
  return `${holder} ${renewTime} ${transitions}`;
}
