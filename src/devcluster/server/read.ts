import { ApiError } from '../api-error.ts';
import type { ApiObject, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import type { ListOptions } from './list-options.ts';
import { type ServerState, served, storageOf } from './server-state.ts';
import { badRequest, notFound, tooOld } from './status.ts';

/** One page of a list. */
export interface ListResult {
  readonly items: readonly ApiObject[];
  /** Metadata of the list: resourceVersion, and continue and remainingItemCount if there is more. */
  readonly metadata: JsonObject;
}

/** One object as its kind serves it. `resourceVersion` is the parameter of the request, if any. */
export function getObject(
  state: ServerState,
  type: ResourceType,
  namespace: string,
  name: string,
): ApiObject {
  const stored = state.store.get({ ...storageOf(type), namespace, name });
  if (stored === undefined) throw notFound(type, name);
  return served(type, stored);
}

/**
 * A list, or one page of it.
 *
 * @throws ApiError 400 for a continue token that is none, 410 for a state that is forgotten, 504 for one yet to come
 */
export function listObjects(
  state: ServerState,
  type: ResourceType,
  namespace: string,
  options: ListOptions,
): ListResult {
  const start = startOf(state, options);
  const stored = state.store.listAt(storageOf(type), start.revision);
  if (stored === undefined) throw forgotten(state, options, start.revision);
  const from = start.after === '' ? 0 : indexAfter(stored, start.after);
  const items: ApiObject[] = [];
  let index = from;
  for (; index < stored.length; index++) {
    const object = stored[index];
    if (object === undefined || !inScope(object, namespace)) continue;
    const item = served(type, object);
    if (!options.matches(item)) continue;
    if (options.limit > 0 && items.length === options.limit) break;
    items.push(item);
  }
  const last = items.at(-1);
  const more = index < stored.length && last !== undefined;
  const metadata: JsonObject = { resourceVersion: String(start.revision) };
  if (type.custom) metadata.continue = '';
  if (more) {
    metadata.continue = encodeToken(start.revision, keyOf(last));
    if (!options.selective) {
      metadata.remainingItemCount = stored.slice(index).filter((object) => inScope(object, namespace)).length;
    }
  }
  return { items, metadata };
}

/**
 * Refuses a resourceVersion that the store has not reached yet.
 *
 * @throws ApiError 504
 */
export function checkReached(state: ServerState, resourceVersion: string): void {
  const { revision } = state.store;
  if (resourceVersion === '' || Number(resourceVersion) <= revision) return;
  const message = `Timeout: Too large resource version: ${resourceVersion}, current: ${revision}`;
  throw new ApiError(504, 'Timeout', message, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** True for objects of that namespace, and for all if it is empty. */
export function inScope(object: ApiObject, namespace: string): boolean {
  return namespace === '' || object.metadata.namespace === namespace;
}

function startOf(state: ServerState, options: ListOptions): { revision: number; after: string } {
  if (options.continueToken !== '') {
    if (options.resourceVersion !== '' && options.resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const token = decodeToken(options.continueToken);
    if (token.revision > state.store.revision) throw forgotten(state, options, token.revision);
    return token;
  }
  checkReached(state, options.resourceVersion);
  // With a limit and a resourceVersion Kubernetes would take the exact state too; the present one is allowed and cheaper.
  const revision =
    options.resourceVersionMatch === 'Exact' ? Number(options.resourceVersion) : state.store.revision;
  return { revision, after: '' };
}

function forgotten(state: ServerState, options: ListOptions, revision: number): ApiError {
  if (options.continueToken === '') return tooOld(String(revision), state.store.revision);
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.';
  return new ApiError(410, 'Expired', message);
}

function keyOf({ metadata }: ApiObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function indexAfter(stored: readonly ApiObject[], key: string): number {
  let low = 0;
  let high = stored.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const object = stored[middle];
    if (object !== undefined && keyOf(object) > key) high = middle;
    else low = middle + 1;
  }
  return low;
}

function encodeToken(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString(
    'base64url',
  );
}

function decodeToken(token: string): { revision: number; after: string } {
  try {
    const { rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Number.isSafeInteger(rv) && rv > 0 && typeof start === 'string')
      return { revision: rv, after: start };
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    throw badRequest(`invalid continue token: continue key is not valid: ${why}`);
  }
  throw badRequest('continue key is not valid: incorrect encoded start resourceVersion');
}
