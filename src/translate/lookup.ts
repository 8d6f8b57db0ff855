import type { ClusterView, KubeObject, NamespaceAccess } from '../model/cluster.ts';
import type { ObjectReference } from '../model/object-reference.ts';

/**
 * Names one thing that a translation can read. A joined string, for an index of 100,000 of them: should two names collide,
 * a fragment is made anew once too often, and nothing else.
 */
export type ReadKey = string;

export function readKeyOf(kind: string, namespace: string, name: string): ReadKey {
  return `${kind}\u0000${namespace}\u0000${name}`;
}

/** How the translation of one object sees other objects. */
export interface Lookup {
  get(kind: string, namespace: string, name: string): KubeObject | undefined;
  /** All objects of a kind in a namespace. */
  listIn(kind: string, namespace: string): readonly KubeObject[];
  /** Whether objects of a kind that is watched by reference can be seen in a namespace. */
  access(kind: string, namespace: string): NamespaceAccess;
  /** IngressRoutes of the same kind that name this one in `parentRefs`, whether or not they may, in no order. */
  childrenOf(kind: string, namespace: string, name: string): Iterable<ObjectReference>;
}

/** What stands beside the cluster view and changes with it, made for many lookups. */
export interface LookupIndex {
  listIn(view: ClusterView, kind: string, namespace: string): readonly KubeObject[];
  childrenOf(kind: string, namespace: string, name: string): Iterable<ObjectReference>;
}

/** The name under which a list of a namespace is noted as read: no object has it. */
export const wholeNamespace = '';

/** Remembers what was read, misses too, so that the fragment can be made anew when one of these changes. */
export class RecordingLookup implements Lookup {
  readonly reads = new Map<ReadKey, KubeObject | undefined>();
  readonly #view: ClusterView;
  readonly #index: LookupIndex;

  constructor(view: ClusterView, index: LookupIndex) {
    this.#view = view;
    this.#index = index;
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    const object = this.#view.get(kind, namespace, name);
    this.reads.set(readKeyOf(kind, namespace, name), object);
    return object;
  }

  /** An object of the list that changes makes the fragment anew, and so does one that comes. */
  listIn(kind: string, namespace: string): readonly KubeObject[] {
    this.reads.set(readKeyOf(kind, namespace, wholeNamespace), undefined);
    return this.#index.listIn(this.#view, kind, namespace);
  }

  /** Asked where an object was not found: its change, or that of any object there, makes the fragment anew. */
  access(kind: string, namespace: string): NamespaceAccess {
    this.reads.set(readKeyOf(kind, namespace, wholeNamespace), undefined);
    return this.#view.access?.(kind, namespace) ?? 'open';
  }

  /** Not noted as read: the translator makes a parent anew when its children come or go. */
  childrenOf(kind: string, namespace: string, name: string): Iterable<ObjectReference> {
    return this.#index.childrenOf(kind, namespace, name);
  }
}
