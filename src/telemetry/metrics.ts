import type { Endpoint, ServiceEndpoints } from '../model/endpoint.ts';
import type { Plan } from '../model/plan.ts';
import type { EventLoopDelay, MetricRow } from '../model/thread-message.ts';
import { ControlSeries } from './control-series.ts';
import { createCounterBuffer } from './counter-cells.ts';
import { metricFamilies } from './metric-families.ts';
import { formatHead, formatLabels, formatSeries } from './text-format.ts';
import { ThreadSeries } from './thread-series.ts';

/** What a scrape reads of the control thread. */
export interface ObservedControl {
  /** The last generation that every proxy thread serves. */
  readonly liveGeneration: number;
  plan(): Plan;
  endpoints(): readonly ServiceEndpoints[];
  diagnosticCounts(): readonly { readonly kind: string; readonly code: string; readonly count: number }[];
  certificateEnds(): readonly { readonly secret: string; readonly notAfterSeconds: number }[];
  threads(): readonly { readonly index: number; readonly eventLoopDelay: EventLoopDelay | null }[];
}

/** All metrics of the process, gathered on the control thread. */
export interface Metrics {
  /** Value of `Content-Type` for what `render` gives. */
  readonly contentType: string;
  /** Makes the memory that a proxy thread counts in. A thread of the same index that was there is retired. */
  addThread(index: number): SharedArrayBuffer;
  /** Takes the rows that a thread says it began. */
  addRows(index: number, rows: readonly MetricRow[]): void;
  /** To be called when a thread ended: what it counted stays in the counters, its gauges go. */
  retireThread(index: number): void;
  /** `seconds` from reading a watch event to its change being live in all proxy threads. */
  published(seconds: number): void;
  /** The watch of a kind ended and was begun again. */
  watchRestarted(kind: string): void;
  /** The watch of a kind said something, at `epochSeconds`. */
  watchEvent(kind: string, epochSeconds: number): void;
  /** Whether this replica holds the Lease. */
  setLeader(isLeader: boolean): void;
  /** Reads the control thread; to be called before `render`. Drops the series of routes and services that are gone. */
  observe(control: ObservedControl): void;
  /** All metrics as Prometheus text (format 0.0.4). */
  render(): Promise<string>;
  /** The same in pieces, for whoever writes them as they come. */
  renderPieces(): AsyncGenerator<string>;
}

/** Makes the metrics of a process; nothing is shared between two of them. */
export function createMetrics(build: { readonly version: string; readonly node: string }): Metrics {
  return new ProcessMetrics(build);
}

class ProcessMetrics implements Metrics {
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8';
  readonly #control: ControlSeries;
  readonly #threads = new ThreadSeries();
  readonly #seenThreads = new Set<string>();
  #endpoints: readonly ServiceEndpoints[] = [];
  #plan: Plan | null = null;
  #live = { route: new Set<string>(), service: new Set<string>() };

  constructor(build: { readonly version: string; readonly node: string }) {
    this.#control = new ControlSeries(build);
  }

  addThread(index: number): SharedArrayBuffer {
    const buffer = createCounterBuffer();
    this.#threads.addThread(index, buffer);
    return buffer;
  }

  addRows(index: number, rows: readonly MetricRow[]): void {
    this.#threads.addRows(index, rows);
  }

  retireThread(index: number): void {
    this.#threads.retireThread(index);
  }

  published(seconds: number): void {
    this.#control.published(seconds);
  }

  watchRestarted(kind: string): void {
    this.#control.watchRestarted(kind);
  }

  watchEvent(kind: string, epochSeconds: number): void {
    this.#control.watchEvent(kind, epochSeconds);
  }

  setLeader(isLeader: boolean): void {
    this.#control.setLeader(isLeader);
  }

  observe(control: ObservedControl): void {
    const plan = control.plan();
    if (plan !== this.#plan) {
      this.#plan = plan;
      this.#live = {
        route: new Set(plan.routes.map((route) => route.id)),
        service: new Set(plan.services.map((service) => service.key)),
      };
    }
    const live = this.#live;
    this.#threads.retainOwners((label, name) => live[label].has(name));
    this.#control.setTable(control.liveGeneration, plan.routes.length);
    this.#control.setDiagnostics(control.diagnosticCounts());
    this.#control.setCertificateEnds(control.certificateEnds());
    this.#endpoints = control.endpoints();
    this.#observeThreads(control);
  }

  #observeThreads(control: ObservedControl): void {
    const present = control.threads();
    const names = new Set(present.map(({ index }) => String(index)));
    for (const name of this.#seenThreads) {
      if (names.has(name)) continue;
      this.#control.setEventLoopDelay(name, null);
      this.#seenThreads.delete(name);
    }
    for (const { index, eventLoopDelay } of present) {
      this.#control.setEventLoopDelay(String(index), eventLoopDelay);
      this.#seenThreads.add(String(index));
    }
  }

  async render(): Promise<string> {
    const pieces: string[] = [];
    for await (const piece of this.renderPieces()) pieces.push(piece);
    return pieces.join('');
  }

  async *renderPieces(): AsyncGenerator<string> {
    yield await this.#control.render();
    yield* renderEndpoints(this.#endpoints);
    yield* this.#threads.render();
  }
}

const endpointStates = ['ready', 'unhealthy', 'draining'] as const;

function* renderEndpoints(services: readonly ServiceEndpoints[]): Generator<string> {
  const name = 'fairlead_service_endpoints';
  const family = metricFamilies[name];
  if (services.length === 0) return;
  yield formatHead(name, family);
  for (const { service, endpoints } of services) {
    let text = '';
    for (const state of endpointStates) {
      const count = endpoints.filter((endpoint) => stateOf(endpoint) === state).length;
      text += formatSeries(name, family, formatLabels(family.labels, { service, state }), [count]);
    }
    yield text;
  }
}

function stateOf(endpoint: Endpoint): (typeof endpointStates)[number] {
  if (endpoint.ready) return 'ready';
  return endpoint.terminating && endpoint.serving ? 'draining' : 'unhealthy';
}
