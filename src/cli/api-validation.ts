import { customResourceDefinitions } from '../api/crds.ts';
import { watchedKinds } from '../api/kubernetes.ts';
import { ApiError } from '../devcluster/api-error.ts';
import type { JsonObject } from '../devcluster/json.ts';
import { builtinTypes } from '../devcluster/kinds/builtin.ts';
import { LocalClient } from '../devcluster/server/local-client.ts';
import { Registry } from '../devcluster/server/registry.ts';
import { Store } from '../devcluster/storage/store.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { Manifest, ManifestObject } from './manifests.ts';
import { referenceOf } from './offline.ts';

/** One thing for which an API server would refuse an object. */
export interface Refusal {
  readonly manifest: Manifest;
  readonly path: string;
  readonly code: DiagnosticCode;
  readonly message: string;
}

/**
 * Holds the kinds that Fairlead reads against what an API server with our CRDs would: names and types of fields, schemas,
 * rules. Each object is judged alone; nothing is kept of it.
 */
export function apiRefusals(manifests: readonly Manifest[]): readonly Refusal[] {
  const registry = new Registry(builtinTypes({ allowLoopbackEndpoints: true }));
  const now = () => new Date(0);
  const client = new LocalClient({ store: new Store(), registry, now, finishNamespaces: false });
  for (const definition of customResourceDefinitions()) client.create(plain(definition));
  const namespaces = new Set<string>();
  const refusals: Refusal[] = [];
  for (const manifest of manifests) {
    if (!isRead(manifest.object)) continue;
    const { namespace } = referenceOf(manifest);
    if (namespace !== '' && !namespaces.has(namespace)) {
      namespaces.add(namespace);
      tryTo(() => client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
    }
    const object = plain(manifest.object);
    const error = tryTo(() => client.judge(object, 'Strict'));
    if (error === null) continue;
    refusals.push(...refusalsOf(manifest, error));
    const more = error.code === 400 ? tryTo(() => client.judge(object, 'Ignore')) : null;
    if (more !== null && more.message !== error.message) refusals.push(...refusalsOf(manifest, more));
  }
  return refusals;
}

/** Objects of manifests are JSON; they come typed as records of anything. */
function plain(object: object): JsonObject {
  return JSON.parse(JSON.stringify(object)) as JsonObject;
}

function isRead({ apiVersion, kind }: ManifestObject): boolean {
  if (apiVersion === 'v1' && kind === 'Secret') return true;
  return watchedKinds.some((one) => one.apiVersion === apiVersion && one.kind === kind);
}

function tryTo(action: () => unknown): ApiError | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function refusalsOf(manifest: Manifest, error: ApiError): readonly Refusal[] {
  const causes = error.details?.causes;
  if (error.code === 422 && Array.isArray(causes)) {
    return causes.map((cause) => {
      const { field = '', message = '' } = Object(cause) as Record<string, unknown>;
      const text = `an API server refuses it: ${message}`;
      return { manifest, path: String(field), code: 'InvalidObject', message: text };
    });
  }
  const unknown = [...error.message.matchAll(/unknown field "([^"]+)"/g)];
  if (error.code === 400 && unknown.length > 0) {
    return unknown.map(([, path = '']) => {
      return { manifest, path, code: 'UnknownField', message: 'there is no such field' };
    });
  }
  // Namespaces and kinds that are not there are a matter of a cluster, not of a manifest.
  if (error.code !== 400) return [];
  const why = error.message.replace(/^.*? cannot be handled as a \w+: /, '');
  return [{ manifest, path: '', code: 'InvalidObject', message: `an API server refuses it: ${why}` }];
}
