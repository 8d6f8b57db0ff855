import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EventLoopDelay } from '../model/thread-message.ts';
import { type MetricFamily, type MetricName, metricFamilies } from './metric-families.ts';

/** The metrics that the control thread counts itself, in a prom-client registry of their own. */
export class ControlSeries {
  readonly #registry = new Registry();
  readonly #generation = this.#gauge('fairlead_table_generation');
  readonly #routes = this.#gauge('fairlead_table_routes');
  readonly #leader = this.#gauge('fairlead_leader');
  readonly #diagnostics = this.#gauge('fairlead_diagnostics');
  readonly #certificateEnds = this.#gauge('fairlead_tls_certificate_not_after_seconds');
  readonly #watchLastEvent = this.#gauge('fairlead_watch_last_event_timestamp_seconds');
  readonly #eventLoopDelay = this.#gauge('fairlead_event_loop_delay_seconds');
  readonly #publishDuration = new Histogram({
    ...this.#options('fairlead_publish_duration_seconds'),
    buckets: [...metricFamilies.fairlead_publish_duration_seconds.buckets],
  });
  readonly #watchRestarts = new Counter(this.#options('fairlead_watch_restarts_total'));

  constructor(build: { readonly version: string; readonly node: string }) {
    this.#gauge('fairlead_build_info').set({ version: build.version, node: build.node }, 1);
  }

  setTable(generation: number, routes: number): void {
    this.#generation.set(generation);
    this.#routes.set(routes);
  }

  /** `seconds` from reading a watch event to its change being live in all proxy threads. */
  published(seconds: number): void {
    this.#publishDuration.observe(seconds);
  }

  setDiagnostics(
    counts: readonly { readonly kind: string; readonly code: string; readonly count: number }[],
  ): void {
    this.#diagnostics.reset();
    for (const { kind, code, count } of counts) this.#diagnostics.inc({ kind, code }, count);
  }

  setCertificateEnds(ends: readonly { readonly secret: string; readonly notAfterSeconds: number }[]): void {
    this.#certificateEnds.reset();
    for (const { secret, notAfterSeconds } of ends) this.#certificateEnds.set({ secret }, notAfterSeconds);
  }

  watchRestarted(kind: string): void {
    this.#watchRestarts.inc({ kind });
  }

  watchEvent(kind: string, epochSeconds: number): void {
    this.#watchLastEvent.set({ kind }, epochSeconds);
  }

  setLeader(isLeader: boolean): void {
    this.#leader.set(isLeader ? 1 : 0);
  }

  /** Null takes the thread's series away. */
  setEventLoopDelay(thread: string, delay: EventLoopDelay | null): void {
    const quantiles = [
      ['0.5', delay?.p50],
      ['0.99', delay?.p99],
      ['1', delay?.max],
    ] as const;
    for (const [quantile, seconds] of quantiles) {
      if (seconds === undefined) this.#eventLoopDelay.remove({ thread, quantile });
      else this.#eventLoopDelay.set({ thread, quantile }, seconds);
    }
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  #options(name: MetricName) {
    const family: MetricFamily = metricFamilies[name];
    return { name, help: family.help, labelNames: [...family.labels], registers: [this.#registry] };
  }

  #gauge(name: MetricName): Gauge<string> {
    return new Gauge(this.#options(name));
  }
}
