import type { RouteId } from '../model/plan.ts';
import type { PlanDelta } from '../model/plan-delta.ts';

/** What changed with one generation. */
export interface GenerationRecord {
  readonly generation: number;
  /** When it was published, in milliseconds since the epoch. */
  readonly publishedAtMs: number;
  readonly routesSet: number;
  readonly routesRemoved: number;
  readonly servicesSet: number;
  readonly servicesRemoved: number;
  readonly middlewaresSet: number;
  readonly middlewaresRemoved: number;
  /** Some of the routes that were set or removed. */
  readonly routes: readonly RouteId[];
}

const mostRecords = 32;
const mostRoutes = 10;

/** Remembers the last generations, newest first. */
export class History {
  #records: readonly GenerationRecord[] = [];

  add({ generation, routes, services, middlewares }: PlanDelta, publishedAtMs: number): void {
    const named = [...routes.set.slice(0, mostRoutes).map((route) => route.id), ...routes.removed];
    const record = Object.freeze({
      generation,
      publishedAtMs,
      routesSet: routes.set.length,
      routesRemoved: routes.removed.length,
      servicesSet: services.set.length,
      servicesRemoved: services.removed.length,
      middlewaresSet: middlewares.set.length,
      middlewaresRemoved: middlewares.removed.length,
      routes: Object.freeze(named.slice(0, mostRoutes)),
    });
    this.#records = Object.freeze([record, ...this.#records.slice(0, mostRecords - 1)]);
  }

  get records(): readonly GenerationRecord[] {
    return this.#records;
  }
}
