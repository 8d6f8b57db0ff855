import type { ObjectReference } from './object-reference.ts';

/** Compares two strings by code unit, so that every replica sorts alike whatever its locale. */
export function byCodeUnit(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Sorts objects by namespace, name, kind and apiVersion. */
export function byReference(left: ObjectReference, right: ObjectReference): number {
  return (
    byCodeUnit(left.namespace, right.namespace) ||
    byCodeUnit(left.name, right.name) ||
    byCodeUnit(left.kind, right.kind) ||
    byCodeUnit(left.apiVersion, right.apiVersion)
  );
}
