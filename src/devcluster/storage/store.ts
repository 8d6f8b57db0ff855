import type { ApiObject } from '../json.ts';
import { History, type StoredEvent } from './history.ts';

/** Names one kind of objects in the store, whatever the version they are served in. */
export interface ResourceName {
  /** Empty for the core group. */
  readonly group: string;
  readonly plural: string;
}

/** Names one object; `namespace` is empty for kinds of the cluster. */
export interface ObjectName extends ResourceName {
  readonly namespace: string;
  readonly name: string;
}

export interface StoreOptions {
  /** Events kept per resource for watches that start in the past; 5,000 unless given. */
  readonly historyBound?: number;
}

// Kubernetes starts low as well; below this number no watch can start, so that a client's "1" is too old from the beginning.
const firstRevision = 100;

interface Shelf {
  readonly objects: Map<string, ApiObject>;
  readonly history: History;
  readonly listeners: Set<() => void>;
  sorted: readonly ApiObject[] | null;
}

/**
 * All objects of the cluster, with one revision that counts every write of any of them (Kubernetes resourceVersion), and a
 * bounded history for watches. Stored objects are shared with everybody who reads, and never changed.
 */
export class Store {
  readonly #shelves = new Map<string, Shelf>();
  readonly #historyBound: number;
  readonly #countsByNamespace = new Map<string, number>();
  #revision = firstRevision;
  #compacted = firstRevision;

  constructor(options: StoreOptions = {}) {
    this.#historyBound = options.historyBound ?? 5000;
  }

  /** The revision of the latest write. */
  get revision(): number {
    return this.#revision;
  }

  get(name: ObjectName): ApiObject | undefined {
    return this.#shelves.get(shelfKey(name))?.objects.get(objectKey(name));
  }

  /** All objects of a resource, sorted by namespace and name. */
  list(resource: ResourceName): readonly ApiObject[] {
    const shelf = this.#shelves.get(shelfKey(resource));
    if (shelf === undefined) return [];
    shelf.sorted ??= [...shelf.objects].sort(byKey).map(([, object]) => object);
    return shelf.sorted;
  }

  /** How many objects of a resource there are. */
  count(resource: ResourceName): number {
    return this.#shelves.get(shelfKey(resource))?.objects.size ?? 0;
  }

  /**
   * The objects as they were at an earlier revision, or undefined if that is forgotten. The present, and revisions yet to come,
   * give what is there now.
   */
  listAt(resource: ResourceName, revision: number): readonly ApiObject[] | undefined {
    if (revision >= this.#revision) return this.list(resource);
    const shelf = this.#shelf(resource);
    if (revision < shelf.history.knownSince) return undefined;
    const objects = new Map(shelf.objects);
    for (const { object, previous } of shelf.history.backTo(revision)) {
      const key = keyOf(object);
      if (previous === null) objects.delete(key);
      else objects.set(key, previous);
    }
    return [...objects].sort(byKey).map(([, object]) => object);
  }

  /** Stores an object, new or in place of the one with its name, and gives it back with its resourceVersion. */
  put(resource: ResourceName, object: ApiObject): ApiObject {
    const shelf = this.#shelf(resource);
    const previous = shelf.objects.get(keyOf(object)) ?? null;
    const stored = this.#stamped(object);
    shelf.objects.set(keyOf(stored), stored);
    if (previous === null) this.#count(stored, 1);
    this.#tell(shelf, { type: previous === null ? 'ADDED' : 'MODIFIED', object: stored, previous });
    return stored;
  }

  /**
   * Removes an object and gives back its last state with the revision of the removal, or undefined if there is none. `last` goes
   * in place of what is stored, for watches to see.
   */
  remove(name: ObjectName, last?: ApiObject): ApiObject | undefined {
    const shelf = this.#shelf(name);
    const previous = shelf.objects.get(objectKey(name));
    if (previous === undefined) return undefined;
    shelf.objects.delete(objectKey(name));
    this.#count(previous, -1);
    const object = this.#stamped(last ?? previous);
    this.#tell(shelf, { type: 'DELETED', object, previous });
    return object;
  }

  /** What watches read from; `listener` is called after every change, until the returned function is. */
  subscribe(resource: ResourceName, listener: () => void): () => void {
    const { listeners } = this.#shelf(resource);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  history(resource: ResourceName): History {
    return this.#shelf(resource).history;
  }

  /** Forgets the whole history: every watch that is not up to date finds itself too old. */
  compact(): void {
    this.#revision += 1;
    this.#compacted = this.#revision;
    for (const { history } of this.#shelves.values()) history.compact(this.#revision);
  }

  /** Forgets a resource, its history included, as when its definition goes. Its objects must be gone; who listens is told. */
  drop(resource: ResourceName): void {
    const shelf = this.#shelves.get(shelfKey(resource));
    if (shelf === undefined || shelf.objects.size > 0) return;
    shelf.history.compact(this.#revision);
    for (const listener of [...shelf.listeners]) listener();
  }

  /** True if nothing is inside a namespace, which need not exist. */
  isEmpty(namespace: string): boolean {
    return !this.#countsByNamespace.has(namespace);
  }

  /** Every stored object inside a namespace, with the resource it belongs to. */
  *inside(namespace: string): Generator<{ resource: ResourceName; object: ApiObject }> {
    for (const [key, { objects }] of this.#shelves) {
      const [group = '', plural = ''] = key.split('/');
      for (const object of [...objects.values()]) {
        if (object.metadata.namespace === namespace) yield { resource: { group, plural }, object };
      }
    }
  }

  #count({ metadata }: ApiObject, change: 1 | -1): void {
    const { namespace } = metadata;
    if (namespace === undefined) return;
    const count = (this.#countsByNamespace.get(namespace) ?? 0) + change;
    if (count === 0) this.#countsByNamespace.delete(namespace);
    else this.#countsByNamespace.set(namespace, count);
  }

  #stamped(object: ApiObject): ApiObject {
    this.#revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
  }

  #tell(shelf: Shelf, event: Omit<StoredEvent, 'revision'>): void {
    shelf.sorted = null;
    shelf.history.add({ ...event, revision: this.#revision });
    for (const listener of [...shelf.listeners]) listener();
  }

  #shelf(resource: ResourceName): Shelf {
    const key = shelfKey(resource);
    const found = this.#shelves.get(key);
    if (found) return found;
    const shelf = {
      objects: new Map(),
      history: new History(this.#historyBound, this.#compacted),
      listeners: new Set<() => void>(),
      sorted: null,
    };
    this.#shelves.set(key, shelf);
    return shelf;
  }
}

function shelfKey({ group, plural }: ResourceName): string {
  return `${group}/${plural}`;
}

function objectKey({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`;
}

function keyOf({ metadata }: ApiObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function byKey([left]: [string, unknown], [right]: [string, unknown]): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
