import { identityOf, type TrimmedObject, trimObject } from '../api/trim.ts';
import type { ClusterChange, ClusterView, KubeObject, WatchedKind } from '../model/cluster.ts';
import type { Log } from '../model/log.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import { keyOf, type ObjectKey } from './object-key.ts';
import { SliceIndex } from './slice-index.ts';
import { KindStore, type KnownStatus } from './store.ts';

const none: readonly KubeObject[] = Object.freeze([]);

/** Where a reflector puts what it reads of one kind in one namespace, or in all of them. */
export interface ObjectSink {
  /** Begins a list; nothing of it is in the view before `commit`. */
  snapshot(): Snapshot;
  set(raw: unknown): void;
  remove(raw: unknown): void;
  /** Tells of the changes since the last time, if there are any. */
  flush(seenAtMs: number): void;
}

export interface Snapshot {
  /** A later object of the same name takes the place of an earlier one. */
  add(raw: unknown): void;
  remove(raw: unknown): void;
  /** Makes the view equal to the list and tells of what differs. */
  commit(seenAtMs: number): void;
}

export interface CacheOptions {
  readonly kinds: readonly WatchedKind[];
  readonly log: Log;
  readonly onChange: (changes: readonly ClusterChange[]) => void;
  /** The status of an object that was known before is another now, whoever wrote it. */
  readonly onStatusMoved?: (object: ObjectReference) => void;
}

/** All objects that are watched: the stores, the index of EndpointSlices, and the way into them. */
export class ClusterCache implements ClusterView {
  readonly #stores: ReadonlyMap<string, KindStore>;
  readonly #slices = new SliceIndex();
  readonly #options: CacheOptions;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#stores = new Map(
      options.kinds.map(({ kind }) => [
        kind,
        kind === 'EndpointSlice' ? new KindStore(this.#slices.update) : new KindStore(),
      ]),
    );
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.#stores.get(kind)?.get(namespace, name);
  }

  list(kind: string): readonly KubeObject[] {
    return this.#stores.get(kind)?.list() ?? none;
  }

  endpointSlicesOf(namespace: string, service: string): readonly KubeObject[] {
    return this.#slices.slicesOf(namespace, service);
  }

  /** The status that stands at the API server, as far as we have heard. */
  knownStatus({ kind, namespace, name }: ObjectReference): KnownStatus | undefined {
    return this.#stores.get(kind)?.known(namespace, name);
  }

  /** Objects with fields of their status that one of our field managers has applied. */
  objectsWithOurStatus(): readonly ObjectReference[] {
    return this.#options.kinds.flatMap((kind) => {
      const keys = this.#stores.get(kind.kind)?.keysWithManagers() ?? [];
      return keys.map((key) => reference(kind, key));
    });
  }

  /** `metadata.generation`; 0 where the object has none, or is not known. */
  generationOf({ kind, namespace, name }: ObjectReference): number {
    return this.#stores.get(kind)?.generation(namespace, name) ?? 0;
  }

  /** The way in for one kind; an empty namespace means all. */
  sink(kind: WatchedKind, namespace: string): ObjectSink {
    const store = this.#stores.get(kind.kind);
    if (store === undefined) throw new Error(`not a kind of this cache: ${kind.kind}`);
    let changed: ObjectKey[] = [];
    const statusMoved = (key: ObjectKey): void => this.#options.onStatusMoved?.(reference(kind, key));
    const flush = (seenAtMs: number): void => {
      if (changed.length === 0) return;
      const changes = changed.map((key) => ({ object: reference(kind, key), seenAtMs }));
      changed = [];
      this.#options.onChange(Object.freeze(changes));
    };
    return {
      snapshot: () =>
        this.#snapshot(kind, (objects, seenAtMs) => {
          changed = [...changed, ...store.replace(namespace, objects, statusMoved)];
          flush(seenAtMs);
        }),
      set: (raw) => {
        const trimmed = this.#trim(kind, raw);
        const key = identityOf(raw);
        // What no longer fits its kind must not go on being served as it was.
        if (trimmed === null) {
          if (store.remove(key)) changed.push(key);
          return;
        }
        const noted = store.set(trimmed);
        if (noted.changed) changed.push(key);
        if (noted.statusMoved) statusMoved(key);
      },
      remove: (raw) => {
        const key = identityOf(raw);
        if (store.remove(key)) changed.push(key);
      },
      flush,
    };
  }

  #snapshot(
    kind: WatchedKind,
    commit: (objects: readonly TrimmedObject[], seenAtMs: number) => void,
  ): Snapshot {
    /** By namespace, then name. */
    const objects = new Map<string, Map<string, TrimmedObject>>();
    const remove = (raw: unknown): void => {
      const { namespace, name } = identityOf(raw);
      objects.get(namespace)?.delete(name);
    };
    return {
      add: (raw) => {
        const trimmed = this.#trim(kind, raw);
        if (trimmed === null) return remove(raw);
        const { namespace, name } = keyOf(trimmed.object);
        const names = objects.get(namespace) ?? new Map<string, TrimmedObject>();
        objects.set(namespace, names.set(name, trimmed));
      },
      remove,
      commit: (seenAtMs) =>
        commit(
          [...objects.values()].flatMap((names) => [...names.values()]),
          seenAtMs,
        ),
    };
  }

  #trim(kind: WatchedKind, raw: unknown): TrimmedObject | null {
    const trimmed = trimObject(kind, raw);
    const { log } = this.#options;
    if (trimmed.kind === 'unfit') {
      const { namespace, name, path } = trimmed;
      log.warn({ kind: kind.kind, namespace, name, path }, 'object set aside: it does not fit its kind');
      return null;
    }
    if (trimmed.dropped.length > 0) {
      const { namespace = '', name } = trimmed.object.metadata;
      log.warn(
        { kind: kind.kind, namespace, name, paths: trimmed.dropped.slice(0, 10) },
        'parts of an object set aside: they do not fit its kind',
      );
    }
    return trimmed;
  }
}

function reference({ apiVersion, kind }: WatchedKind, { namespace, name }: ObjectKey): ObjectReference {
  return Object.freeze({ apiVersion, kind, namespace, name });
}
