import { ApiError } from '../api-error.ts';
import type { Json, JsonObject } from '../json.ts';
import { copyOf, getOwn, isObject, setOwn } from '../schema/values.ts';

/**
 * Applies a JSON merge patch (RFC 7396): maps are merged, null removes, all else replaces. Shares nothing with `patch`, but
 * untouched parts with `target`.
 */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return copyOf(patch);
  const result: JsonObject = {};
  if (isObject(target)) {
    for (const [name, value] of Object.entries(target)) if (value !== undefined) setOwn(result, name, value);
  }
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete result[name];
    else setOwn(result, name, mergePatch(getOwn(result, name) ?? null, value));
  }
  return result;
}

/** A patch of an object must be an object. @throws ApiError 400 */
export function patchObjectOf(patch: Json): JsonObject {
  if (isObject(patch)) return patch;
  const what = patch === null ? 'null' : Array.isArray(patch) ? 'array' : typeof patch;
  const why = `json: cannot unmarshal ${what} into Go value of type map[string]interface {}`;
  throw new ApiError(400, 'BadRequest', `error decoding patch: ${why}`);
}
