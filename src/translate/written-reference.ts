import { aside } from './aside.ts';
import type { TranslateContext } from './context.ts';
import type { ReferredKind } from './grants.ts';
import { type NamedReference, type ResolvedName, resolveReference } from './reference.ts';

/** How Traefik says that a name is that of an object: `NAMESPACE-NAME@kubernetescrd`. */
const crdProvider = '@kubernetescrd';

/**
 * The reference that a text stands for, which is to be one of `kinds`: `NAME`, `NAMESPACE/NAME` or Traefik's
 * `NAMESPACE-NAME@kubernetescrd`.
 */
export function referenceIn(
  context: TranslateContext,
  kinds: readonly ReferredKind[],
  written: string,
): NamedReference {
  if (written.endsWith(crdProvider)) {
    return joinedReference(context, kinds, written.slice(0, -crdProvider.length));
  }
  const slash = written.indexOf('/');
  if (slash < 0) return { name: written };
  return { namespace: written.slice(0, slash), name: written.slice(slash + 1) };
}

/** Names of namespaces are no longer (Kubernetes DNS1123Label). */
const longestNamespace = 63;

/**
 * Both parts may hold dashes: of the ways to part them, the one that leads to an object which may be used, in the own
 * namespace if it can be; else the first. Namespaces that may not be referred to are not looked into.
 */
function joinedReference(
  context: TranslateContext,
  kinds: readonly ReferredKind[],
  joined: string,
): NamedReference {
  const own = context.fragment.object.namespace;
  const ways = [...joined.slice(0, longestNamespace + 1).matchAll(/-/g)]
    .filter(({ index }) => index > 0)
    .map(({ index }) => ({ namespace: joined.slice(0, index), name: joined.slice(index + 1) }))
    .toSorted((left, right) => Number(right.namespace === own) - Number(left.namespace === own));
  const usable = ways.find((way) => kinds.some((kind) => isThere(context, kind, way)));
  return usable ?? ways[0] ?? { name: `${joined}${crdProvider}` };
}

function isThere(context: TranslateContext, kind: ReferredKind, way: ResolvedName): boolean {
  const { result } = aside(context, (there) => resolveReference(there, kind, way, ''));
  return typeof result !== 'string' && context.lookup.get(kind, way.namespace, way.name) !== undefined;
}
