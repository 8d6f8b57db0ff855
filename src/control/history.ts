import { formatReference } from '../model/object-reference.ts';
import type { MiddlewareId, RouteId, ServiceKey } from '../model/plan-keys.ts';
import type { EntryChanges } from '../translate/shared-entries.ts';
import type { DiagnosticChanges } from './diagnostic-book.ts';
import type { Build } from './reconciler.ts';
import { type RouteChange, routeChange } from './route-change.ts';

/** What changed with one generation. Lists hold the first entries only; counts count all. The names are API. */
export interface GenerationRecord {
  readonly generation: number;
  /** When it was published, in milliseconds since the epoch, and the same for people (ISO 8601, UTC). */
  readonly publishedAtMs: number;
  readonly publishedAt: string;
  /** Added and changed ones. */
  readonly routesSet: number;
  readonly routesAdded: number;
  readonly routesRemoved: number;
  readonly servicesSet: number;
  readonly servicesRemoved: number;
  readonly middlewaresSet: number;
  readonly middlewaresRemoved: number;
  /** How many objects came, changed or went, and the first of them: `KIND/NAMESPACE/NAME`. None for the first generation. */
  readonly causeCount: number;
  readonly causes: readonly string[];
  /** Ids of the routes in `changes`. */
  readonly routes: readonly RouteId[];
  readonly changes: readonly RouteChange[];
  readonly services: readonly EntryChange<ServiceKey>[];
  readonly middlewares: readonly EntryChange<MiddlewareId>[];
  /** How often services got their first endpoint or lost their last one while this generation was the last; the latest. */
  readonly endpointCount: number;
  readonly endpoints: readonly EndpointChange[];
}

/** What became of a service or a Middleware of the plan. */
export interface EntryChange<Key> {
  readonly name: Key;
  readonly change: 'added' | 'changed' | 'removed';
}

/** A Service that has endpoints again, or has none any more. */
export interface EndpointChange {
  readonly atMs: number;
  /** `NAMESPACE/NAME` */
  readonly service: string;
  readonly change: 'appeared' | 'vanished';
}

interface Kept {
  readonly record: GenerationRecord;
  readonly bytes: number;
  endpointCount: number;
  endpoints: readonly EndpointChange[];
}

const mostRecords = 256;
const mostBytes = 1 << 20;
const mostEntries = 20;

/** Remembers the last generations, newest first: at most 256 of them, and about a MiB. */
export class History {
  /** Oldest first. */
  readonly #kept: Kept[] = [];
  #bytes = 0;

  /** Notes a build that made a generation. */
  add(build: Pick<Build, 'generation' | 'edits' | 'causes'>, publishedAtMs: number): void {
    const record = recordOf(build, publishedAtMs);
    const bytes = JSON.stringify(record).length + mostEntries * endpointBytes;
    this.#kept.push({ record, bytes, endpointCount: 0, endpoints: [] });
    this.#bytes += bytes;
    while (this.#kept.length > mostRecords || (this.#bytes > mostBytes && this.#kept.length > 1)) {
      this.#bytes -= this.#kept.shift()?.bytes ?? 0;
    }
  }

  /** Notes Services that have no endpoint any more, or have some again, under the last generation. */
  addEndpoints({ appeared, gone }: DiagnosticChanges, atMs: number): void {
    const last = this.#kept.at(-1);
    if (last === undefined) return;
    const changes: EndpointChange[] = [];
    for (const { object } of gone.slice(-mostEntries)) {
      changes.push({ atMs, service: `${object.namespace}/${object.name}`, change: 'appeared' });
    }
    for (const { object } of appeared.slice(-mostEntries)) {
      changes.push({ atMs, service: `${object.namespace}/${object.name}`, change: 'vanished' });
    }
    last.endpointCount += appeared.length + gone.length;
    last.endpoints = [...last.endpoints, ...changes].slice(-mostEntries);
  }

  /** Newest first. */
  get records(): readonly GenerationRecord[] {
    return this.#kept
      .map(({ record, endpointCount, endpoints }) => ({ ...record, endpointCount, endpoints }))
      .reverse();
  }
}

/** What one entry of `endpoints` may take: two names of 253 characters at most, and the rest. */
const endpointBytes = 100;

function recordOf(
  { generation, edits, causes }: Pick<Build, 'generation' | 'edits' | 'causes'>,
  publishedAtMs: number,
): GenerationRecord {
  const { routes, services, middlewares } = edits;
  const changes = [
    ...routes.set.slice(0, mostEntries).map((route, index) => routeChange(routes.before[index], route)),
    ...routes.removed.slice(0, mostEntries).map((route) => routeChange(route, undefined)),
  ].slice(0, mostEntries);
  return {
    generation,
    publishedAtMs,
    publishedAt: new Date(publishedAtMs).toISOString(),
    routesSet: routes.set.length,
    routesAdded: routes.before.filter((before) => before === undefined).length,
    routesRemoved: routes.removed.length,
    servicesSet: services.set.length,
    servicesRemoved: services.removed.length,
    middlewaresSet: middlewares.set.length,
    middlewaresRemoved: middlewares.removed.length,
    causeCount: causes.length,
    causes: causes.slice(0, mostEntries).map(formatReference),
    routes: changes.map(({ route }) => route),
    changes,
    services: entryChanges(services, ({ key }) => key),
    middlewares: entryChanges(middlewares, ({ id }) => id),
    endpointCount: 0,
    endpoints: [],
  };
}

function entryChanges<Entry>(
  { set, before, removed }: EntryChanges<Entry>,
  nameOf: (entry: Entry) => string,
): readonly EntryChange<string>[] {
  const changes: EntryChange<string>[] = set.slice(0, mostEntries).map((entry, index) => {
    return { name: nameOf(entry), change: before[index] === undefined ? 'added' : 'changed' };
  });
  for (const entry of removed.slice(0, mostEntries)) changes.push({ name: nameOf(entry), change: 'removed' });
  return changes.slice(0, mostEntries);
}
