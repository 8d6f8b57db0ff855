import { isDeepStrictEqual } from 'node:util';
import { definitionStatus, typesOf } from '../crd/definitions.ts';
import type { ApiObject, Json, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import type { ServerState } from './server-state.ts';
import { timeOf } from './write-metadata.ts';

const definitions = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };
const cleanup = 'customresourcecleanup.apiextensions.k8s.io';

/** True for the kind CustomResourceDefinition. */
export function isDefinition({ group, plural }: ResourceType): boolean {
  return group === definitions.group && plural === definitions.plural;
}

/** Lets a definition that was just stored take effect: its status is written, and its kinds are served from now on. */
export function definitionStored(state: ServerState, definition: ApiObject): void {
  const { store, registry } = state;
  const { name } = definition.metadata;
  if (definition.metadata.deletionTimestamp !== undefined) {
    finishDefinition(state, name);
    return;
  }
  const others = store.list(definitions).filter((other) => other.metadata.name !== name);
  const status = definitionStatus(definition, others, state.now());
  const established = isDeepStrictEqual(status, definition.status)
    ? definition
    : store.put(definitions, { ...definition, status });
  registry.setCustom(name, isEstablished(established) ? typesOf(established) : []);
}

/** A definition that is to be deleted, as it is stored until its objects are gone. */
export function markedForDeletion(definition: ApiObject, now: Date): ApiObject {
  const { metadata } = definition;
  const finalizers = [...new Set([...(metadata.finalizers ?? []), cleanup])];
  return {
    ...definition,
    metadata: { ...metadata, deletionTimestamp: timeOf(now), finalizers },
    status: terminatingStatus(definition.status, timeOf(now)),
  };
}

function terminatingStatus(before: Json | undefined, lastTransitionTime: string): JsonObject {
  const status = asObject(before);
  const others = asList(status.conditions).filter((condition) => asObject(condition).type !== 'Terminating');
  const terminating = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  return { ...status, conditions: [...others, terminating] };
}

/** Removes a definition that is to be deleted, once its objects are gone. */
export function finishDefinition(state: ServerState, name: string): void {
  const { store, registry } = state;
  const key = { ...definitions, namespace: '', name };
  const definition = store.get(key);
  if (definition?.metadata.deletionTimestamp === undefined) return;
  const resource = resourceOf(definition);
  if (store.count(resource) > 0) return;
  if (definition.metadata.finalizers?.some((finalizer) => finalizer !== cleanup)) return;
  store.remove(key);
  registry.setCustom(name, []);
  store.drop(resource);
  // A name that it took may be free for another one now.
  for (const other of store.list(definitions)) definitionStored(state, other);
}

/** The resource that a definition defines. */
export function resourceOf(definition: ApiObject): { group: string; plural: string } {
  const spec = asObject(definition.spec);
  return { group: String(spec.group), plural: String(asObject(spec.names).plural) };
}

function isEstablished(definition: ApiObject): boolean {
  return asList(asObject(definition.status).conditions).some((condition) => {
    const { type, status } = asObject(condition);
    return type === 'Established' && status === 'True';
  });
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function asList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
