import type { KubeObject } from '../model/cluster.ts';

/** Reads each version of an object once, however many others refer to it. */
export function remembering<Value>(read: (object: KubeObject) => Value): (object: KubeObject) => Value {
  const remembered = new WeakMap<KubeObject, { readonly value: Value }>();
  return (object) => {
    const known = remembered.get(object);
    if (known !== undefined) return known.value;
    const value = read(object);
    remembered.set(object, { value });
    return value;
  };
}
