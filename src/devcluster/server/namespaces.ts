import { ApiError } from '../api-error.ts';
import type { ApiObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { qualifiedPlural } from './registry.ts';
import type { ServerState } from './server-state.ts';
import { about, notFound, quote } from './status.ts';

const namespaces = { group: '', plural: 'namespaces' };

/** Namespaces that cannot be deleted. */
export const lastingNamespaces: readonly string[] = Object.freeze(['default', 'kube-system', 'kube-public']);

/**
 * Refuses a creation inside a namespace that is not there, or about to go (Kubernetes admission plugin NamespaceLifecycle).
 *
 * @throws ApiError 403, 404
 */
export function checkNamespaceAccepts(
  state: ServerState,
  type: ResourceType,
  namespace: string,
  name: string,
): void {
  if (namespace === '') return;
  const found = state.store.get({ ...namespaces, namespace: '', name: namespace });
  if (found === undefined) throw notFound(namespaces, namespace);
  if (!isTerminating(found)) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw new ApiError(403, 'Forbidden', `${qualifiedPlural(type)} ${quote(name)} is forbidden: ${why}`, {
    ...about(type, name),
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}

function isTerminating(namespace: ApiObject): boolean {
  return namespace.metadata.deletionTimestamp !== undefined;
}

/** Removes a terminating namespace once nothing is inside. True if it is gone. */
export function finishNamespace(state: ServerState, name: string): boolean {
  const key = { ...namespaces, namespace: '', name };
  const found = state.store.get(key);
  if (found === undefined || !isTerminating(found) || !state.finishNamespaces) return false;
  if ((found.metadata.finalizers?.length ?? 0) > 0 || !state.store.isEmpty(name)) return false;
  return state.store.remove(key) !== undefined;
}
