import type { Json } from '../json.ts';
import { childPath, itemPath } from './path.ts';
import { getOwn, isObject } from './values.ts';

/** Where in an object a value is: the steps from the root, last first. Null is the root itself. */
export type Place = { readonly above: Place; readonly step: string | number } | null;

/** The place of a field or of an item of what is at a place. */
export function inside(above: Place, step: string | number): Place {
  return { above, step };
}

/** `spec.parts[0].name`; empty for the root. */
export function pathOf(place: Place): string {
  if (place === null) return '';
  const above = pathOf(place.above);
  return typeof place.step === 'number' ? itemPath(above, place.step) : childPath(above, place.step);
}

/** What another object has at the same place. */
export function valueAt(root: Json, place: Place): Json | undefined {
  if (place === null) return root;
  const above = valueAt(root, place.above);
  if (typeof place.step === 'number') return Array.isArray(above) ? above[place.step] : undefined;
  return isObject(above) ? getOwn(above, place.step) : undefined;
}
