import type { DiagnosticCode } from '../model/diagnostic.ts';
import type { PlanMiddleware } from '../model/plan.ts';
import { aside } from './aside.ts';
import type { TranslateContext } from './context.ts';
import { resolveMiddleware } from './middleware.ts';
import { type NamedReference, type ResolvedName, resolveReference } from './reference.ts';

/** How Traefik says that a name is that of a Middleware object: `NAMESPACE-NAME@kubernetescrd`. */
const crdProvider = '@kubernetescrd';

/**
 * Finds the Middleware that an annotation names: `NAME`, `NAMESPACE/NAME` or Traefik's `NAMESPACE-NAME@kubernetescrd`. What is
 * wrong is told at `path`.
 */
export function middlewareNamed(
  context: TranslateContext,
  written: string,
  path: string,
): PlanMiddleware | DiagnosticCode {
  const reference = referenceIn(context, written);
  const [own, traefik] = kinds.map((kind) =>
    aside(context, (there) => resolveMiddleware(there, reference, '', kind)),
  );
  const found = isOutOfReach(own?.result) && !isOutOfReach(traefik?.result) ? traefik : own;
  for (const { code, message, hint } of found?.diagnostics ?? []) {
    context.fragment.report(path, code, message, hint);
  }
  return found?.result ?? 'MiddlewareNotFound';
}

/** Whether there is nothing of that name that may be used. A Middleware in error is one that is there. */
function isOutOfReach(result: PlanMiddleware | DiagnosticCode | undefined): boolean {
  return result === 'MiddlewareNotFound' || result === 'CrossNamespaceReference';
}

/** An annotation does not say which group it means: Fairlead's comes first. */
const kinds = ['Middleware', 'Middleware.traefik.io'] as const;

function referenceIn(context: TranslateContext, written: string): NamedReference {
  if (written.endsWith(crdProvider)) return joinedReference(context, written.slice(0, -crdProvider.length));
  const slash = written.indexOf('/');
  if (slash < 0) return { name: written };
  return { namespace: written.slice(0, slash), name: written.slice(slash + 1) };
}

/** Names of namespaces are no longer (Kubernetes DNS1123Label). */
const longestNamespace = 63;

/**
 * Both parts may hold dashes: of the ways to part them, the one that leads to a Middleware which may be used, in the own
 * namespace if it can be; else the first. Namespaces that may not be referred to are not looked into.
 */
function joinedReference(context: TranslateContext, joined: string): NamedReference {
  const own = context.fragment.object.namespace;
  const ways = [...joined.slice(0, longestNamespace + 1).matchAll(/-/g)]
    .filter(({ index }) => index > 0)
    .map(({ index }) => ({ namespace: joined.slice(0, index), name: joined.slice(index + 1) }))
    .toSorted((left, right) => Number(right.namespace === own) - Number(left.namespace === own));
  const usable = ways.find((way) => kinds.some((kind) => isThere(context, kind, way)));
  return usable ?? ways[0] ?? { name: `${joined}${crdProvider}` };
}

function isThere(context: TranslateContext, kind: (typeof kinds)[number], way: ResolvedName): boolean {
  const { result } = aside(context, (there) => resolveReference(there, kind, way, ''));
  return typeof result !== 'string' && context.lookup.get(kind, way.namespace, way.name) !== undefined;
}
