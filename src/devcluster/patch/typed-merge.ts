import type { Json, JsonObject } from '../json.ts';
import { copyOf, getOwn, isObject, setOwn } from '../schema/values.ts';
import type { Schema } from '../schema.ts';
import { fieldSchema, isAtomicMap, isGranularList, itemElements, itemsByElement } from './typed.ts';

/**
 * Puts what somebody applies over what is there (structured-merge-diff Merge). Shares nothing with `config`, but untouched
 * parts with `live`.
 */
export function mergeTyped(schema: Schema | undefined, live: Json | undefined, config: Json): Json {
  if (isObject(live) && isObject(config) && !isAtomicMap(schema)) return mergeMaps(schema, live, config);
  if (Array.isArray(live) && Array.isArray(config) && schema && isGranularList(schema)) {
    return mergeLists(schema, live, config);
  }
  return copyOf(config);
}

function mergeMaps(schema: Schema | undefined, live: JsonObject, config: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(live)) if (value !== undefined) setOwn(result, name, value);
  for (const [name, value] of Object.entries(config)) {
    if (value !== undefined)
      setOwn(result, name, mergeTyped(fieldSchema(schema, name), getOwn(live, name), value));
  }
  return result;
}

/**
 * Items of both keep the order that they have in `config`; those of `live` alone stay as far as that allows where they are
 * (structured-merge-diff visitListItems).
 */
function mergeLists(schema: Schema, live: readonly Json[], config: readonly Json[]): Json[] {
  const wanted = itemsByElement(schema, config);
  if (wanted === undefined) return copyOf([...config]) as Json[];
  const liveElements = itemElements(schema, live);
  const configElements = [...wanted.keys()];
  const there = new Map<string, Json>();
  for (const [index, element] of liveElements.entries()) {
    if (element !== undefined && !there.has(element)) there.set(element, live[index] ?? null);
  }
  const shared = configElements.filter((element) => there.has(element));
  const merge = (element: string) =>
    mergeTyped(schema.items, there.get(element), wanted.get(element) ?? null);
  const result: Json[] = [];
  let [l, r, nextShared] = [0, 0, 0];
  while (l < liveElements.length || r < configElements.length) {
    const [left, right] = [liveElements[l], configElements[r]];
    const leftIsWanted = left !== undefined && wanted.has(left);
    if (l < liveElements.length && !leftIsWanted) {
      result.push(live[l] ?? null);
      l += 1;
    } else if (right === undefined) l += 1;
    else if (leftIsWanted && left !== right && left !== shared[nextShared]) l += 1;
    else {
      result.push(merge(right));
      if (right === shared[nextShared]) nextShared += 1;
      if (left === right) l += 1;
      r += 1;
    }
  }
  return result;
}
