import { formatReference } from '../model/object-reference.ts';
import { type SparseEntries, type SparseList, sparseKeys } from '../model/plan-delta.ts';
import type { MiddlewareId, RouteId, ServiceKey } from '../model/plan-keys.ts';
import type { TlsOptionsId } from '../model/plan-tls.ts';
import type { TransportId } from '../model/plan-transport.ts';
import type { SparseEdits } from '../translate/assembly.ts';
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
  /** Of the lists of a plan that have to do with TLS, TCP and UDP: a host by its entry, so that it is empty for all others. */
  readonly tcpRoutesSet: number;
  readonly tcpRoutesRemoved: number;
  readonly udpRoutesSet: number;
  readonly udpRoutesRemoved: number;
  readonly tlsHostsSet: number;
  readonly tlsHostsRemoved: number;
  readonly tlsOptionsSet: number;
  readonly tlsOptionsRemoved: number;
  readonly transportsSet: number;
  readonly transportsRemoved: number;
  /** How many objects came, changed or went, and the first of them: `KIND/NAMESPACE/NAME`. None for the first generation. */
  readonly causeCount: number;
  readonly causes: readonly string[];
  /** Ids of the routes in `changes`. */
  readonly routes: readonly RouteId[];
  readonly changes: readonly RouteChange[];
  readonly services: readonly EntryChange<ServiceKey>[];
  readonly middlewares: readonly EntryChange<MiddlewareId>[];
  readonly tcpRoutes: readonly EntryChange<RouteId>[];
  readonly udpRoutes: readonly EntryChange<RouteId>[];
  readonly tlsHosts: readonly EntryChange<string>[];
  readonly tlsOptions: readonly EntryChange<TlsOptionsId>[];
  readonly transports: readonly EntryChange<TransportId>[];
  /** How often services got their first endpoint or lost their last one while this generation was the last; the latest. */
  readonly endpointCount: number;
  readonly endpoints: readonly EndpointChange[];
}

/** What became of an entry of the plan. */
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
  const sparse = sparseRecord(edits.sparse ?? {});
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
    ...sparse.counts,
    causeCount: causes.length,
    causes: causes.slice(0, mostEntries).map(formatReference),
    routes: changes.map(({ route }) => route),
    changes,
    services: entryChanges(services, ({ key }) => key),
    middlewares: entryChanges(middlewares, ({ id }) => id),
    ...sparse.names,
    endpointCount: 0,
    endpoints: [],
  };
}

function sparseRecord(edits: SparseEdits) {
  const { tcpRoutes, udpRoutes, tlsHosts, tlsOptions, transports } = edits;
  return {
    counts: {
      tcpRoutesSet: tcpRoutes?.set.length ?? 0,
      tcpRoutesRemoved: tcpRoutes?.removed.length ?? 0,
      udpRoutesSet: udpRoutes?.set.length ?? 0,
      udpRoutesRemoved: udpRoutes?.removed.length ?? 0,
      tlsHostsSet: tlsHosts?.set.length ?? 0,
      tlsHostsRemoved: tlsHosts?.removed.length ?? 0,
      tlsOptionsSet: tlsOptions?.set.length ?? 0,
      tlsOptionsRemoved: tlsOptions?.removed.length ?? 0,
      transportsSet: transports?.set.length ?? 0,
      transportsRemoved: transports?.removed.length ?? 0,
    },
    names: {
      tcpRoutes: sparseChanges(tcpRoutes, 'tcpRoutes'),
      udpRoutes: sparseChanges(udpRoutes, 'udpRoutes'),
      tlsHosts: sparseChanges(tlsHosts, 'tlsHosts'),
      tlsOptions: sparseChanges(tlsOptions, 'tlsOptions'),
      transports: sparseChanges(transports, 'transports'),
    },
  };
}

function sparseChanges<List extends SparseList>(
  changes: EntryChanges<SparseEntries[List]> | undefined,
  list: List,
): readonly EntryChange<string>[] {
  return changes === undefined ? [] : entryChanges(changes, sparseKeys[list]);
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
