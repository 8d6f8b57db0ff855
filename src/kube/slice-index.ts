import { serviceNameLabel } from '../api/kubernetes.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { SortedList } from '../model/sorted-list.ts';
import { keyOf, sortedObjects, textOf } from './object-key.ts';

const none: readonly KubeObject[] = Object.freeze([]);

/** EndpointSlices by the Service that their label names. A change touches the one or two Services that it concerns. */
export class SliceIndex {
  /** By namespace, then Service. */
  readonly #services = new Map<string, Map<string, SortedList<string, KubeObject>>>();

  /** As a `StoreListener`. */
  readonly update = (before: KubeObject | undefined, after: KubeObject | undefined): void => {
    const left = before === undefined ? undefined : serviceOf(before);
    const joined = after === undefined ? undefined : serviceOf(after);
    if (before !== undefined && left !== undefined && left !== joined) this.#leave(before, left);
    if (after !== undefined && joined !== undefined) this.#join(after, joined);
  };

  slicesOf(namespace: string, service: string): readonly KubeObject[] {
    return this.#services.get(namespace)?.get(service)?.read() ?? none;
  }

  #join(slice: KubeObject, service: string): void {
    const { namespace } = keyOf(slice);
    const services = this.#services.get(namespace) ?? new Map<string, SortedList<string, KubeObject>>();
    const slices = services.get(service) ?? sortedObjects();
    slices.set(slice);
    services.set(service, slices);
    this.#services.set(namespace, services);
  }

  #leave(slice: KubeObject, service: string): void {
    const key = keyOf(slice);
    const services = this.#services.get(key.namespace);
    const slices = services?.get(service);
    if (services === undefined || slices === undefined) return;
    slices.delete(textOf(key));
    if (slices.read().length > 0) return;
    services.delete(service);
    if (services.size === 0) this.#services.delete(key.namespace);
  }
}

function serviceOf({ metadata }: KubeObject): string | undefined {
  return metadata.labels?.[serviceNameLabel];
}
