import { traefikApiVersion } from '../api/kubernetes.ts';
import { readMiddleware } from '../api/middleware-settings.ts';
import type { KubeObject } from '../model/cluster.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { PlanMiddleware } from '../model/plan.ts';

/** What a Middleware object says, null where it is in error, and all that is wrong with it. */
interface ReadMiddleware {
  readonly planned: PlanMiddleware | null;
  readonly diagnostics: readonly Diagnostic[];
}

export type MiddlewareReader = (object: KubeObject) => ReadMiddleware;

/** Decodes each object once, however many routes use it. */
export function rememberingMiddlewareReader(): MiddlewareReader {
  const remembered = new WeakMap<KubeObject, ReadMiddleware>();
  return (object) => {
    const known = remembered.get(object);
    if (known !== undefined) return known;
    const read = plannedOf(object);
    remembered.set(object, read);
    return read;
  };
}

function plannedOf(object: KubeObject): ReadMiddleware {
  const { value, diagnostics } = readMiddleware(object);
  if (value === null) return { planned: null, diagnostics };
  const name = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  const id = object.apiVersion === traefikApiVersion ? `traefik.io/${name}` : name;
  return { planned: Object.freeze({ id, middleware: value }), diagnostics };
}
