import type { KubeObject } from '../model/cluster.ts';
import { byCodeUnit } from '../model/order.ts';
import { SortedList } from '../model/sorted-list.ts';

/** Namespace and name; the namespace is empty for objects without one. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

export function keyOf({ metadata }: KubeObject): ObjectKey {
  return { namespace: metadata.namespace ?? '', name: metadata.name };
}

/** Sorts by namespace and name. */
export function byKey(left: ObjectKey, right: ObjectKey): number {
  return byCodeUnit(left.namespace, right.namespace) || byCodeUnit(left.name, right.name);
}

/** The key of an object in a list; no name of Kubernetes holds a slash. */
export function textOf({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}

/** Objects of one kind in the order of `byKey`. */
export function sortedObjects(): SortedList<string, KubeObject> {
  return new SortedList(
    (object) => textOf(keyOf(object)),
    (left, right) => byKey(keyOf(left), keyOf(right)),
  );
}
