import type { ApiObject } from '../json.ts';
import type { ResourceType, WriteContext } from '../resource-type.ts';
import type { ResourceName, Store } from '../storage/store.ts';
import { apiVersionOf, type Registry } from './registry.ts';

/** What every request works on. */
export interface ServerState {
  readonly store: Store;
  readonly registry: Registry;
  readonly now: () => Date;
  /**
   * True if the server does itself what others do after a deletion: it empties and finishes namespaces, and waits neither for a
   * garbage collector nor for a kubelet.
   */
  readonly finishNamespaces: boolean;
}

/** Where the objects of a kind are kept. */
export function storageOf(type: ResourceType): ResourceName {
  return type.storage ?? type;
}

/** A stored object as `type` serves it: in its version, and in its form where it is kept in another one. Never changed. */
export function served(type: ResourceType, stored: ApiObject): ApiObject {
  if (type.storage) return type.storage.fromStored(stored);
  const apiVersion = apiVersionOf(type);
  return stored.apiVersion === apiVersion ? stored : { ...stored, apiVersion };
}

/** What a kind's behaviour may ask of the server. */
export function writeContext(state: ServerState, dryRun: boolean): WriteContext {
  const { store, now } = state;
  return {
    dryRun,
    find: (group, plural, namespace, name) => store.get({ group, plural, namespace, name }),
    list(group, plural, namespace) {
      const all = store.list({ group, plural });
      return namespace === '' ? all : all.filter((object) => object.metadata.namespace === namespace);
    },
    now,
  };
}
