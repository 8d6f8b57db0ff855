import type { Clock } from '../model/clock.ts';
import type { ClusterChange, ClusterSource } from '../model/cluster.ts';
import type { Log } from '../model/log.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import type { Plan } from '../model/plan.ts';
import type { PlanDelta } from '../model/plan-delta.ts';
import type { MaterialId } from '../model/plan-tls.ts';
import type { StapledCertificate } from '../model/stapled-certificate.ts';
import type { ToProxyThread } from '../model/thread-message.ts';
import type { PlanEdits } from '../translate/assembly.ts';
import type { Fragment } from '../translate/fragment.ts';
import type { UsedCertificate } from '../translate/material.ts';
import type { TranslateOptions } from '../translate/options.ts';
import { Translator } from '../translate/translator.ts';
import { type CertificateEnd, CertificateWatch } from './certificate-watch.ts';
import { Coalescer } from './coalesce.ts';
import type { DiagnosticChanges } from './diagnostic-book.ts';
import { EndpointTracker } from './endpoint-tracker.ts';
import { Publisher } from './publisher.ts';
import { StapledCertificates } from './stapled-certificates.ts';
import { TlsLane } from './tls-lane.ts';

export interface ReconcilerOptions {
  readonly source: ClusterSource;
  readonly translate: TranslateOptions;
  readonly clock: Clock;
  readonly log: Log;
  readonly quietMs: number;
  readonly maxDelayMs: number;
  /** Posts to every proxy thread that runs. */
  readonly post: (message: ToProxyThread) => void;
  readonly onBuilt: (build: Build) => void;
  /** See `ControllerListeners.onStapled`. */
  readonly onStapled?: (certificates: readonly StapledCertificate[]) => void;
  readonly onDiagnostics: (changes: DiagnosticChanges) => void;
  /** Services that lost their last endpoint (`appeared`) or got their first one (`gone`). */
  readonly onEndpoints: (changes: DiagnosticChanges) => void;
}

/** What came of one build. */
export interface Build {
  /** Null where the plan stayed as it was. */
  readonly delta: PlanDelta | null;
  /** What the delta changed. */
  readonly edits: PlanEdits;
  /** The objects whose events led to it; none for the first build, which reads everything. */
  readonly causes: readonly ObjectReference[];
  /** The generation that holds it. */
  readonly generation: number;
  readonly fragments: readonly Fragment[];
  readonly gone: readonly ObjectReference[];
  /** When the earliest event in it was seen, as in ClusterChange; null for the first build. */
  readonly seenAtMs: number | null;
}

/**
 * The loop from watch events to proxy threads. Four things happen: a change of configuration comes, and is noted until a
 * quiet moment; that moment comes, and a plan is built; a change of endpoints comes, and goes out at once; the first sync is
 * complete, and the first plan is built. Nothing is built before that.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #translator: Translator;
  readonly #endpoints: EndpointTracker;
  readonly #publisher: Publisher;
  readonly #coalescer: Coalescer;
  readonly #tls: TlsLane;
  readonly #certificates: CertificateWatch;
  readonly #stapled = new StapledCertificates();
  readonly #pending = new Map<string, ObjectReference>();
  #seenAtMs: number | null = null;
  #started = false;
  #stopped = false;

  constructor(options: ReconcilerOptions) {
    const { source, translate, clock, log, quietMs, maxDelayMs } = options;
    this.#options = options;
    this.#translator = new Translator(translate);
    this.#endpoints = new EndpointTracker(source);
    this.#publisher = new Publisher(() => this.#translator.plan());
    this.#tls = new TlsLane({ post: (message) => options.post(message), clock, log });
    this.#certificates = new CertificateWatch(clock, (changes) => options.onDiagnostics(changes));
    this.#coalescer = new Coalescer({ quietMs, maxDelayMs, clock, run: () => this.#build() });
  }

  start(): void {
    const { source } = this.#options;
    this.#tls.start();
    source.onChange((changes) => this.#changed(changes));
    if (source.unsyncedKinds.length === 0) this.#firstSync();
  }

  stop(): void {
    this.#stopped = true;
    this.#coalescer.stop();
    this.#tls.stop();
    this.#certificates.stop();
  }

  get generation(): number {
    return this.#publisher.generation;
  }

  get endpoints(): EndpointTracker {
    return this.#endpoints;
  }

  plan(): Plan {
    return this.#translator.plan();
  }

  /** All that a starting thread must be told: endpoints and TLS material before the plan that needs them. */
  catchUp(): readonly ToProxyThread[] {
    const delta = this.#publisher.full();
    if (delta === null) return this.#tls.catchUp();
    return [
      ...this.#tls.catchUp(),
      { kind: 'endpoints', services: this.#endpoints.all(), removed: [] },
      { kind: 'plan', delta },
    ];
  }

  /** The certificates of Secrets that are in use, by Secret. */
  certificates(): readonly UsedCertificate[] {
    return this.#translator.certificates();
  }

  /** When the certificates in use end, in no order. */
  certificateEnds(): readonly CertificateEnd[] {
    return this.#certificates.ends();
  }

  /** See `TlsLane.staple`. */
  staple(id: MaterialId, staple: Uint8Array | null): void {
    this.#tls.staple(id, staple);
  }

  /** Every proxy thread serves this generation. */
  live(generation: number): void {
    this.#tls.live(generation);
  }

  #changed(changes: readonly ClusterChange[]): void {
    if (this.#stopped) return;
    if (!this.#started) {
      if (changes.length === 0 || this.#options.source.unsyncedKinds.length === 0) this.#firstSync();
      return;
    }
    let touched = false;
    for (const { object, seenAtMs } of changes) {
      if (object.kind === 'EndpointSlice') {
        this.#endpoints.sliceChanged(object);
        continue;
      }
      this.#pending.set(`${object.kind} ${object.namespace} ${object.name}`, object);
      this.#seenAtMs = Math.min(this.#seenAtMs ?? seenAtMs, seenAtMs);
      touched = true;
    }
    this.#sendEndpoints();
    if (touched) this.#coalescer.touch();
  }

  #firstSync(): void {
    this.#started = true;
    this.#endpoints.learnSlices();
    this.#update('everything', null);
  }

  #build(): void {
    const changes = [...this.#pending.values()];
    const seenAtMs = this.#seenAtMs;
    this.#pending.clear();
    this.#seenAtMs = null;
    this.#update(changes, seenAtMs);
  }

  #update(changes: readonly ObjectReference[] | 'everything', seenAtMs: number | null): void {
    const { source, post, onBuilt, onDiagnostics } = this.#options;
    const translation = this.#translator.update(source, changes);
    const { plan, edits, fragments, gone, diagnostics } = translation;
    for (const [kind, namespaces] of translation.referred) source.refer?.(kind, namespaces);
    if (changes !== 'everything') {
      for (const { kind, namespace, name } of changes) {
        if (kind === 'Service') this.#endpoints.serviceChanged(namespace, name);
      }
    }
    this.#endpoints.track(plan.services.set);
    // Endpoints go first: a service that is new to a thread's table must not be without any for a moment.
    this.#sendEndpoints();
    const delta = this.#publisher.next(plan);
    this.#tls.bring(translation.materials, plan, this.#publisher.generation);
    if (delta !== null) post({ kind: 'plan', delta });
    const { removed } = plan.services;
    const dropped = this.#endpoints.untrack(removed);
    if (removed.length > 0) post({ kind: 'endpoints', services: [], removed });
    onDiagnostics({ appeared: diagnostics.appeared, gone: [...diagnostics.gone, ...dropped] });
    this.#certificates.apply(translation.certificates);
    const stapled = this.#stapled.apply(translation.materials, translation.certificates);
    if (stapled !== null) this.#options.onStapled?.(stapled);
    // Those without a name say that a namespace can be seen now, or no longer.
    const causes = changes === 'everything' ? [] : changes.filter(({ name }) => name !== '');
    onBuilt({ delta, edits, causes, generation: this.#publisher.generation, fragments, gone, seenAtMs });
  }

  #sendEndpoints(): void {
    const { services, diagnostics } = this.#endpoints.settle();
    if (services.length > 0) this.#options.post({ kind: 'endpoints', services, removed: [] });
    if (diagnostics.appeared.length + diagnostics.gone.length === 0) return;
    this.#options.onEndpoints(diagnostics);
    this.#options.onDiagnostics(diagnostics);
  }
}
