import type { ApiObject, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { decodeBody } from './decode-body.ts';
import { deleteObject } from './delete.ts';
import { plainDeletion } from './delete-options.ts';
import { getObject, inScope } from './read.ts';
import { type ServerState, served, storageOf } from './server-state.ts';
import { badRequest, quote } from './status.ts';
import { createObject, patchObject, updateObject } from './write.ts';
import type { WriteTarget } from './write-metadata.ts';
import type { WriteOptions } from './write-options.ts';

/** Names one object for a call from inside the process. */
export interface LocalName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** `default` unless given, for kinds that have one. */
  readonly namespace?: string;
}

/**
 * The server's own store, for the process that it runs in: no HTTP, but the same decoding, defaulting and validation, with
 * unknown fields refused. What it gives belongs to the caller.
 */
export class LocalClient {
  readonly #state: ServerState;

  constructor(state: ServerState) {
    this.#state = state;
  }

  /** Creates an object. @throws ApiError */
  create(object: JsonObject): ApiObject {
    const target = this.#target(object);
    const body = { value: object, duplicates: [] };
    return structuredClone(createObject(this.#state, { ...target, name: '' }, body, strict).object);
  }

  /**
   * Holds an object against everything that a creation would, and creates nothing. Unknown fields are refused only where
   * `fieldValidation` is Strict; a creation that refuses them looks no further.
   *
   * @throws ApiError
   */
  judge(object: JsonObject, fieldValidation: WriteOptions['fieldValidation']): void {
    const target = this.#target(object);
    const body = { value: object, duplicates: [] };
    createObject(this.#state, { ...target, name: '' }, body, { ...strict, fieldValidation, dryRun: true });
  }

  /**
   * Creates an object, or changes the one of its name, as `kubectl apply --server-side --force-conflicts` does: what an
   * earlier call set and this one does not is taken away, what others set stays. Unknown fields are refused in the words of a
   * creation.
   *
   * @throws ApiError
   */
  apply(object: JsonObject): ApiObject {
    const target = this.#target(object);
    decodeBody(target.type, { value: object, duplicates: [] }, strict, this.#state.registry);
    const patch = {
      contentType: 'application/apply-patch+yaml',
      body: JSON.stringify(object),
      duplicates: [],
    };
    return structuredClone(patchObject(this.#state, target, patch, strict).object);
  }

  /** Replaces an object; a `metadata.resourceVersion` that is not the present one is refused. @throws ApiError */
  update(object: JsonObject): ApiObject {
    const target = this.#target(object);
    const { type, namespace, name } = target;
    const { resourceVersion } = getObject(this.#state, type, namespace, name).metadata;
    const metadata = { resourceVersion, ...metadataOf(object) };
    const body = { value: { ...object, metadata }, duplicates: [] };
    return structuredClone(updateObject(this.#state, target, body, strict).object);
  }

  /** An object as it is now, or undefined. @throws ApiError 400 for an unknown kind */
  get(name: LocalName): ApiObject | undefined {
    const { type, namespace } = this.#locate(name);
    const stored = this.#state.store.get({ ...storageOf(type), namespace, name: name.name });
    return stored && structuredClone(served(type, stored));
  }

  /** All objects of a kind, in one namespace or in all, sorted by namespace and name. @throws ApiError 400 for an unknown kind */
  list({
    apiVersion,
    kind,
    namespace = '',
  }: {
    apiVersion: string;
    kind: string;
    namespace?: string;
  }): ApiObject[] {
    const type = this.#type(apiVersion, kind);
    const all = this.#state.store.list(storageOf(type));
    return all
      .filter((object) => inScope(object, namespace))
      .map((object) => structuredClone(served(type, object)));
  }

  /** Deletes an object; one with finalizers is only marked. @throws ApiError 404 */
  delete(name: LocalName): void {
    const { type, namespace } = this.#locate(name);
    deleteObject(this.#state, type, { namespace, name: name.name }, plainDeletion);
  }

  #target(object: JsonObject): WriteTarget {
    const { name = '', namespace } = metadataOf(object);
    const located = this.#locate({
      apiVersion: String(object.apiVersion),
      kind: String(object.kind),
      name: String(name),
      ...(typeof namespace === 'string' && { namespace }),
    });
    return { ...located, name: String(name), subresource: '' };
  }

  #locate({ apiVersion, kind, namespace }: LocalName): { type: ResourceType; namespace: string } {
    const type = this.#type(apiVersion, kind);
    return { type, namespace: type.namespaced ? (namespace ?? 'default') : '' };
  }

  #type(apiVersion: string, kind: string): ResourceType {
    const type = this.#state.registry.findKind(apiVersion, kind);
    if (type) return type;
    throw badRequest(`no matches for kind ${quote(kind)} in version ${quote(apiVersion)}`);
  }
}

const strict: WriteOptions = Object.freeze({
  dryRun: false,
  fieldManager: 'fairlead-dev',
  fieldValidation: 'Strict',
  force: true,
});

function metadataOf({ metadata }: JsonObject): JsonObject {
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? metadata : {};
}
