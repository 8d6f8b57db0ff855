import type { Clock } from '../model/clock.ts';
import type { ClusterSource } from '../model/cluster.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Endpoint, ServiceEndpoints } from '../model/endpoint.ts';
import type { Log } from '../model/log.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import type { WantedStatus } from '../model/object-status.ts';
import type { Plan } from '../model/plan.ts';
import type { ServiceKey } from '../model/plan-keys.ts';
import type { MaterialId } from '../model/plan-tls.ts';
import type { StapledCertificate } from '../model/stapled-certificate.ts';
import type { FromProxyThread } from '../model/thread-message.ts';
import type { UsedCertificate } from '../translate/material.ts';
import type { TranslateOptions } from '../translate/options.ts';
import type { BackOffOptions } from './back-off.ts';
import type { CertificateEnd } from './certificate-watch.ts';
import { DiagnosticBook, type DiagnosticChanges, type DiagnosticCount } from './diagnostic-book.ts';
import { type GenerationRecord, History } from './history.ts';
import type { SpawnProxyThread } from './proxy-thread-port.ts';
import { ProxyThreads, type ThreadHealth } from './proxy-threads.ts';
import { PublicationTimer, type Published } from './publication.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import { type Build, Reconciler } from './reconciler.ts';
import { StatusBoard } from './status-board.ts';

/** How long things take, in milliseconds. */
export interface ControlTiming {
  /** Quiet period before a build, and the longest that a change waits for one. */
  readonly quietMs: number;
  readonly maxDelayMs: number;
  readonly pingIntervalMs: number;
  /** A proxy thread that is silent for longer is not healthy. */
  readonly silentAfterMs: number;
  /** How long a status waits for its object to become live before it says that it is not. */
  readonly pendingAfterMs: number;
  readonly backOff: BackOffOptions;
}

export const defaultTiming: ControlTiming = Object.freeze({
  quietMs: 3,
  maxDelayMs: 50,
  pingIntervalMs: 1000,
  silentAfterMs: 10_000,
  pendingAfterMs: 5000,
  backOff: Object.freeze({ firstMs: 100, mostMs: 10_000, stableAfterMs: 30_000 }),
});

/** Who wants to hear of what; each is called on the control thread and must not throw. */
export interface ControllerListeners {
  /** A generation is live in every proxy thread; the first one, which no event caused, is not measured. */
  readonly onPublished?: (published: Published) => void;
  /** Statuses that differ from those handed over before. For the leader to write. */
  readonly onStatuses?: (statuses: readonly WantedStatus[]) => void;
  readonly onDiagnostics?: (changes: DiagnosticChanges) => void;
  /** All certificates that ask for a stapled status, when they are others than before. */
  readonly onStapled?: (certificates: readonly StapledCertificate[]) => void;
  /** Every message of a proxy thread, after it was understood here. */
  readonly onThreadMessage?: (index: number, message: FromProxyThread) => void;
}

export interface ControllerOptions {
  readonly source: ClusterSource;
  readonly translate: TranslateOptions;
  readonly threads: { readonly count: number; readonly spawn: SpawnProxyThread };
  /** The addresses to publish in Ingresses now, sorted; null where none are to be published. Asked after every build. */
  readonly publishedAddresses: () => readonly string[] | null;
  readonly listeners: ControllerListeners;
  readonly clock: Clock;
  readonly log: Log;
  readonly timing: ControlTiming;
}

/** The control of one running Fairlead. */
export interface Controller {
  /** The last generation that was made; 0 before the first. */
  readonly generation: number;
  /** The last generation that every proxy thread serves. */
  readonly liveGeneration: number;
  plan(): Plan;
  /** Endpoints of one service of the plan; empty where there are none. */
  endpointsOf(service: ServiceKey): readonly Endpoint[];
  endpoints(): readonly ServiceEndpoints[];
  /** By object and path. */
  diagnostics(): readonly Diagnostic[];
  diagnosticCounts(): readonly DiagnosticCount[];
  /** The certificates of Secrets that are in use, by Secret. */
  certificates(): readonly UsedCertificate[];
  /** When the certificates in use end, in no order. */
  certificateEnds(): readonly CertificateEnd[];
  /** What is sent along with a certificate from now on, in DER; null where there is nothing any more. */
  staple(id: MaterialId, staple: Uint8Array | null): void;
  /** The last generations, newest first. */
  history(): readonly GenerationRecord[];
  /** All statuses that objects should have: for who becomes leader. */
  statuses(): readonly WantedStatus[];
  /** What the status of one object should be; null where it is not to be touched, or not known yet. */
  statusOf(object: ObjectReference): WantedStatus | null;
  /** Whether an object is one that Fairlead serves. */
  isOurs(object: ObjectReference): boolean;
  readiness(): Readiness;
  threads(): readonly ThreadHealth[];
  /** False while a proxy thread does not answer. */
  isHealthy(): boolean;
  /** From now on readiness says no, while requests are still taken. */
  announceEnd(): void;
  /** Lets the proxy threads finish what they have in flight; resolves when they have, or after `graceMs`. */
  drain(graceMs: number): Promise<void>;
  /** Ends everything at once. */
  stop(): void;
}

/** Starts the proxy threads and the loop that feeds them. */
export function createController(options: ControllerOptions): Controller {
  return new RunningController(options);
}

class RunningController implements Controller {
  readonly #options: ControllerOptions;
  readonly #reconciler: Reconciler;
  readonly #threads: ProxyThreads;
  readonly #book: DiagnosticBook;
  readonly #board = new StatusBoard();
  readonly #history = new History();
  readonly #timer: PublicationTimer;
  #cancelOverdue: (() => void) | null = null;
  #isEnding = false;

  constructor(options: ControllerOptions) {
    const { source, translate, threads, listeners, clock, log, timing } = options;
    this.#options = options;
    this.#book = new DiagnosticBook(log);
    this.#timer = new PublicationTimer((published) => listeners.onPublished?.(published));
    this.#reconciler = new Reconciler({
      source,
      translate,
      clock,
      log,
      quietMs: timing.quietMs,
      maxDelayMs: timing.maxDelayMs,
      post: (message) => this.#threads.post(message),
      onBuilt: (build) => this.#built(build),
      onEndpoints: (changes) => this.#history.addEndpoints(changes, clock.epochMs()),
      onStapled: (certificates) => listeners.onStapled?.(certificates),
      onDiagnostics: (changes) => {
        this.#book.apply(changes);
        listeners.onDiagnostics?.(changes);
      },
    });
    this.#threads = new ProxyThreads({
      ...threads,
      catchUp: () => this.#reconciler.catchUp(),
      onLive: () => this.#live(),
      onMessage: (index, message) => listeners.onThreadMessage?.(index, message),
      backOff: timing.backOff,
      pingIntervalMs: timing.pingIntervalMs,
      clock,
      log,
    });
    this.#threads.start();
    this.#reconciler.start();
  }

  get generation(): number {
    return this.#reconciler.generation;
  }

  get liveGeneration(): number {
    return this.#threads.liveGeneration;
  }

  plan(): Plan {
    return this.#reconciler.plan();
  }

  endpointsOf(service: ServiceKey): readonly Endpoint[] {
    return this.#reconciler.endpoints.endpointsOf(service);
  }

  endpoints(): readonly ServiceEndpoints[] {
    return this.#reconciler.endpoints.all();
  }

  diagnostics(): readonly Diagnostic[] {
    return this.#book.list();
  }

  diagnosticCounts(): readonly DiagnosticCount[] {
    return this.#book.counts();
  }

  certificates(): readonly UsedCertificate[] {
    return this.#reconciler.certificates();
  }

  certificateEnds(): readonly CertificateEnd[] {
    return this.#reconciler.certificateEnds();
  }

  staple(id: MaterialId, staple: Uint8Array | null): void {
    this.#reconciler.staple(id, staple);
  }

  history(): readonly GenerationRecord[] {
    return this.#history.records;
  }

  statuses(): readonly WantedStatus[] {
    return this.#board.all();
  }

  statusOf(object: ObjectReference): WantedStatus | null {
    return this.generation === 0 ? null : this.#board.of(object);
  }

  isOurs(object: ObjectReference): boolean {
    return this.#board.isOurs(object);
  }

  readiness(): Readiness {
    const threads = this.#threads.health.filter((thread) => thread.liveGeneration === 0);
    return readinessOf({
      unsyncedKinds: this.#options.source.unsyncedKinds,
      threadsWithoutTable: threads.map((thread) => thread.index),
      draining: this.#isEnding,
    });
  }

  threads(): readonly ThreadHealth[] {
    return this.#threads.health;
  }

  isHealthy(): boolean {
    const { silentAfterMs } = this.#options.timing;
    return this.#threads.health.every((thread) => thread.silentMs <= silentAfterMs);
  }

  announceEnd(): void {
    this.#isEnding = true;
  }

  drain(graceMs: number): Promise<void> {
    this.announceEnd();
    return this.#threads.drain(graceMs);
  }

  stop(): void {
    this.announceEnd();
    this.#reconciler.stop();
    this.#threads.stop();
    this.#cancelOverdue?.();
    this.#cancelOverdue = null;
  }

  #built(build: Build): void {
    const { clock, log, publishedAddresses, timing } = this.#options;
    const { delta, generation, fragments, gone, seenAtMs } = build;
    if (delta !== null) {
      this.#history.add(build, clock.epochMs());
      if (seenAtMs !== null) this.#timer.published(generation, seenAtMs);
      const { routes } = delta;
      log.debug({ generation, set: routes.set.length, removed: routes.removed.length }, 'plan published');
    }
    this.#board.judged(fragments, gone, generation);
    this.#handOver(this.#board.published(publishedAddresses()));
    this.#live();
    if (!this.#board.isAwaiting || this.#cancelOverdue !== null) return;
    this.#cancelOverdue = clock.after(timing.pendingAfterMs, () => {
      this.#cancelOverdue = null;
      this.#handOver(this.#board.overdue());
    });
  }

  #live(): void {
    const { liveGeneration } = this.#threads;
    if (liveGeneration === 0) return;
    this.#reconciler.live(liveGeneration);
    this.#timer.live(liveGeneration, this.#options.clock.monotonicMs());
    this.#handOver(this.#board.live(liveGeneration));
    if (this.#board.isAwaiting) return;
    this.#cancelOverdue?.();
    this.#cancelOverdue = null;
  }

  #handOver(statuses: readonly WantedStatus[]): void {
    if (statuses.length > 0) this.#options.listeners.onStatuses?.(statuses);
  }
}
