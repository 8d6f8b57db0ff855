import type { ApiObject, Json, JsonObject } from '../json.ts';
import { applyPatch } from '../patch/apply-patch.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Body } from './decode-body.ts';
import { getObject } from './read.ts';
import type { ServerState } from './server-state.ts';
import { badRequest, modifiedMeanwhile } from './status.ts';
import { updateObject } from './write.ts';
import type { WriteTarget } from './write-metadata.ts';
import type { WriteOptions } from './write-options.ts';

interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** `GET …/scale`: how many replicas a workload has and should have (autoscaling/v1 Scale). */
export function getScale(state: ServerState, type: ResourceType, { namespace, name }: Named): ApiObject {
  return scaleOf(getObject(state, type, namespace, name));
}

/** `PUT …/scale`: @throws ApiError 400, 404, 409, 422 */
export function updateScale(
  state: ServerState,
  target: WriteTarget,
  body: Body,
  options: WriteOptions,
): ApiObject {
  const existing = getObject(state, target.type, target.namespace, target.name);
  const scale = asObject(body.value);
  const { resourceVersion } = asObject(scale.metadata);
  if (resourceVersion && resourceVersion !== existing.metadata.resourceVersion) {
    throw modifiedMeanwhile(target.type, target.name);
  }
  const { replicas = 0 } = asObject(scale.spec);
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    throw badRequest('spec.replicas: must be a whole number, 0 or greater');
  }
  const value = { ...existing, spec: { ...asObject(existing.spec), replicas } };
  const { object } = updateObject(state, { ...target, subresource: '' }, { value, duplicates: [] }, options);
  return scaleOf(object);
}

/** `PATCH …/scale`: @throws ApiError 400, 404, 409, 415, 422 */
export function patchScale(
  state: ServerState,
  target: WriteTarget,
  patch: { contentType: string; body: Json | string },
  options: WriteOptions,
): ApiObject {
  const { type, name, namespace } = target;
  const value = applyPatch({
    type,
    contentType: patch.contentType,
    existing: getScale(state, type, { name, namespace }),
    patch: patch.body,
    fieldManager: options.fieldManager,
    force: options.force,
    subresource: 'scale',
    name,
    namespace,
    now: state.now(),
  });
  return updateScale(state, target, { value, duplicates: [] }, options);
}

function scaleOf({ metadata, spec, status }: ApiObject): ApiObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const { replicas = 0, selector } = asObject(spec);
  const labels = Object.entries(asObject(asObject(selector).matchLabels));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { replicas },
    status: {
      replicas: asObject(status).replicas ?? 0,
      ...(labels.length > 0 && { selector: labels.map(([key, value]) => `${key}=${value}`).join(',') }),
    },
  };
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
