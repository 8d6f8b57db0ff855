import type { Json, JsonObject } from '../json.ts';
import type { Schema } from '../schema.ts';
import { copyOf, getOwn, isObject, setOwn } from './values.ts';

/**
 * Fills in what the schema has defaults for, in place. A null takes the default where it may not be null, and is dropped
 * where there is no default either (Kubernetes structural defaulting). Doing it twice changes nothing.
 */
export function applyDefaults(schema: Schema, object: JsonObject): void {
  defaultProperties(schema, object);
  dropNulls(schema, object);
  for (const [key, value] of Object.entries(object)) {
    if (value !== undefined) defaultInside(schemaOf(schema, key), value);
  }
}

function defaultInside(schema: Schema | undefined, value: Json): void {
  if (!schema) return;
  if (isObject(value)) applyDefaults(schema, value);
  else if (Array.isArray(value) && schema.items) for (const item of value) defaultInside(schema.items, item);
}

function defaultProperties(schema: Schema, object: JsonObject): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue;
    const value = getOwn(object, key);
    const isMissing = value === undefined || (value === null && property.nullable !== true);
    if (isMissing) setOwn(object, key, copyOf(property.default));
  }
}

function dropNulls(schema: Schema, object: JsonObject): void {
  for (const [key, value] of Object.entries(object)) {
    if (value !== null) continue;
    const inner = schemaOf(schema, key);
    if (inner && inner.nullable !== true) delete object[key];
  }
}

function schemaOf(schema: Schema, key: string): Schema | undefined {
  const property = schema.properties && getOwn(schema.properties, key);
  if (property) return property;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
