import { ApiError } from '../api-error.ts';
import type { Json, JsonObject } from '../json.ts';
import { copyOf, getOwn, isObject, setOwn } from '../schema/values.ts';
import type { Schema } from '../schema.ts';
import { deleteFromList, mergeLists, orderList } from './strategic-lists.ts';

const directive = '$patch';
const retainKeys = '$retainKeys';
const orderPrefix = '$setElementOrder/';
const deletionPrefix = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch (Kubernetes StrategicMergeMapPatch): like a merge patch, but lists whose schema says so
 * are merged, by key or as sets, and `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList` are obeyed.
 *
 * @param original is not changed
 * @throws ApiError 500, as the API server does, for a directive or a list item that makes no sense
 */
export function strategicMerge(
  original: JsonObject,
  patch: JsonObject,
  schema: Schema | undefined,
): JsonObject {
  const directed = getOwn(patch, directive);
  if (directed !== undefined) return directedMap(directed, patch);
  const result = { ...original };
  keepOnly(result, patch);
  const ordered = mergeOrdered(result, patch, schema);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key === retainKeys || key.startsWith(orderPrefix)) continue;
    if (key.startsWith(deletionPrefix)) removeItems(result, key.slice(deletionPrefix.length), value);
    else if (!ordered.has(key)) mergeField(result, key, value, fieldSchema(schema, key));
  }
  return result;
}

function directedMap(directed: Json, patch: JsonObject): JsonObject {
  if (directed === 'delete') return {};
  if (directed !== 'replace') throw badDirective(directed, patch);
  const { [directive]: _directive, ...rest } = patch;
  return withoutDirectives(rest) as JsonObject;
}

function mergeField(result: JsonObject, key: string, value: Json, schema: Schema | undefined): void {
  if (value === null) {
    delete result[key];
    return;
  }
  const before = getOwn(result, key);
  const strategy = schema?.['x-kubernetes-patch-strategy'] ?? '';
  if (isObject(before) && isObject(value)) {
    const replaces = strategy.split(',').includes('replace');
    setOwn(
      result,
      key,
      replaces ? (withoutDirectives(value) as JsonObject) : strategicMerge(before, value, schema),
    );
  } else if (Array.isArray(before) && Array.isArray(value)) {
    const merges = strategy.split(',').includes('merge');
    setOwn(result, key, merges ? mergeLists(before, value, listOf(schema)) : (copyOf(value) as Json[]));
  } else setOwn(result, key, withoutDirectives(value));
}

function listOf(schema: Schema | undefined) {
  return {
    key: schema?.['x-kubernetes-patch-merge-key'] ?? '',
    mergeItems: (before: JsonObject, patch: JsonObject) => strategicMerge(before, patch, schema?.items),
    clean: (item: JsonObject) => withoutDirectives(item) as JsonObject,
    badDirective,
  };
}

/** `$retainKeys` takes away all fields that it does not name. */
function keepOnly(result: JsonObject, patch: JsonObject): void {
  const kept = getOwn(patch, retainKeys);
  if (kept === undefined) return;
  if (!Array.isArray(kept)) throw new ApiError(500, '', 'invalid patch format of retainKeys');
  for (const key of Object.keys(patch)) {
    if (key.startsWith('$') || patch[key] === null || kept.includes(key)) continue;
    throw new ApiError(500, '', 'patch contains fields not in retainKeys list');
  }
  for (const key of Object.keys(result)) if (!kept.includes(key)) delete result[key];
}

/** Lists with a `$setElementOrder` are merged and then brought into that order. Returns the keys that are done with. */
function mergeOrdered(result: JsonObject, patch: JsonObject, schema: Schema | undefined): Set<string> {
  const done = new Set<string>();
  for (const [name, order] of Object.entries(patch)) {
    if (!name.startsWith(orderPrefix)) continue;
    if (!Array.isArray(order)) throw new ApiError(500, '', 'invalid patch format of setElementOrder list');
    const key = name.slice(orderPrefix.length);
    const before = getOwn(result, key);
    const added = getOwn(patch, key);
    if (added === null) continue;
    const list = listOf(fieldSchema(schema, key));
    const old = Array.isArray(before) ? before : [];
    if (!Array.isArray(before) && !Array.isArray(added)) continue;
    const merged = Array.isArray(added) ? mergeLists(old, added, list) : old;
    setOwn(result, key, orderList(merged, order, old, list.key));
    done.add(key);
  }
  return done;
}

function removeItems(result: JsonObject, key: string, items: Json): void {
  const before = getOwn(result, key);
  if (!Array.isArray(items)) throw new ApiError(500, '', 'invalid patch format of primitive list');
  if (Array.isArray(before)) setOwn(result, key, deleteFromList(before, items));
}

/** What a part of a patch adds where there was nothing before: nulls and directives are not values. */
function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !isObject(item) || getOwn(item, directive) === undefined)
      .map((item) => withoutDirectives(item));
  }
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined || inner === null || isDirective(key)) continue;
    setOwn(result, key, withoutDirectives(inner));
  }
  return result;
}

function isDirective(key: string): boolean {
  return (
    key === directive || key === retainKeys || key.startsWith(orderPrefix) || key.startsWith(deletionPrefix)
  );
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const property = schema?.properties && getOwn(schema.properties, key);
  if (property) return property;
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function badDirective(directed: Json, patch: JsonObject): ApiError {
  const shown = Object.keys(patch)
    .sort()
    .map((key) => `${key}:${String(patch[key])}`);
  return new ApiError(500, '', `unknown patch type: ${String(directed)} in map: map[${shown.join(' ')}]`);
}
