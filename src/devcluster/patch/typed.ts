import type { Json, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { objectMetaSchema } from '../schema/object-meta-schema.ts';
import { canonicalJson, getOwn, isObject } from '../schema/values.ts';
import type { Schema } from '../schema.ts';

// How server-side apply sees a value (structured-merge-diff): maps are granular unless the schema says atomic, lists are
// atomic unless it says set or map. Without a schema the value itself tells what it is.

/** The schema of the whole object of a kind, metadata included. Undefined for a kind without a schema. */
export function typedSchema(type: ResourceType): Schema | undefined {
  if (type.schema === null) return undefined;
  return {
    ...type.schema,
    properties: {
      ...type.schema.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: objectMetaSchema(),
    },
  };
}

/** The schema of a field of a map. */
export function fieldSchema(schema: Schema | undefined, name: string): Schema | undefined {
  const property = schema?.properties && getOwn(schema.properties, name);
  if (property) return property;
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** A map that has one owner as a whole. */
export function isAtomicMap(schema: Schema | undefined): boolean {
  return schema?.['x-kubernetes-map-type'] === 'atomic';
}

/** True for lists whose items have owners of their own. */
export function isGranularList(schema: Schema | undefined): boolean {
  const listType = schema?.['x-kubernetes-list-type'];
  return listType === 'set' || listType === 'map';
}

/**
 * The path element of each item of a granular list.
 *
 * @returns undefined where an item lacks all of its keys, or is no record
 */
export function itemElements(schema: Schema, list: readonly Json[]): (string | undefined)[] {
  return list.map((item) => itemElement(schema, item));
}

function itemElement(schema: Schema, item: Json): string | undefined {
  if (schema['x-kubernetes-list-type'] === 'set') return `v:${canonicalJson(item)}`;
  if (!isObject(item)) return undefined;
  const keys: JsonObject = {};
  let known = 0;
  for (const name of schema['x-kubernetes-list-map-keys'] ?? []) {
    const value = getOwn(item, name) ?? fieldSchema(schema.items, name)?.default;
    if (value !== undefined && value !== null) known += 1;
    keys[name] = value ?? null;
  }
  return known === 0 ? undefined : `k:${canonicalJson(keys)}`;
}

/**
 * The items of a granular list by their elements.
 *
 * @returns undefined if an item has no element or two have the same: such a list can only be taken as a whole
 */
export function itemsByElement(schema: Schema, list: readonly Json[]): Map<string, Json> | undefined {
  const items = new Map<string, Json>();
  const elements = itemElements(schema, list);
  for (const [index, element] of elements.entries()) {
    if (element === undefined || items.has(element)) return undefined;
    items.set(element, list[index] ?? null);
  }
  return items;
}
