import type { ConnectionRefusal, Outcome, Protocol, Recorder } from '../model/outcome.ts';
import type { PlanDelta } from '../model/plan-delta.ts';
import type { MetricRow } from '../model/thread-message.ts';
import { CounterCells } from './counter-cells.ts';
import { isLasting, protocolIndex } from './label-sets.ts';
import { EntryPointRows, OwnerRows, routeFamilies, serviceFamilies } from './row-caches.ts';

/**
 * Counts in a proxy thread, in memory that the control thread reads without asking. Once the rows of an outcome are there,
 * counting only adds to cells: it allocates nothing and builds no text.
 */
export class ThreadRecorder implements Recorder {
  readonly #counters: CounterCells;
  readonly #entryPoints = new Map<string, EntryPointRows>();
  readonly #routes: OwnerCache;
  readonly #services: OwnerCache;

  /**
   * `buffer` comes from `createCounterBuffer`. `onRows` is called with the rows that began since the last call, at most once
   * for each turn of the event loop; it passes them to the control thread.
   */
  constructor(buffer: SharedArrayBuffer, onRows: (rows: MetricRow[]) => void) {
    this.#counters = new CounterCells(buffer, onRows);
    this.#routes = new OwnerCache((id) => new OwnerRows(id, routeFamilies, this.#counters));
    this.#services = new OwnerCache((key) => new OwnerRows(key, serviceFamilies, this.#counters));
  }

  finished(outcome: Outcome): void {
    this.#entryPoint(outcome.entryPoint).finished(outcome, protocolIndex(outcome.protocol));
    if (outcome.route !== null) {
      const rows = this.#routes.get(outcome.route);
      rows?.answered(outcome.status);
      if (!isLasting(outcome)) rows?.took(outcome.durationMs / 1000);
    }
    if (outcome.service === null) return;
    const rows = this.#services.get(outcome.service);
    if (rows === undefined) return;
    rows.answered(outcome.status);
    if (outcome.upstreamMs !== null) rows.took(outcome.upstreamMs / 1000);
    if (outcome.retries > 0) rows.retried(outcome.retryReason ?? 'UpstreamConnectFailed', outcome.retries);
  }

  connectionOpened(entryPoint: string, protocol: Protocol): void {
    this.#entryPoint(entryPoint).connections(protocolIndex(protocol), 1);
  }

  connectionClosed(entryPoint: string, protocol: Protocol): void {
    this.#entryPoint(entryPoint).connections(protocolIndex(protocol), -1);
  }

  connectionRefused(entryPoint: string, reason: ConnectionRefusal): void {
    this.#entryPoint(entryPoint).connectionRefused(reason);
  }

  /**
   * To be called with each piece of a delta, before the thread says `live`: gives back the rows of routes and services that go.
   * Requests on them that finish later count for their entry point only.
   */
  planChanged(delta: PlanDelta): void {
    for (const route of delta.routes.set) this.#routes.revive(route.id);
    for (const { set, removed } of [delta.tcpRoutes ?? unchanged, delta.udpRoutes ?? unchanged]) {
      for (const route of set) this.#routes.revive(route.id);
      for (const id of removed) this.#routes.forget(id);
    }
    for (const service of delta.services.set) this.#services.revive(service.key);
    for (const id of delta.routes.removed) this.#routes.forget(id);
    for (const key of delta.services.removed) this.#services.forget(key);
    this.#counters.flush();
  }

  #entryPoint(name: string): EntryPointRows {
    let rows = this.#entryPoints.get(name);
    if (rows === undefined) {
      rows = new EntryPointRows(name, this.#counters);
      this.#entryPoints.set(name, rows);
    }
    return rows;
  }
}

const unchanged = Object.freeze({ set: [], removed: [] });

/** How many names that went are remembered. */
const mostForgotten = 10_000;

class OwnerCache {
  readonly #create: (name: string) => OwnerRows;
  readonly #rows = new Map<string, OwnerRows>();
  readonly #forgotten = new Set<string>();

  constructor(create: (name: string) => OwnerRows) {
    this.#create = create;
  }

  /** Undefined where the name went. */
  get(name: string): OwnerRows | undefined {
    const rows = this.#rows.get(name);
    if (rows !== undefined || this.#forgotten.has(name)) return rows;
    const created = this.#create(name);
    this.#rows.set(name, created);
    return created;
  }

  forget(name: string): void {
    this.#rows.get(name)?.release();
    this.#rows.delete(name);
    this.#forgotten.add(name);
    if (this.#forgotten.size <= mostForgotten) return;
    for (const oldest of this.#forgotten) {
      this.#forgotten.delete(oldest);
      break;
    }
  }

  revive(name: string): void {
    this.#forgotten.delete(name);
  }
}
