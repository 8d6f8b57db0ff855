// The way of a write, in order: decode → default → prepare → validate → store. Every step is in here, so that what happens to
// an object can be read from top to bottom; what the steps do for one kind is the business of the kind.

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ApiError, invalid } from '../api-error.ts';
import type { ApiObject, Json } from '../json.ts';
import { applyPatch } from '../patch/apply-patch.ts';
import { trackManager } from '../patch/managed-fields.ts';
import type { FieldError, ResourceType } from '../resource-type.ts';
import { applyDefaults } from '../schema/default.ts';
import { validateMetadata } from '../schema/metadata.ts';
import { validateSchema } from '../schema/validate.ts';
import { type Body, decodeBody, decodePatched } from './decode-body.ts';
import { checkNamespaceAccepts } from './namespaces.ts';
import { afterRemoval, afterWrite } from './reactions.ts';
import { type ServerState, served, storageOf, writeContext } from './server-state.ts';
import { alreadyExists, conflict, notFound, quote } from './status.ts';
import {
  carryMetadata,
  checkName,
  checkNamespace,
  checkResourceVersion,
  checkUid,
  createsOnUpdate,
  generatedName,
  takeFinalizers,
  timeOf,
  type WriteTarget,
} from './write-metadata.ts';
import type { WriteOptions } from './write-options.ts';

/** What a write gave. */
export interface WriteResult {
  readonly object: ApiObject;
  /** True if there was none before. */
  readonly created: boolean;
  readonly warnings: readonly string[];
}

interface Draft {
  readonly object: ApiObject;
  readonly warnings: readonly string[];
  readonly options: WriteOptions;
  readonly operation: 'Apply' | 'Update';
  /** True for a PUT, whose uid is a condition; in a patch it is a change like any other, and refused as such. */
  readonly isWhole: boolean;
}

/** POST: @throws ApiError 400, 403, 404, 409, 422 */
export function createObject(
  state: ServerState,
  target: WriteTarget,
  body: Body,
  options: WriteOptions,
): WriteResult {
  const { object, warnings } = decodeBody(target.type, body, options, state.registry);
  return create(state, target, { object, warnings, options, operation: 'Update', isWhole: true });
}

/** PUT: @throws ApiError 400, 404, 409, 422 */
export function updateObject(
  state: ServerState,
  target: WriteTarget,
  body: Body,
  options: WriteOptions,
): WriteResult {
  const { object, warnings } = decodeBody(target.type, body, options, state.registry);
  checkName(object, target.name);
  const draft: Draft = { object, warnings, options, operation: 'Update', isWhole: true };
  const existing = find(state, target);
  if (existing) return update(state, target, existing, draft);
  if (target.subresource === '' && createsOnUpdate(target.type)) {
    return create(state, target, draft);
  }
  throw notFound(target.type, target.name);
}

/** PATCH in all its forms: @throws ApiError 400, 404, 409, 415, 422 */
export function patchObject(
  state: ServerState,
  target: WriteTarget,
  patch: { contentType: string; body: Json | string; duplicates: readonly string[] },
  options: WriteOptions,
): WriteResult {
  const { type, name, namespace, subresource } = target;
  const existing = find(state, target) ?? null;
  const isApply = patch.contentType === 'application/apply-patch+yaml';
  if (existing === null && (!isApply || subresource !== '')) throw notFound(type, name);
  const patched = applyPatch({
    type,
    contentType: patch.contentType,
    existing,
    patch: patch.body,
    fieldManager: options.fieldManager,
    force: options.force,
    subresource,
    name,
    namespace,
    now: state.now(),
  });
  const { object, warnings } = decodePatched(type, patched, patch.duplicates, options);
  checkName(object, name);
  const operation = isApply ? 'Apply' : 'Update';
  const draft: Draft = { object, warnings, options, operation, isWhole: false };
  if (existing) return update(state, target, existing, draft);
  if (object.metadata.uid) {
    const why = `uid mismatch: the provided object specified uid ${object.metadata.uid}, and no existing object was found`;
    throw conflict(type, name, why);
  }
  return create(state, target, draft);
}

function create(state: ServerState, target: WriteTarget, draft: Draft): WriteResult {
  const { type } = target;
  const { object, options } = draft;
  const { metadata } = object;
  const context = writeContext(state, options.dryRun);
  checkNamespace(target, object);
  if (target.name !== '' && !metadata.name) metadata.name = target.name;
  checkNamespaceAccepts(state, type, target.namespace, metadata.name ?? '');

  setDefaults(type, object);
  for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink']) delete metadata[field];
  metadata.uid = randomUUID();
  metadata.creationTimestamp = timeOf(state.now());
  if (!metadata.name && metadata.generateName) metadata.name = generatedName(metadata.generateName);
  type.behaviour.prepareCreate(object, context);

  refuse(type, object, validate(state, type, object, null, options.dryRun));
  if (metadata.resourceVersion && metadata.resourceVersion !== '0') {
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  const key = { ...storageOf(type), namespace: target.namespace, name: metadata.name };
  const there = state.store.get(key);
  if (there) throw alreadyExists(type, metadata.name, there.metadata.deletionTimestamp !== undefined);

  Reflect.deleteProperty(metadata, 'resourceVersion');
  track(state, target, draft, null);
  const warnings = allWarnings(type, object, null, draft.warnings);
  if (options.dryRun) return { object, created: true, warnings };
  const stored = state.store.put(storageOf(type), type.storage?.toStored(object) ?? object);
  afterWrite(state, type, stored);
  return { object: served(type, stored), created: true, warnings };
}

function update(state: ServerState, target: WriteTarget, existing: ApiObject, draft: Draft): WriteResult {
  const { type, name, subresource } = target;
  const { object, options } = draft;
  const context = writeContext(state, options.dryRun);
  checkNamespace(target, object);
  if (draft.isWhole) checkUid(target, object, existing);
  checkResourceVersion(target, object, existing);

  carryMetadata(object, existing);
  setDefaults(type, object);
  if (subresource === 'status') type.behaviour.prepareStatusUpdate(object, existing, context);
  else if (subresource === 'finalize') takeFinalizers(object, existing);
  else type.behaviour.prepareUpdate(object, existing, context);

  refuse(type, object, validate(state, type, object, existing, options.dryRun));
  track(state, target, draft, existing);
  object.metadata.resourceVersion = existing.metadata.resourceVersion;
  const warnings = allWarnings(type, object, existing, draft.warnings);
  if (isDeepStrictEqual(object, existing)) return { object: existing, created: false, warnings };
  if (options.dryRun) return { object, created: false, warnings };

  const key = { ...storageOf(type), namespace: target.namespace, name };
  if (isFinished(type, object)) {
    // Watches see the last state that was stored, with its finalizers, as in Kubernetes.
    const last = state.store.remove(key);
    if (last) afterRemoval(state, type, last);
    return { object, created: false, warnings };
  }
  const stored = state.store.put(storageOf(type), type.storage?.toStored(object) ?? object);
  afterWrite(state, type, stored);
  return { object: served(type, stored), created: false, warnings };
}

/** True if an object was only waiting for its last finalizer to go. */
function isFinished(type: ResourceType, { metadata, spec }: ApiObject): boolean {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers?.length ?? 0) > 0) return false;
  if (type.group !== '' || type.plural !== 'namespaces')
    return (metadata.deletionGracePeriodSeconds ?? 0) === 0;
  const finalizers = (spec as { finalizers?: string[] } | undefined)?.finalizers ?? [];
  return finalizers.length === 0;
}

function find(state: ServerState, { type, namespace, name }: WriteTarget): ApiObject | undefined {
  const stored = state.store.get({ ...storageOf(type), namespace, name });
  return stored && served(type, stored);
}

function validate(
  state: ServerState,
  type: ResourceType,
  object: ApiObject,
  existing: ApiObject | null,
  dryRun: boolean,
): FieldError[] {
  const errors = validateMetadata(type, object, existing);
  // The schema of a built-in kind says what its fields are, not what their values may be.
  if (type.custom && type.schema) errors.push(...validateSchema(type.schema, object, existing, errors));
  const told = new Set(errors.map(({ field, message }) => `${field}: ${message}`));
  const more = type.behaviour.validate(object, existing, writeContext(state, dryRun));
  // Some kinds have rules of their own for names, which say the same again.
  return [...errors, ...more.filter(({ field, message }) => !told.has(`${field}: ${message}`))];
}

function refuse(type: ResourceType, object: ApiObject, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const { group, kind } = type.storage ?? type;
  throw invalid(group, kind, object.metadata.name ?? '', errors);
}

function track(state: ServerState, target: WriteTarget, draft: Draft, existing: ApiObject | null): void {
  trackManager({
    type: target.type,
    object: draft.object,
    existing,
    manager: draft.options.fieldManager,
    operation: draft.operation,
    subresource: target.subresource,
    now: state.now(),
  });
}

function setDefaults(type: ResourceType, object: ApiObject): void {
  if (type.schema) applyDefaults(type.schema, object);
}

function allWarnings(
  type: ResourceType,
  object: ApiObject,
  existing: ApiObject | null,
  decoding: readonly string[],
): string[] {
  const before = existing?.metadata.finalizers ?? [];
  const odd = (object.metadata.finalizers ?? []).filter(
    (finalizer) => !finalizer.includes('/') && !ownFinalizers.has(finalizer) && !before.includes(finalizer),
  );
  const advice =
    'prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers';
  return [
    ...decoding,
    ...odd.map((finalizer) => `metadata.finalizers: ${quote(finalizer)}: ${advice}`),
    ...type.behaviour.warnings(object),
  ];
}

const ownFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);
