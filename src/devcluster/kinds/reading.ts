import type { Json, JsonObject } from '../json.ts';
import { getOwn, isObject } from '../schema/values.ts';

// Objects are decoded by their schema before a behaviour sees them, so these never hide a wrong type; they only say to the
// compiler what is known, and stand in for what is absent.

/** A field that is a record; an empty one if it is absent. Changing it changes nothing else then. */
export function recordAt(object: JsonObject, name: string): JsonObject {
  const value = getOwn(object, name);
  return isObject(value) ? value : {};
}

/** A field that is a record, or undefined. */
export function optionalRecordAt(object: JsonObject, name: string): JsonObject | undefined {
  const value = getOwn(object, name);
  return isObject(value) ? value : undefined;
}

/** A field that is a record; made if it is absent. */
export function ensureRecord(object: JsonObject, name: string): JsonObject {
  const value = getOwn(object, name);
  if (isObject(value)) return value;
  const made: JsonObject = {};
  object[name] = made;
  return made;
}

/** The records of a list; none if it is absent. */
export function recordsAt(object: JsonObject, name: string): JsonObject[] {
  const value = getOwn(object, name);
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The texts of a list; none if it is absent. */
export function textsAt(object: JsonObject, name: string): string[] {
  const value = getOwn(object, name);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A field that is a text; empty if it is absent. */
export function textAt(object: JsonObject, name: string): string {
  const value = getOwn(object, name);
  return typeof value === 'string' ? value : '';
}

/** A field that is a number, or undefined. */
export function numberAt(object: JsonObject, name: string): number | undefined {
  const value = getOwn(object, name);
  return typeof value === 'number' ? value : undefined;
}

/** A value as {@link Json}, null if it is absent. */
export function orNull(value: Json | undefined): Json {
  return value ?? null;
}
