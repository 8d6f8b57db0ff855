import { ApiError } from '../api-error.ts';
import type { ApiObject, Json, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { finishDefinition, isDefinition, markedForDeletion, resourceOf } from './definitions.ts';
import { type DeleteOptions, plainDeletion } from './delete-options.ts';
import type { ListOptions } from './list-options.ts';
import { finishNamespace, lastingNamespaces } from './namespaces.ts';
import { afterRemoval } from './reactions.ts';
import { type ListResult, listObjects } from './read.ts';
import { type ServerState, served, storageOf } from './server-state.ts';
import { about, conflict, deletionStatus, notFound, quote } from './status.ts';
import { timeOf } from './write-metadata.ts';

/** What a deletion gave: a Status if the object is gone, the object if it stays for a while. */
export type DeleteResult = JsonObject;

// Kinds whose store says ReturnDeletedObject.
const answerWithObject = new Set(['/pods', '/services', '/serviceaccounts']);

/**
 * DELETE of one object. What has finalizers is marked, and goes when the last of them does.
 *
 * @throws ApiError 403, 404, 409
 */
export function deleteObject(
  state: ServerState,
  type: ResourceType,
  key: { namespace: string; name: string },
  options: DeleteOptions,
): DeleteResult {
  const stored = state.store.get({ ...storageOf(type), ...key });
  if (stored === undefined) throw notFound(type, key.name);
  const existing = served(type, stored);
  checkAllowed(type, key.name);
  checkPreconditions(type, existing, options);
  const marked = mark(state, type, stored, options);
  if (marked === null) {
    const last = lastState(state, type, stored);
    if (options.dryRun) return answer(type, served(type, last));
    const removed = state.store.remove({ ...storageOf(type), ...key }, last) ?? last;
    afterRemoval(state, type, removed);
    return answer(type, served(type, removed));
  }
  if (options.dryRun || marked === stored) return served(type, marked);
  const kept = state.store.put(storageOf(type), marked);
  afterMarking(state, type, kept);
  return served(type, kept);
}

/** DELETE of all objects that match; gives back what was there. */
export function deleteCollection(
  state: ServerState,
  type: ResourceType,
  scope: { namespace: string; list: ListOptions },
  options: DeleteOptions,
): ListResult {
  const found = listObjects(state, type, scope.namespace, scope.list);
  for (const { metadata } of found.items) {
    const key = { namespace: metadata.namespace ?? '', name: metadata.name };
    if (state.store.get({ ...storageOf(type), ...key })) deleteObject(state, type, key, options);
  }
  return found;
}

/** The object as it is to be stored while it waits, or null if nothing holds it. */
function mark(
  state: ServerState,
  type: ResourceType,
  existing: ApiObject,
  options: DeleteOptions,
): ApiObject | null {
  const { metadata } = existing;
  const time = timeOf(state.now());
  if (isDefinition(type)) {
    return metadata.deletionTimestamp === undefined ? markedForDeletion(existing, state.now()) : existing;
  }
  if (isNamespace(type)) return markNamespace(existing, time);
  const finalizers = finalizersFor(state, existing, options);
  const grace = state.finishNamespaces ? 0 : graceOf(type, existing, options);
  if (finalizers.length === 0 && grace === 0) return null;
  if (metadata.deletionTimestamp !== undefined) {
    return (metadata.deletionGracePeriodSeconds ?? 0) <= grace
      ? existing
      : withGrace(existing, grace, state.now());
  }
  return withGrace(
    { ...existing, metadata: { ...metadata, ...(finalizers.length > 0 && { finalizers }) } },
    grace,
    state.now(),
  );
}

function withGrace(object: ApiObject, grace: number, now: Date): ApiObject {
  const { metadata } = object;
  const first = metadata.deletionTimestamp === undefined;
  return {
    ...object,
    metadata: {
      ...metadata,
      deletionTimestamp: timeOf(new Date(now.getTime() + grace * 1000)),
      deletionGracePeriodSeconds: grace,
      ...(first && (metadata.generation ?? 0) > 0 && { generation: (metadata.generation ?? 0) + 1 }),
    },
  };
}

function markNamespace(existing: ApiObject, time: string): ApiObject | null {
  const { metadata } = existing;
  if (metadata.deletionTimestamp !== undefined) return existing;
  const held =
    asList(asObject(existing.spec).finalizers).length > 0 || (metadata.finalizers?.length ?? 0) > 0;
  if (!held) return null;
  return {
    ...existing,
    metadata: { ...metadata, deletionTimestamp: time },
    status: { ...asObject(existing.status), phase: 'Terminating' },
  };
}

/** A server that plays the controller manager collects garbage too, so nobody has to wait for dependents. */
function finalizersFor(state: ServerState, { metadata }: ApiObject, options: DeleteOptions): string[] {
  const policy = state.finishNamespaces ? 'Background' : options.propagationPolicy;
  const finalizers = metadata.finalizers ?? [];
  const others = finalizers.filter((name) => name !== 'orphan' && name !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...others, 'orphan'];
  if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
  return policy === undefined ? [...finalizers] : others;
}

/** Only Pods are given time, and only once they are on a node, for a kubelet to stop them. */
function graceOf(type: ResourceType, { spec, status }: ApiObject, options: DeleteOptions): number {
  if (type.group !== '' || type.plural !== 'pods') return 0;
  const { nodeName, terminationGracePeriodSeconds = 30 } = asObject(spec);
  const { phase } = asObject(status);
  if (!nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  return Math.max(0, options.gracePeriodSeconds ?? Number(terminationGracePeriodSeconds));
}

/** A Pod is marked even if it goes at once. */
function lastState(state: ServerState, type: ResourceType, existing: ApiObject): ApiObject {
  if (type.group !== '' || type.plural !== 'pods') return existing;
  return withGrace(existing, 0, state.now());
}

function afterMarking(state: ServerState, type: ResourceType, kept: ApiObject): void {
  if (isDefinition(type)) {
    const resource = resourceOf(kept);
    const served = state.registry.findAny(resource.group, resource.plural);
    for (const { metadata } of served ? state.store.list(resource) : []) {
      const key = { namespace: metadata.namespace ?? '', name: metadata.name };
      if (served) deleteObject(state, served, key, plainDeletion);
    }
    finishDefinition(state, kept.metadata.name);
  }
  if (isNamespace(type) && state.finishNamespaces) emptyNamespace(state, kept.metadata.name);
}

/** Deletes everything inside a namespace, and the namespace once that is gone. */
function emptyNamespace(state: ServerState, namespace: string): void {
  for (const { resource, object } of state.store.inside(namespace)) {
    const type = state.registry.findAny(resource.group, resource.plural);
    if (type) deleteObject(state, type, { namespace, name: object.metadata.name }, plainDeletion);
  }
  finishNamespace(state, namespace);
}

function answer(type: ResourceType, object: ApiObject): DeleteResult {
  return answerWithObject.has(`${type.group}/${type.plural}`) ? object : deletionStatus(type, object);
}

function checkAllowed(type: ResourceType, name: string): void {
  if (!isNamespace(type) || !lastingNamespaces.includes(name)) return;
  const message = `namespaces ${quote(name)} is forbidden: this namespace may not be deleted`;
  throw new ApiError(403, 'Forbidden', message, about(type, name));
}

function checkPreconditions(type: ResourceType, { metadata }: ApiObject, options: DeleteOptions): void {
  // Named after the kind here, unlike everywhere else.
  const named = { ...type, plural: type.kind };
  if (options.uid !== undefined && options.uid !== metadata.uid) {
    const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict(named, metadata.name, why);
  }
  const { resourceVersion } = options;
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw conflict(named, metadata.name, why);
  }
}

function isNamespace({ group, plural }: ResourceType): boolean {
  return group === '' && plural === 'namespaces';
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function asList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
