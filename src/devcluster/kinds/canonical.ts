import type { Json, JsonObject } from '../json.ts';
import { copyOf, getOwn, isObject, setOwn } from '../schema/values.ts';
import { type KindSchema, whenEmpty, whenUnset } from './schema-dsl.ts';
import { canonicalMicroTime, canonicalTime } from './times.ts';

/**
 * Brings an object into the one form in which Kubernetes stores it, in place: empty values that mean nothing go, defaults
 * of the schema come, times are in UTC and quantities are texts. Doing it twice changes nothing.
 *
 * @throws ApiError 400 for a time that is none, worded as `refuse` makes it
 */
export function canonicalize(schema: KindSchema, object: JsonObject, refuse: (text: string) => Error): void {
  const required = schema.required ?? [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    canonicalizeField(object, name, property, refuse);
    if (isDroppable(property, getOwn(object, name), required.includes(name))) delete object[name];
    if (object[name] === undefined && property.default !== undefined) {
      object[name] = copyOf(property.default);
      canonicalizeField(object, name, property, refuse);
    }
  }
  const values = schema.additionalProperties;
  if (typeof values !== 'object') return;
  for (const name of Object.keys(object)) canonicalizeField(object, name, values, refuse);
}

/**
 * What a kind is before anybody has said anything: only what is always printed. Kubernetes takes it for the former state of
 * what is created.
 */
export function emptyObject(schema: KindSchema): JsonObject {
  const object: JsonObject = {};
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const value = (property as KindSchema)[whenUnset];
    if (value !== undefined) object[name] = isObject(value) ? emptyObject(property) : value;
  }
  return object;
}

function canonicalizeField(
  object: JsonObject,
  name: string,
  schema: KindSchema,
  refuse: (text: string) => Error,
): void {
  const value = getOwn(object, name);
  if (value === undefined) return;
  const result = canonicalValue(schema, value, refuse);
  if (result !== value) setOwn(object, name, result);
}

function canonicalValue(schema: KindSchema, value: Json, refuse: (text: string) => Error): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => canonicalValue(items, item, refuse)) : value;
  }
  if (isObject(value)) {
    canonicalize(schema, value, refuse);
    return value;
  }
  return typeof value === 'string' ? canonicalText(schema, value, refuse) : canonicalScalar(schema, value);
}

function canonicalText(schema: KindSchema, value: string, refuse: (text: string) => Error): string {
  if (schema.format === 'date-time') return canonicalTime(value, refuse);
  if (schema.format === 'micro-time') return canonicalMicroTime(value, refuse);
  return value;
}

function canonicalScalar(schema: KindSchema, value: Json): Json {
  return schema.format === 'quantity' && typeof value === 'number' ? String(value) : value;
}

function isDroppable(schema: KindSchema, value: Json | undefined, required: boolean): boolean {
  if (value === null) return true;
  if (value === undefined || schema[whenEmpty] === 'keep') return false;
  if (schema[whenEmpty] === 'drop') return value === 0 || value === false;
  if (required) return false;
  if (value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return (
    isObject(value) && typeof schema.additionalProperties === 'object' && Object.keys(value).length === 0
  );
}
