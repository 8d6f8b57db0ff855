import { ApiError } from '../api-error.ts';
import type { ApiObject, Json } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { copyOf, isObject } from '../schema/values.ts';
import { applyJsonPatch } from './json-patch.ts';
import { mergePatch, patchObjectOf } from './merge-patch.ts';
import { serverSideApply } from './server-side-apply.ts';
import { strategicMerge } from './strategic-merge.ts';

/** A PATCH request, decoded as far as its content type allows without knowing the object. */
export interface PatchRequest {
  readonly type: ResourceType;
  /** Media type alone, without parameters. */
  readonly contentType: string;
  /** As stored, in the version of `type`; null if there is none, which only apply can cope with. Not changed. */
  readonly existing: ApiObject | null;
  /** The body, decoded or as text. */
  readonly patch: Json | string;
  readonly fieldManager: string;
  readonly force: boolean;
  /** `status`, `scale` or empty. */
  readonly subresource?: string;
  /** Name and namespace of the request's path, needed where `existing` is null. */
  readonly name?: string;
  readonly namespace?: string;
  readonly now: Date;
}

/** The content types of patches that a kind understands, in the order in which the API server lists them. */
export function patchTypes({ custom }: ResourceType): string[] {
  return [
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(custom ? [] : ['application/strategic-merge-patch+json']),
    'application/apply-patch+yaml',
  ];
}

/**
 * The object that a patch asks for, before defaulting, behaviour and validation. For apply its managedFields are already the
 * new ones; for all other patches `trackManager` sees to them later.
 *
 * @throws ApiError 400 for a patch that makes no sense, 404 for a patch of nothing, 409 for conflicts of apply, 413 for one
 * that is too large, 415 for an unknown or unfitting content type, 422 for a JSON patch that cannot be applied, 500 as
 * Kubernetes does for strategic patches and applies that do not fit the schema
 */
export function applyPatch(request: PatchRequest): ApiObject {
  const { type, contentType, existing } = request;
  if (!patchTypes(type).includes(contentType)) throw unsupported(type);
  if (contentType === 'application/apply-patch+yaml') return applied(request);
  if (existing === null) {
    const name = request.name ?? '';
    const resource = type.group === '' ? type.plural : `${type.plural}.${type.group}`;
    const details = { name, ...(type.group !== '' && { group: type.group }), kind: type.plural };
    throw new ApiError(404, 'NotFound', `${resource} "${name}" not found`, details);
  }
  const patched = patchedObject(request, existing);
  if (!isObject(patched) || !isObject(patched.metadata)) {
    throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  }
  return copyOf(patched) as ApiObject;
}

function applied(request: PatchRequest): ApiObject {
  const { type, existing, patch, fieldManager, force, subresource = '', now } = request;
  return serverSideApply({
    type,
    existing,
    config: patch,
    manager: fieldManager,
    force,
    subresource,
    name: request.name ?? existing?.metadata.name ?? '',
    namespace: request.namespace ?? existing?.metadata.namespace ?? '',
    now,
  });
}

function patchedObject({ type, contentType, patch: body }: PatchRequest, existing: ApiObject): Json {
  const patch = typeof body === 'string' ? parsePatch(body) : body;
  switch (contentType) {
    case 'application/json-patch+json':
      return applyJsonPatch(existing, patch);
    case 'application/merge-patch+json':
      return mergePatch(existing, patchObjectOf(patch));
    default:
      return strategicMerge(existing, patchObjectOf(patch), type.schema ?? undefined);
  }
}

function parsePatch(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const why = text.trim() === '' ? 'unexpected end of JSON input' : String(error);
    throw new ApiError(400, 'BadRequest', `error decoding patch: ${why}`);
  }
}

function unsupported(type: ResourceType): ApiError {
  const types = patchTypes(type).join(', ');
  const message = `the body of the request was in an unknown format - accepted media types include: ${types}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}
