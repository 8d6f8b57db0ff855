import { ApiError } from '../api-error.ts';
import type { Json, JsonObject } from '../json.ts';
import { areEqual, copyOf, getOwn, isObject, setOwn } from '../schema/values.ts';
import { isTooDeep, maxCopied, maxOperations } from './limits.ts';

/**
 * Applies a JSON patch (RFC 6902). As in Kubernetes, `replace` of a key that is not there adds it.
 *
 * @param document is not changed
 * @throws ApiError 400 if `patch` is no list, 413 if it has too many operations or copies too much, 422 if an operation is
 * none or cannot be done
 */
export function applyJsonPatch(document: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw notAList(patch);
  if (patch.length > maxOperations) {
    const limit = `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`;
    throw new ApiError(413, 'RequestEntityTooLarge', limit);
  }
  const state: PatchState = { root: copyOf(document), copied: 0 };
  for (const operation of patch) {
    if (!isObject(operation)) throw notAList([operation]);
    applyOperation(state, operation);
  }
  return state.root;
}

interface PatchState {
  root: Json;
  /** Characters of JSON. */
  copied: number;
}

function applyOperation(state: PatchState, operation: JsonObject): void {
  const path = pointerOf(operation.path);
  switch (operation.op) {
    case 'add':
      add(state, path, givenValue(operation));
      break;
    case 'remove':
      remove(state, path);
      break;
    case 'replace':
      replace(state, path, givenValue(operation));
      break;
    case 'move':
      move(state, pointerOf(operation.from), path);
      break;
    case 'copy':
      copy(state, pointerOf(operation.from), path);
      break;
    case 'test':
      test(state, path, operation.value ?? null);
      break;
    default:
      throw refused();
  }
}

function givenValue({ value }: JsonObject): Json {
  if (value === undefined) throw refused();
  return copyOf(value);
}

function add(state: PatchState, path: readonly string[], value: Json): void {
  if (isTooDeep(value, path.length)) throw refused();
  const last = path.at(-1);
  if (last === undefined) {
    state.root = value;
    return;
  }
  const parent = parentOf(state.root, path);
  if (Array.isArray(parent))
    parent.splice(last === '-' ? parent.length : indexOf(last, parent.length + 1), 0, value);
  else setOwn(parent, last, value);
}

function remove(state: PatchState, path: readonly string[]): Json {
  const last = path.at(-1);
  if (last === undefined) throw refused();
  const parent = parentOf(state.root, path);
  const value = itemOf(parent, last);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return value;
}

function replace(state: PatchState, path: readonly string[], value: Json): void {
  if (isTooDeep(value, path.length)) throw refused();
  const last = path.at(-1);
  if (last === undefined) {
    state.root = value;
    return;
  }
  const parent = parentOf(state.root, path);
  if (Array.isArray(parent)) parent[indexOf(last, parent.length)] = value;
  else setOwn(parent, last, value);
}

function move(state: PatchState, from: readonly string[], path: readonly string[]): void {
  const goesIntoItself = from.length < path.length && from.every((part, index) => part === path[index]);
  if (goesIntoItself) throw refused();
  add(state, path, remove(state, from));
}

function copy(state: PatchState, from: readonly string[], path: readonly string[]): void {
  const value = at(state.root, from);
  if (value === undefined) throw refused();
  state.copied += JSON.stringify(value).length;
  if (state.copied > maxCopied) {
    const limit = `Unable to complete the copy, the accumulated size increase of copy is ${state.copied}, exceeding the limit ${maxCopied}`;
    throw new ApiError(413, 'RequestEntityTooLarge', limit);
  }
  add(state, path, copyOf(value));
}

function test(state: PatchState, path: readonly string[], expected: Json): void {
  const value = at(state.root, path) ?? null;
  if (!areEqual(value, expected)) throw refused();
}

/** The parts of a JSON pointer (RFC 6901). */
function pointerOf(pointer: Json | undefined): string[] {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/'))) throw refused();
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function at(root: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const part of path) {
    if (Array.isArray(value)) value = isIndex(part) ? value[Number(part)] : undefined;
    else if (isObject(value)) value = getOwn(value, part);
    else return undefined;
  }
  return value;
}

function parentOf(root: Json, path: readonly string[]): Json[] | JsonObject {
  const parent = at(root, path.slice(0, -1));
  if (Array.isArray(parent) || isObject(parent)) return parent;
  throw refused();
}

function itemOf(parent: Json[] | JsonObject, part: string): Json {
  const value = Array.isArray(parent) ? parent[indexOf(part, parent.length)] : getOwn(parent, part);
  if (value === undefined) throw refused();
  return value;
}

function indexOf(part: string, limit: number): number {
  const index = isIndex(part) ? Number(part) : Number.NaN;
  if (index < limit) return index;
  throw refused();
}

function isIndex(part: string): boolean {
  return /^(0|[1-9]\d{0,8})$/.test(part);
}

function notAList(patch: Json): ApiError {
  const what = Array.isArray(patch) ? 'value' : typeof patch;
  const why = `json: cannot unmarshal ${what} into Go value of type []handlers.jsonPatchOp`;
  return new ApiError(400, 'BadRequest', `error decoding patch: ${why}`);
}

/** Kubernetes does not say which operation failed. */
function refused(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}
