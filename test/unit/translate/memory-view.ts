import { serviceNameLabel } from '../../../src/api/kubernetes.ts';
import type { ClusterView, KubeObject } from '../../../src/model/cluster.ts';
import { byCodeUnit } from '../../../src/model/order.ts';

/** A cluster in memory, for tests. */
export class MemoryView implements ClusterView {
  readonly #objects = new Map<string, KubeObject>();

  constructor(objects: readonly KubeObject[] = []) {
    for (const object of objects) this.set(object);
  }

  set(object: KubeObject): void {
    this.#objects.set(keyOf(object.kind, object.metadata.namespace ?? '', object.metadata.name), object);
  }

  delete(kind: string, namespace: string, name: string): void {
    this.#objects.delete(keyOf(kind, namespace, name));
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(keyOf(kind, namespace, name));
  }

  list(kind: string): readonly KubeObject[] {
    return [...this.#objects.values()]
      .filter((object) => object.kind === kind)
      .sort(
        ({ metadata: left }, { metadata: right }) =>
          byCodeUnit(left.namespace ?? '', right.namespace ?? '') || byCodeUnit(left.name, right.name),
      );
  }

  endpointSlicesOf(namespace: string, service: string): readonly KubeObject[] {
    return this.list('EndpointSlice').filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[serviceNameLabel] === service,
    );
  }
}

function keyOf(kind: string, namespace: string, name: string): string {
  return JSON.stringify([kind, namespace, name]);
}
