import {
  type ConnectionRefusal,
  connectionRefusals,
  type Outcome,
  type RefusalReason,
  refusalReasons,
} from '../model/outcome.ts';
import type { CounterCells } from './counter-cells.ts';
import {
  codeCount,
  codeIndex,
  codeLabel,
  isLasting,
  methodIndex,
  methodLabels,
  protocolLabels,
  reasonIndex,
  reasonLabels,
} from './label-sets.ts';
import { type MetricName, metricFamilies } from './metric-families.ts';

/** A row that may not be there yet: -1 until its first use. */
const none = -1;

/** Adds one observation to the histogram row at `cell`. */
function observe(cells: Float64Array, cell: number, bounds: readonly number[], seconds: number): void {
  // A clock that jumped must not spoil the sum for good.
  const duration = Number.isFinite(seconds) ? Math.max(seconds, 0) : 0;
  let bucket = 0;
  while (bucket < bounds.length && duration > (bounds[bucket] ?? 0)) bucket++;
  add(cells, cell + bucket, 1);
  add(cells, cell + bounds.length + 1, duration);
}

function add(cells: Float64Array, cell: number, amount: number): void {
  cells[cell] = (cells[cell] ?? 0) + amount;
}

/** The rows of one entry point. */
export class EntryPointRows {
  readonly #name: string;
  readonly #counters: CounterCells;
  readonly #requests = new Int32Array(protocolLabels.length * methodLabels.length * codeCount).fill(none);
  readonly #durations = new Int32Array(protocolLabels.length).fill(none);
  readonly #connections = new Int32Array(protocolLabels.length).fill(none);
  readonly #refused = new Int32Array(reasonLabels.length).fill(none);
  readonly #refusedConnections = new Int32Array(connectionRefusals.length).fill(none);

  constructor(name: string, counters: CounterCells) {
    this.#name = name;
    this.#counters = counters;
  }

  finished(outcome: Outcome, protocol: number): void {
    const method = methodIndex(outcome.method);
    const code = codeIndex(outcome.status);
    const index = (protocol * methodLabels.length + method) * codeCount + code;
    let request = this.#requests[index] ?? none;
    if (request === none) {
      request = this.#row('fairlead_entrypoint_requests_total', {
        protocol: protocolLabels[protocol] ?? '',
        method: methodLabels[method] ?? 'other',
        code: codeLabel(code),
      });
      this.#requests[index] = request;
    }
    add(this.#counters.cells, request, 1);
    // An answer that broke off is an upstream's answer still.
    if (outcome.reason !== null && refusalReasons[outcome.reason] === outcome.status)
      this.#refuse(outcome.reason);
    if (isLasting(outcome)) return;
    let duration = this.#durations[protocol] ?? none;
    if (duration === none) {
      duration = this.#row('fairlead_entrypoint_request_duration_seconds', {
        protocol: protocolLabels[protocol] ?? '',
      });
      this.#durations[protocol] = duration;
    }
    const { buckets } = metricFamilies.fairlead_entrypoint_request_duration_seconds;
    observe(this.#counters.cells, duration, buckets, outcome.durationMs / 1000);
  }

  connections(protocol: number, change: 1 | -1): void {
    let cell = this.#connections[protocol] ?? none;
    if (cell === none) {
      cell = this.#row('fairlead_entrypoint_open_connections', { protocol: protocolLabels[protocol] ?? '' });
      this.#connections[protocol] = cell;
    }
    add(this.#counters.cells, cell, change);
  }

  connectionRefused(reason: ConnectionRefusal): void {
    const index = connectionRefusals.indexOf(reason);
    let cell = this.#refusedConnections[index] ?? none;
    if (cell === none) {
      cell = this.#row('fairlead_connections_refused_total', { reason });
      this.#refusedConnections[index] = cell;
    }
    add(this.#counters.cells, cell, 1);
  }

  #refuse(reason: RefusalReason): void {
    const index = reasonIndex(reason);
    let cell = this.#refused[index] ?? none;
    if (cell === none) {
      cell = this.#row('fairlead_requests_refused_total', { reason: reasonLabels[index] ?? '' });
      this.#refused[index] = cell;
    }
    add(this.#counters.cells, cell, 1);
  }

  #row(family: MetricName, labels: Readonly<Record<string, string>>): number {
    return this.#counters.allocate(family, { entrypoint: this.#name, ...labels });
  }
}

interface OwnerFamilies {
  readonly label: 'route' | 'service';
  readonly requests: 'fairlead_route_requests_total' | 'fairlead_service_requests_total';
  readonly duration: 'fairlead_route_request_duration_seconds' | 'fairlead_service_request_duration_seconds';
}

export const routeFamilies: OwnerFamilies = Object.freeze({
  label: 'route',
  requests: 'fairlead_route_requests_total',
  duration: 'fairlead_route_request_duration_seconds',
});

export const serviceFamilies: OwnerFamilies = Object.freeze({
  label: 'service',
  requests: 'fairlead_service_requests_total',
  duration: 'fairlead_service_request_duration_seconds',
});

/** The rows of one route or service. There may be very many of these, so they hold little. */
export class OwnerRows {
  readonly #name: string;
  readonly #families: OwnerFamilies;
  readonly #counters: CounterCells;
  /** Codes that were seen, few, and the cell of each at the same index. */
  readonly #codes: number[] = [];
  readonly #codeCells: number[] = [];
  readonly #retryReasons: RefusalReason[] = [];
  readonly #retryCells: number[] = [];
  #duration = none;

  constructor(name: string, families: OwnerFamilies, counters: CounterCells) {
    this.#name = name;
    this.#families = families;
    this.#counters = counters;
  }

  answered(status: number): void {
    const code = codeIndex(status);
    let index = this.#codes.indexOf(code);
    if (index === -1) {
      index = this.#codes.push(code) - 1;
      this.#codeCells.push(this.#row(this.#families.requests, { code: codeLabel(code) }));
    }
    add(this.#counters.cells, this.#codeCells[index] ?? 0, 1);
  }

  took(seconds: number): void {
    if (this.#duration === none) this.#duration = this.#row(this.#families.duration, {});
    const { buckets } = metricFamilies[this.#families.duration];
    observe(this.#counters.cells, this.#duration, buckets, seconds);
  }

  retried(reason: RefusalReason, times: number): void {
    let index = this.#retryReasons.indexOf(reason);
    if (index === -1) {
      index = this.#retryReasons.push(reason) - 1;
      this.#retryCells.push(this.#row('fairlead_service_retries_total', { reason }));
    }
    add(this.#counters.cells, this.#retryCells[index] ?? 0, times);
  }

  release(): void {
    for (const cell of this.#codeCells) this.#counters.release(this.#families.requests, cell);
    for (const cell of this.#retryCells) this.#counters.release('fairlead_service_retries_total', cell);
    if (this.#duration !== none) this.#counters.release(this.#families.duration, this.#duration);
  }

  #row(family: MetricName, labels: Readonly<Record<string, string>>): number {
    return this.#counters.allocate(family, { [this.#families.label]: this.#name, ...labels });
  }
}
