import type { Json, JsonObject } from '../json.ts';
import type { Schema } from '../schema.ts';
import { objectMetaSchema } from './object-meta-schema.ts';
import { childPath, itemPath } from './path.ts';
import { copyOf, getOwn, isObject, setOwn } from './values.ts';

/** How to prune, and where to tell of it. */
export interface Pruning {
  /** Built-in kinds read null as absent, as Go's decoder does for typed fields. */
  readonly typed: boolean;
  /** Paths of what was left out are added here. */
  readonly unknown: string[];
}

/**
 * A copy of an object without the fields that its schema does not know (Kubernetes structural pruning). What the schema
 * marks with `x-kubernetes-preserve-unknown-fields` is kept, though what it knows inside is pruned again.
 */
export function pruneObject(schema: Schema, object: JsonObject, path: string, pruning: Pruning): JsonObject {
  const pruned: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const field = childPath(path, key);
    const inner = fieldSchema(schema, key, field, pruning);
    if (inner === undefined) {
      pruning.unknown.push(field);
    } else if (inner === 'keep') setOwn(pruned, key, copyOf(value));
    else {
      const kept = pruneField(inner, value, field, pruning);
      if (kept !== undefined) setOwn(pruned, key, kept);
    }
  }
  return pruned;
}

function fieldSchema(
  schema: Schema,
  key: string,
  path: string,
  pruning: Pruning,
): Schema | 'keep' | undefined {
  const property = schema.properties && getOwn(schema.properties, key);
  if (property) return property;
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties;
  if (schema.additionalProperties === true) return 'keep';
  if (schema['x-kubernetes-embedded-resource'] === true) {
    if (key === 'apiVersion' || key === 'kind') return 'keep';
    if (key === 'metadata') return objectMetaSchema();
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return 'keep';
  // Without any fields of its own a typed object says nothing about what is inside.
  const isOpaque =
    pruning.typed && path !== '' && schema.properties === undefined && schema.type === undefined;
  return isOpaque ? 'keep' : undefined;
}

function pruneField(schema: Schema, value: Json, path: string, pruning: Pruning): Json | undefined {
  if (value === null && pruning.typed && schema.nullable !== true) return undefined;
  if (Array.isArray(value)) return pruneItems(schema, value, path, pruning);
  return isObject(value) ? pruneInside(schema, value, path, pruning) : value;
}

function pruneItems(schema: Schema, items: Json[], path: string, pruning: Pruning): Json[] {
  const itemSchema = schema.items;
  if (!itemSchema) return copyOf(items);
  return items.map((item, index) => {
    if (item === null && pruning.typed && itemSchema.nullable !== true) return zeroOf(itemSchema);
    return pruneField(itemSchema, item, itemPath(path, index), pruning) ?? null;
  });
}

function pruneInside(schema: Schema, value: JsonObject, path: string, pruning: Pruning): Json {
  const saysNothing =
    schema.type === undefined && !schema.properties && schema.additionalProperties === undefined;
  if (saysNothing && pruning.typed) return copyOf(value);
  return pruneObject(schema, value, path, pruning);
}

/** What Go's decoder makes of a null in a list. */
function zeroOf(schema: Schema): Json {
  switch (schema.type) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'object':
      return {};
    default:
      return null;
  }
}
