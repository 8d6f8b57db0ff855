import type { Json, JsonObject } from '../json.ts';
import type { Schema } from '../schema.ts';
import { duplicate, required } from './field-errors.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';
import { inside, type Place, pathOf } from './place.ts';
import { canonicalJson, getOwn, isObject, setOwn } from './values.ts';

/**
 * What Kubernetes looks at after the schema proper: lists of type `set` and `map` hold nothing twice, and embedded
 * resources say what they are.
 */
export function checkLists(schema: Schema, value: Json, place: Place, findings: Findings): void {
  if (Array.isArray(value)) {
    checkUnique(schema, value, place, findings);
    if (!schema.items) return;
    for (const [index, item] of value.entries())
      checkLists(schema.items, item, inside(place, index), findings);
  } else if (isObject(value)) {
    if (schema['x-kubernetes-embedded-resource']) checkEmbedded(value, place, findings);
    for (const [key, field] of Object.entries(value)) {
      const inner = fieldSchema(schema, key);
      if (inner && field !== undefined) checkLists(inner, field, inside(place, key), findings);
    }
  }
}

function fieldSchema(schema: Schema, key: string): Schema | undefined {
  const property = schema.properties && getOwn(schema.properties, key);
  if (property) return property;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function checkUnique(schema: Schema, items: readonly Json[], place: Place, findings: Findings): void {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'set' && listType !== 'map') return;
  const seen = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const key = listType === 'set' ? item : keyOf(schema, item);
    const text = canonicalJson(key);
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    if (count === 2) findings.add(place, duplicate(pathOf(inside(place, index)), key));
  }
}

/** The key fields of an item of a map list, with their defaults. */
function keyOf(schema: Schema, item: Json): Json {
  if (!isObject(item)) return item;
  const key: JsonObject = {};
  for (const name of [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort()) {
    const value = getOwn(item, name) ?? schema.items?.properties?.[name]?.default;
    if (value !== undefined) setOwn(key, name, value);
  }
  return key;
}

function checkEmbedded(value: JsonObject, place: Place, findings: Findings): void {
  for (const key of ['apiVersion', 'kind']) {
    if (value[key] === undefined || value[key] === '') {
      findings.add(place, required(childPath(pathOf(place), key), 'must not be empty'));
    }
  }
}
