import type { Json } from '../json.ts';
import { maxDepth } from '../schema/parse-json.ts';

/** Most operations of one JSON patch (Kubernetes maxJSONPatchOperations). */
export const maxOperations = 10_000;

/** What the copies of one JSON patch may add up to, in characters of JSON; the limit of a request body. */
export const maxCopied = 3 * 1024 * 1024;

/** True if a value is nested deeper than the server walks. Does not recurse. */
export function isTooDeep(value: Json, above = 0): boolean {
  let level: Json[] = [value];
  for (let depth = above; level.length > 0; depth += 1) {
    if (depth > maxDepth) return true;
    const next: Json[] = [];
    for (const one of level) {
      if (one === null || typeof one !== 'object') continue;
      for (const inner of Object.values(one)) if (inner !== undefined) next.push(inner);
    }
    level = next;
  }
  return false;
}
