import type { ApiObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { definitionStored, finishDefinition, isDefinition } from './definitions.ts';
import { finishNamespace } from './namespaces.ts';
import type { ServerState } from './server-state.ts';

/** What follows from a write, before anything else happens: a definition takes effect. */
export function afterWrite(state: ServerState, type: ResourceType, stored: ApiObject): void {
  if (isDefinition(type)) definitionStored(state, stored);
}

/** What follows from a removal: whatever waited for it to happen goes as well. */
export function afterRemoval(state: ServerState, type: ResourceType, removed: ApiObject): void {
  if (isDefinition(type)) state.registry.setCustom(removed.metadata.name, []);
  if (type.custom) finishDefinition(state, `${type.plural}.${type.group}`);
  if (removed.metadata.namespace) finishNamespace(state, removed.metadata.namespace);
}
