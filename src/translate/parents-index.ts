import type { ClusterView, KubeObject } from '../model/cluster.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import { apiVersionOf, inBothGroups } from './kinds.ts';
import { elementsOf, fieldsOf, textOf } from './shape.ts';

const kinds: readonly string[] = inBothGroups('IngressRoute');

/**
 * Knows which IngressRoutes name which of their own kind in `parentRefs`. A change costs the references of the objects that
 * changed.
 */
export class ParentsIndex {
  /** By parent, then child. */
  readonly #children = new Map<string, Map<string, ObjectReference>>();
  /** By child, as long as it names any. */
  readonly #parents = new Map<string, ReadonlyMap<string, ObjectReference>>();

  /** Takes note of what changed in `view`; gives the parents that gained or lost a child, which may not exist. */
  update(view: ClusterView, changes: readonly ObjectReference[]): readonly ObjectReference[] {
    const touched = new Map<string, ObjectReference>();
    for (const change of changes) {
      if (!kinds.includes(change.kind)) continue;
      const child = referenceOf(change.kind, change.namespace, change.name);
      for (const parent of this.#change(child, view.get(child.kind, child.namespace, child.name))) {
        touched.set(keyOf(parent), parent);
      }
    }
    return [...touched.values()];
  }

  /** Begins anew with all of `view`. */
  reset(view: ClusterView): void {
    this.#children.clear();
    this.#parents.clear();
    for (const kind of kinds) {
      for (const object of view.list(kind)) {
        this.#change(referenceOf(kind, object.metadata.namespace ?? '', object.metadata.name), object);
      }
    }
  }

  /** In no order. */
  childrenOf(kind: string, namespace: string, name: string): Iterable<ObjectReference> {
    return this.#children.get(keyOf({ kind, namespace, name }))?.values() ?? none;
  }

  #change(child: ObjectReference, object: KubeObject | undefined): readonly ObjectReference[] {
    const key = keyOf(child);
    const before = this.#parents.get(key) ?? noParents;
    const now = parentsOf(object, child);
    if (before.size === 0 && now.size === 0) return none;
    const touched: ObjectReference[] = [];
    for (const [parentKey, parent] of before) {
      if (now.has(parentKey)) continue;
      touched.push(parent);
      const children = this.#children.get(parentKey);
      children?.delete(key);
      if (children?.size === 0) this.#children.delete(parentKey);
    }
    for (const [parentKey, parent] of now) {
      if (before.has(parentKey)) continue;
      touched.push(parent);
      const children = this.#children.get(parentKey);
      if (children === undefined) this.#children.set(parentKey, new Map([[key, child]]));
      else children.set(key, child);
    }
    if (now.size === 0) this.#parents.delete(key);
    else this.#parents.set(key, now);
    return touched;
  }
}

const none: readonly never[] = Object.freeze([]);
const noParents: ReadonlyMap<string, ObjectReference> = new Map();

/** More than a schema lets through: an object that got around it must not cost more than its worth. */
const mostParents = 64;

function parentsOf(
  object: KubeObject | undefined,
  { kind, namespace }: ObjectReference,
): ReadonlyMap<string, ObjectReference> {
  const references = elementsOf(fieldsOf(fieldsOf(object).spec).parentRefs);
  if (references.length === 0) return noParents;
  const parents = new Map<string, ObjectReference>();
  for (const element of references.slice(0, mostParents)) {
    const fields = fieldsOf(element);
    const name = textOf(fields.name);
    if (name === undefined) continue;
    const parent = referenceOf(kind, textOf(fields.namespace) ?? namespace, name);
    parents.set(keyOf(parent), parent);
  }
  return parents;
}

function referenceOf(kind: string, namespace: string, name: string): ObjectReference {
  return { apiVersion: apiVersionOf(kind), kind, namespace, name };
}

function keyOf({ kind, namespace, name }: Omit<ObjectReference, 'apiVersion'>): string {
  return `${kind}\u0000${namespace}\u0000${name}`;
}
