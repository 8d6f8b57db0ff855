import { ApiError } from '../api-error.ts';
import type { Json, JsonObject } from '../json.ts';
import { canonicalJson, getOwn, isObject } from '../schema/values.ts';

/** How the items of one list are merged. */
export interface ListMerge {
  /** By which records are told apart; empty for lists of scalars. */
  readonly key: string;
  mergeItems(before: JsonObject, patch: JsonObject): JsonObject;
  /** What a new item leaves of its directives. */
  clean(item: JsonObject): JsonObject;
  badDirective(directed: Json, item: JsonObject): Error;
}

/**
 * Merges a list of a strategic patch into the list that is there (Kubernetes mergeSlice): items of the patch are changed
 * or added, and stand in the order of the patch; the others keep their places as far as that allows.
 */
export function mergeLists(original: readonly Json[], patch: readonly Json[], list: ListMerge): Json[] {
  if (original.length === 0 && patch.length === 0) return [];
  const sample = original[0] ?? patch[0];
  const areRecords = isObject(sample);
  if (!areRecords) return orderList(unique([...original, ...patch]), patch, original, '');
  if (list.key === '') throw new ApiError(500, '', 'cannot merge lists without merge key');
  const { rest, changes } = takeDirectives(original, patch, list);
  const merged = mergeRecords(rest, changes, list);
  return orderList(merged, changes, rest, list.key);
}

/** `$patch: delete` takes an item away, `$patch: replace` all that were there. */
function takeDirectives(
  original: readonly Json[],
  patch: readonly Json[],
  list: ListMerge,
): { rest: Json[]; changes: JsonObject[] } {
  const gone = new Set<string>();
  let replaces = false;
  const changes: JsonObject[] = [];
  for (const item of patch) {
    if (!isObject(item)) throw new ApiError(500, '', 'list items are of different types');
    const directed = getOwn(item, '$patch');
    if (directed === undefined) changes.push(item);
    else if (directed === 'replace') replaces = true;
    else if (directed === 'delete') gone.add(canonicalJson(keyIn(item, list.key)));
    else throw list.badDirective(directed, item);
  }
  const rest = original.filter((one) => !gone.has(canonicalJson(keyOf(one, list.key))));
  return { rest: replaces ? [] : rest, changes };
}

function mergeRecords(original: readonly Json[], changes: readonly JsonObject[], list: ListMerge): Json[] {
  const merged = [...original];
  const places = new Map<string, number>();
  merged.forEach((item, index) => {
    const key = canonicalJson(keyOf(item, list.key));
    if (!places.has(key)) places.set(key, index);
  });
  for (const change of changes) {
    const key = canonicalJson(keyIn(change, list.key));
    const place = places.get(key);
    const before = place === undefined ? undefined : merged[place];
    if (place !== undefined && isObject(before)) merged[place] = list.mergeItems(before, change);
    else {
      places.set(key, merged.length);
      merged.push(list.clean(change));
    }
  }
  return merged;
}

/** Takes scalars out of a list. */
export function deleteFromList(original: readonly Json[], items: readonly Json[]): Json[] {
  const gone = new Set(items.map((item) => canonicalJson(item)));
  return original.filter((item) => !gone.has(canonicalJson(item)));
}

/**
 * Brings a list into the order that a patch gives to some of its items; the others come where the order of the server has
 * them, as far as that agrees (Kubernetes normalizeElementOrder).
 */
export function orderList(
  items: readonly Json[],
  wanted: readonly Json[],
  serverOrder: readonly Json[],
  key: string,
): Json[] {
  const wantedPlaces = placesOf(wanted, key);
  const serverPlaces = placesOf(serverOrder, key);
  const placeIn = (places: ReadonlyMap<string, number>, item: Json) =>
    places.get(canonicalJson(keyOf(item, key)));
  const sorted = (list: Json[], places: ReadonlyMap<string, number>) =>
    list.sort((a, b) => (placeIn(places, a) ?? 0) - (placeIn(places, b) ?? 0));
  const named = sorted(
    items.filter((item) => placeIn(wantedPlaces, item) !== undefined),
    wantedPlaces,
  );
  const others = sorted(
    items.filter((item) => placeIn(wantedPlaces, item) === undefined),
    serverPlaces,
  );
  return interleave(others, named, (item) => placeIn(serverPlaces, item));
}

/** Both lists keep their order; an item of the first goes before one of the second if the server has it so. */
function interleave(
  left: readonly Json[],
  right: readonly Json[],
  placeOf: (item: Json) => number | undefined,
): Json[] {
  const result: Json[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const [one, other] = [left[i], right[j]];
    if (other === undefined || (one !== undefined && comesBefore(placeOf(one), placeOf(other)))) {
      if (one !== undefined) result.push(one);
      i += 1;
    } else {
      result.push(other);
      j += 1;
    }
  }
  return result;
}

function comesBefore(one: number | undefined, other: number | undefined): boolean {
  return one !== undefined && other !== undefined && one < other;
}

function placesOf(list: readonly Json[], key: string): Map<string, number> {
  const places = new Map<string, number>();
  list.forEach((item, index) => {
    const text = canonicalJson(keyOf(item, key));
    if (!places.has(text)) places.set(text, index);
  });
  return places;
}

function unique(list: readonly Json[]): Json[] {
  const seen = new Set<string>();
  return list.filter((item) => {
    const text = canonicalJson(item);
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  });
}

/** The key of a record, or the scalar itself. */
function keyOf(item: Json, key: string): Json | undefined {
  return key !== '' && isObject(item) ? getOwn(item, key) : item;
}

/** The key that an item of a patch must have. */
function keyIn(item: JsonObject, key: string): Json {
  const value = getOwn(item, key);
  if (value !== undefined) return value;
  const shown = Object.keys(item)
    .sort()
    .map((name) => `${name}:${String(item[name])}`);
  throw new ApiError(500, '', `map: map[${shown.join(' ')}] does not contain declared merge key: ${key}`);
}
