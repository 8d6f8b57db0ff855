// What every kind has in common on the way in: the name, the namespace and the bookkeeping of its metadata.

import { randomInt } from 'node:crypto';
import { ApiError, invalid } from '../api-error.ts';
import type { ApiObject } from '../json.ts';
import type { FieldError, ResourceType } from '../resource-type.ts';
import { badRequest, conflict, modifiedMeanwhile, quote } from './status.ts';

/** Where a write goes. */
export interface WriteTarget {
  readonly type: ResourceType;
  /** Empty for kinds of the cluster. */
  readonly namespace: string;
  /** From the path; empty for a creation. */
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: '' | 'status' | 'finalize';
}

/** The name in the body must be that in the path. @throws ApiError 400 */
export function checkName({ metadata }: ApiObject, name: string): void {
  if (!metadata.name) {
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
}

/** The namespace is that of the path; kinds of the cluster have none. @throws ApiError 400 */
export function checkNamespace({ type, namespace }: WriteTarget, { metadata }: ApiObject): void {
  if (!type.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata.namespace = namespace;
}

// Kinds whose strategy says AllowCreateOnUpdate.
const createdByUpdate = new Set([
  '/endpoints',
  '/events',
  '/services',
  'coordination.k8s.io/leases',
  'events.k8s.io/events',
  'rbac.authorization.k8s.io/clusterrolebindings',
  'rbac.authorization.k8s.io/clusterroles',
  'rbac.authorization.k8s.io/rolebindings',
  'rbac.authorization.k8s.io/roles',
]);
// Kinds whose strategy does not say AllowUnconditionalUpdate.
const needsResourceVersion = new Set([
  'apiextensions.k8s.io/customresourcedefinitions',
  'coordination.k8s.io/leases',
]);

/** Whether a PUT of what is not there creates it. */
export function createsOnUpdate(type: ResourceType): boolean {
  return createdByUpdate.has(resourceKey(type));
}

/** A uid in a PUT must be that of the object. @throws ApiError 409 */
export function checkUid(
  { type, name }: WriteTarget,
  { metadata: { uid } }: ApiObject,
  existing: ApiObject,
): void {
  if (!uid || uid === existing.metadata.uid) return;
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${existing.metadata.uid}`;
  throw conflict(type, name, `StorageError: invalid object, ${why}`);
}

/** A resourceVersion must be the present one; some kinds need one. @throws ApiError 409, 422, 500 */
export function checkResourceVersion(target: WriteTarget, object: ApiObject, existing: ApiObject): void {
  const { type, name } = target;
  const { resourceVersion } = object.metadata;
  if (!resourceVersion || resourceVersion === '0') {
    if (!type.custom && !needsResourceVersion.has(resourceKey(type))) return;
    const message = 'Invalid value: 0: must be specified for an update';
    const error: FieldError = { reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message };
    throw invalid(type.group, type.plural, name, [error]);
  }
  if (!/^\d+$/.test(resourceVersion)) {
    throw new ApiError(500, '', `strconv.ParseUint: parsing ${quote(resourceVersion)}: invalid syntax`);
  }
  if (resourceVersion !== existing.metadata.resourceVersion) throw modifiedMeanwhile(type, name);
}

/** What a client may leave out, but not take away. */
export function carryMetadata({ metadata }: ApiObject, existing: ApiObject): void {
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } =
    existing.metadata;
  metadata.uid ||= uid;
  metadata.creationTimestamp = creationTimestamp;
  if (deletionTimestamp !== undefined) metadata.deletionTimestamp ??= deletionTimestamp;
  else delete metadata.deletionTimestamp;
  if (deletionGracePeriodSeconds !== undefined) {
    metadata.deletionGracePeriodSeconds ??= deletionGracePeriodSeconds;
  } else {
    delete metadata.deletionGracePeriodSeconds;
  }
  if (generation === undefined) delete metadata.generation;
  else metadata.generation = generation;
  delete metadata.selfLink;
}

/** The `finalize` subresource of a namespace changes `spec.finalizers` and nothing else. */
export function takeFinalizers(object: ApiObject, existing: ApiObject): void {
  const { spec } = object;
  const { resourceVersion } = object.metadata;
  const copy = structuredClone(existing);
  Object.assign(object, copy, { metadata: { ...copy.metadata, resourceVersion }, spec: spec ?? {} });
}

// The alphabet of Kubernetes: no vowels, and no digits that look like letters.
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A name that begins with a prefix (Kubernetes generateName). */
export function generatedName(prefix: string): string {
  const suffix = Array.from({ length: 5 }, () => suffixAlphabet[randomInt(suffixAlphabet.length)]).join('');
  return `${prefix.slice(0, 58)}${suffix}`;
}

function resourceKey({ group, plural }: ResourceType): string {
  return `${group}/${plural}`;
}

/** A time as Kubernetes writes it: in UTC, to the second. */
export function timeOf(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
