/** Names one Kubernetes object. A tuple, never a joined string: joined names of two objects can collide. */
export interface ObjectReference {
  /** `GROUP/VERSION`, or `v1` for the core group (Kubernetes `apiVersion`). */
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for objects without a namespace. */
  readonly namespace: string;
  readonly name: string;
}

/** `KIND/NAMESPACE/NAME`, the way objects are shown to people and in metric labels. Kubernetes names hold no slash. */
export function formatReference(object: ObjectReference): string {
  return object.namespace === ''
    ? `${object.kind}/${object.name}`
    : `${object.kind}/${object.namespace}/${object.name}`;
}
