import type { TrimmedObject } from '../api/trim.ts';
import type { KubeObject } from '../model/cluster.ts';
import { byKey, keyOf, type ObjectKey, sortedObjects, textOf } from './object-key.ts';
import { sameJson } from './same-json.ts';

/** What the API server last said of an object beside what we use. */
export interface KnownStatus {
  /** `status` as sent; null where there is none. For the status writer only. */
  readonly status: unknown;
  readonly resourceVersion: string;
  /** Field managers of ours that have applied fields of it, separated by spaces. */
  readonly managers: string;
}

interface Entry extends KnownStatus {
  readonly object: KubeObject;
  readonly generation: number;
}

/** What became of an object that was set. */
export interface Noted {
  /** It is new or differs in what we use. */
  readonly changed: boolean;
  /** It was there before and its status is another now, or has other owners. */
  readonly statusMoved: boolean;
}

/** Told of every change, with the objects before and after it. */
export type StoreListener = (before: KubeObject | undefined, after: KubeObject | undefined) => void;

/**
 * The objects of one kind. An object that says the same as the one it replaces leaves that in place: only its status and
 * resourceVersion are noted.
 */
export class KindStore {
  /** By namespace, then name. */
  readonly #entries = new Map<string, Map<string, Entry>>();
  readonly #sorted = sortedObjects();
  readonly #listener: StoreListener;

  constructor(listener: StoreListener = () => {}) {
    this.#listener = listener;
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#entries.get(namespace)?.get(name)?.object;
  }

  /** `metadata.generation`; 0 where there is none, or no such object. */
  generation(namespace: string, name: string): number {
    return this.#entries.get(namespace)?.get(name)?.generation ?? 0;
  }

  /** The keys of those whose status fields one of our field managers has applied. */
  keysWithManagers(): readonly ObjectKey[] {
    return this.#keys('').filter(({ namespace, name }) => this.known(namespace, name)?.managers !== '');
  }

  known(namespace: string, name: string): KnownStatus | undefined {
    return this.#entries.get(namespace)?.get(name);
  }

  /** Sorted by namespace and name; the same list as long as nothing changes. */
  list(): readonly KubeObject[] {
    return this.#sorted.read();
  }

  set({ object, status, resourceVersion, managers, generation }: TrimmedObject): Noted {
    const { namespace, name } = keyOf(object);
    const names = this.#entries.get(namespace) ?? new Map<string, Entry>();
    const entry = names.get(name);
    const before = entry?.object;
    const changed = before === undefined || !sameJson(before, object);
    const statusMoved =
      entry !== undefined && (entry.managers !== managers || !sameJson(entry.status, status));
    names.set(name, { object: changed ? object : before, status, resourceVersion, managers, generation });
    this.#entries.set(namespace, names);
    if (changed) {
      this.#sorted.set(object);
      this.#listener(before, object);
    }
    return { changed, statusMoved };
  }

  /** True where it was there. */
  remove({ namespace, name }: ObjectKey): boolean {
    const names = this.#entries.get(namespace);
    const before = names?.get(name)?.object;
    if (names === undefined || before === undefined) return false;
    names.delete(name);
    if (names.size === 0) this.#entries.delete(namespace);
    this.#sorted.delete(textOf({ namespace, name }));
    this.#listener(before, undefined);
    return true;
  }

  /**
   * Makes the objects of one namespace, or of all where it is empty, these and no others. Gives the keys of what came,
   * changed or went, in the order of `byKey`.
   */
  replace(
    namespace: string,
    objects: readonly TrimmedObject[],
    onStatusMoved: (key: ObjectKey) => void = () => {},
  ): readonly ObjectKey[] {
    const changed: ObjectKey[] = [];
    const kept = new Map<string, Set<string>>();
    for (const trimmed of objects) {
      const key = keyOf(trimmed.object);
      const names = kept.get(key.namespace);
      if (names === undefined) kept.set(key.namespace, new Set([key.name]));
      else names.add(key.name);
      const noted = this.set(trimmed);
      if (noted.changed) changed.push(key);
      if (noted.statusMoved) onStatusMoved(key);
    }
    for (const key of this.#keys(namespace)) {
      if (!kept.get(key.namespace)?.has(key.name) && this.remove(key)) changed.push(key);
    }
    return changed.sort(byKey);
  }

  #keys(namespace: string): readonly ObjectKey[] {
    const namespaces = namespace === '' ? [...this.#entries.keys()] : [namespace];
    return namespaces.flatMap((each) =>
      [...(this.#entries.get(each)?.keys() ?? [])].map((name) => ({ namespace: each, name })),
    );
  }
}
