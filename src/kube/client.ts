import { type Clock, systemClock } from '../model/clock.ts';
import type { ClusterChange, ClusterSource, WatchedKind } from '../model/cluster.ts';
import type { Log } from '../model/log.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import { byCodeUnit } from '../model/order.ts';
import { ClusterCache } from './cluster-cache.ts';
import type { Credentials } from './credentials.ts';
import { ReferenceWatch } from './reference-watch.ts';
import { Reflector, type ReflectorState } from './reflector.ts';
import type { KnownStatus } from './store.ts';
import { type ApiTransport, createTransport } from './transport.ts';

export interface ClusterOptions {
  readonly credentials: Credentials;
  /** `fairlead/VERSION`. */
  readonly userAgent: string;
  readonly kinds: readonly WatchedKind[];
  /** Empty means all. With some, every kind that has namespaces is watched in each of them. */
  readonly namespaces: readonly string[];
  /** Label selector for the kinds of `selectedKinds`; null means all. */
  readonly selector?: string | null;
  readonly log: Log;
  readonly clock?: Clock;
  /** Numbers from 0 up to 1, as Math.random gives them. */
  readonly random?: () => number;
  /** A watch of this kind had to be begun again (`fairlead_watch_restarts_total`). */
  readonly onWatchRestart?: (kind: string) => void;
  /** This kind was last heard of at, in seconds since the epoch (`fairlead_watch_last_event_timestamp_seconds`). */
  readonly onWatchEvent?: (kind: string, epochSeconds: number) => void;
  /** The status of an object that was known before is another now, whoever wrote it. */
  readonly onStatusMoved?: (object: ObjectReference) => void;
}

/** The cluster as one API server tells it. */
export interface Cluster extends ClusterSource {
  /** Watches until the signal is aborted, and settles then. Call it once. Never rejects. */
  start(signal: AbortSignal): Promise<void>;
  /** Kinds that the API server refuses to list (403, 404), sorted; they are asked for again now and then. */
  readonly unavailableKinds: readonly string[];
  /** The status that stands at the API server, for the status writer; undefined where the object is unknown. */
  knownStatus(object: ObjectReference): KnownStatus | undefined;
  /** Objects with fields of their status that one of our field managers has applied. */
  objectsWithOurStatus(): readonly ObjectReference[];
  /** `metadata.generation` of an object; 0 where it has none, or is not known. */
  generationOf(object: ObjectReference): number;
  /** The same wire, for writes. */
  readonly transport: ApiTransport;
}

/** The kinds that `--selector` narrows: those that bring routes. What these refer to is found without labels. */
export const selectedKinds: readonly string[] = Object.freeze([
  'Ingress',
  'IngressRoute',
  'IngressRoute.traefik.io',
  'IngressRouteTCP',
  'IngressRouteTCP.traefik.io',
  'IngressRouteUDP',
  'IngressRouteUDP.traefik.io',
]);

/** Makes the source of all that Fairlead knows of a cluster. Nothing is asked of it before `start`. */
export function connectCluster(options: ClusterOptions): Cluster {
  const { credentials, userAgent, kinds, log, clock = systemClock } = options;
  const transport = createTransport({ credentials, userAgent, clock });
  const announcer = new Announcer(log);
  const { onStatusMoved = () => {} } = options;
  const cache = new ClusterCache({
    kinds,
    log,
    onChange: (changes) => announcer.tell(changes),
    onStatusMoved,
  });
  const states = new KindStates();
  const parts: Parts = { options, transport, cache, settled };
  const reflectors = kinds
    .filter(({ byReference }) => byReference === undefined)
    .flatMap((kind) =>
      namespacesOf(kind, options.namespaces).map((namespace) =>
        makeReflector(kind, namespace, states.join(kind), parts),
      ),
    );
  const byReference = new Map(
    kinds
      .filter((kind) => kind.byReference !== undefined)
      .map((kind) => [kind.kind, watchByReference(kind, parts, announcer)]),
  );
  const unsyncedKinds = (): readonly string[] => {
    const pending = [...byReference].filter(([, watch]) => watch.isPending).map(([kind]) => kind);
    return pending.length === 0 ? states.unsynced : [...states.unsynced, ...pending].sort(byCodeUnit);
  };
  let complete = false;

  function settled(): void {
    if (complete || unsyncedKinds().length > 0) return;
    complete = true;
    announcer.tell(Object.freeze([]));
  }

  return {
    get: (kind, namespace, name) => cache.get(kind, namespace, name),
    list: (kind) => cache.list(kind),
    endpointSlicesOf: (namespace, service) => cache.endpointSlicesOf(namespace, service),
    access: (kind, namespace) => byReference.get(kind)?.access(namespace) ?? 'open',
    refer: (kind, namespaces) => byReference.get(kind)?.refer(namespaces),
    get unsyncedKinds() {
      return unsyncedKinds();
    },
    get unavailableKinds() {
      const refused = [...byReference].filter(([, watch]) => watch.isUnavailable).map(([kind]) => kind);
      return [...states.unavailable, ...refused].sort(byCodeUnit);
    },
    onChange: (listener) => announcer.add(listener),
    knownStatus: (object) => cache.knownStatus(object),
    objectsWithOurStatus: () => cache.objectsWithOurStatus(),
    generationOf: (object) => cache.generationOf(object),
    transport,
    start: async (signal) => {
      settled();
      const all = [...reflectors, ...byReference.values()];
      await Promise.all(all.map((one) => one.run(signal)));
      transport.close();
    },
  };
}

interface Parts {
  readonly options: ClusterOptions;
  readonly transport: ApiTransport;
  readonly cache: ClusterCache;
  readonly settled: () => void;
}

function watchByReference(kind: WatchedKind, parts: Parts, announcer: Announcer): ReferenceWatch {
  const { options, cache } = parts;
  const { log, clock = systemClock } = options;
  return new ReferenceWatch({
    kind,
    namespaces: namespacesOf(kind, options.namespaces).filter((namespace) => namespace !== ''),
    log,
    makeReflector: (namespace, setState) => makeReflector(kind, namespace, setState, parts),
    forget: (namespace) => cache.sink(kind, namespace).snapshot().commit(clock.monotonicMs()),
    onAccess: (namespace) => {
      const object = Object.freeze({ apiVersion: kind.apiVersion, kind: kind.kind, namespace, name: '' });
      announcer.tell(Object.freeze([{ object, seenAtMs: clock.monotonicMs() }]));
    },
  });
}

function makeReflector(
  kind: WatchedKind,
  namespace: string,
  setState: (state: ReflectorState) => void,
  { options, transport, cache, settled }: Parts,
): Reflector {
  const { log, clock = systemClock, random = Math.random, onWatchRestart, onWatchEvent } = options;
  const selector = selectedKinds.includes(kind.kind) ? (options.selector ?? null) : null;
  return new Reflector({
    transport,
    scope: { kind, namespace, selector },
    sink: cache.sink(kind, namespace),
    clock,
    random,
    log,
    hasFallback: kind.byReference === 'fallback' && namespace === '',
    onState: (state) => {
      setState(state);
      settled();
    },
    onRestart: () => onWatchRestart?.(kind.kind),
    onEvent: (epochSeconds) => onWatchEvent?.(kind.kind, epochSeconds),
  });
}

/** The namespaces to watch one by one; an empty one means all at once. */
function namespacesOf(kind: WatchedKind, namespaces: readonly string[]): readonly string[] {
  return kind.namespaced && namespaces.length > 0 ? [...new Set(namespaces)].sort(byCodeUnit) : [''];
}

/** How the kinds stand, each with one or more reflectors. */
class KindStates {
  readonly #kinds = new Map<string, { readonly required: boolean; readonly states: ReflectorState[] }>();

  /** Adds a reflector of a kind; what it gives sets that reflector's state. */
  join({ kind, required }: WatchedKind): (state: ReflectorState) => void {
    const entry = this.#kinds.get(kind) ?? { required, states: [] };
    this.#kinds.set(kind, entry);
    const index = entry.states.push('waiting') - 1;
    return (state) => {
      entry.states[index] = state;
    };
  }

  /** A kind that is not required and not to be had keeps nobody waiting. */
  get unsynced(): readonly string[] {
    return this.#where((state, required) => state === 'waiting' || (state === 'unavailable' && required));
  }

  get unavailable(): readonly string[] {
    return this.#where((state) => state === 'unavailable');
  }

  #where(test: (state: ReflectorState, required: boolean) => boolean): readonly string[] {
    const entries = [...this.#kinds];
    const found = entries.filter(([, { states, required }]) => states.some((state) => test(state, required)));
    return found.map(([kind]) => kind).sort(byCodeUnit);
  }
}

/** Hands changes to listeners; one that throws is a bug, which must not stop a watch or the other listeners. */
class Announcer {
  readonly #listeners: ((changes: readonly ClusterChange[]) => void)[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(listener: (changes: readonly ClusterChange[]) => void): void {
    this.#listeners.push(listener);
  }

  tell(changes: readonly ClusterChange[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(changes);
      } catch (error) {
        this.#log.error({ error }, 'a listener of cluster changes failed');
      }
    }
  }
}
