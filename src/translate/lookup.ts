import type { ClusterView, KubeObject } from '../model/cluster.ts';

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
}

/** Remembers what was read, misses too, so that the fragment can be made anew when one of these changes. */
export class RecordingLookup implements Lookup {
  readonly reads = new Map<ReadKey, KubeObject | undefined>();
  readonly #view: ClusterView;

  constructor(view: ClusterView) {
    this.#view = view;
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    const object = this.#view.get(kind, namespace, name);
    this.reads.set(readKeyOf(kind, namespace, name), object);
    return object;
  }
}
