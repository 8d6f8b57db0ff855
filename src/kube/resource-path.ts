import type { WatchedKind } from '../model/cluster.ts';

/** What of a kind decides its path. */
export type Resource = Pick<WatchedKind, 'apiVersion' | 'resource' | 'namespaced'>;

/**
 * The path of a collection on the API server. An empty namespace means all of them (Kubernetes API concepts, resource
 * URIs).
 */
export function collectionPath(resource: Resource, namespace: string): string {
  const { apiVersion } = resource;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = resource.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${resource.resource}`;
}

/** The path of one object, or of a subresource of it, such as `status`. */
export function objectPath(resource: Resource, namespace: string, name: string, subresource = ''): string {
  const path = `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
  return subresource === '' ? path : `${path}/${subresource}`;
}
