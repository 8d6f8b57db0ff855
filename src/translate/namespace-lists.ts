import type { ClusterView, KubeObject } from '../model/cluster.ts';

/** Gives the objects of a kind in a namespace, in the order of the view; goes through the list of a kind once for all namespaces. */
export class NamespaceLists {
  /** By the list of the view, which is the same one until it changes. */
  readonly #known = new WeakMap<readonly KubeObject[], ReadonlyMap<string, readonly KubeObject[]>>();

  listIn(view: ClusterView, kind: string, namespace: string): readonly KubeObject[] {
    const list = view.list(kind);
    let byNamespace = this.#known.get(list);
    if (byNamespace === undefined) {
      byNamespace = Map.groupBy(list, ({ metadata }) => metadata.namespace ?? '');
      this.#known.set(list, byNamespace);
    }
    return byNamespace.get(namespace) ?? none;
  }
}

const none: readonly never[] = Object.freeze([]);
