import type { KubeObject } from '../model/cluster.ts';
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../model/diagnostic.ts';
import type { ObjectReference } from '../model/object-reference.ts';
import type { PlanMiddleware, PlanRoute, PlanService, ServiceKey } from '../model/plan.ts';

/** What one object adds to the plan. */
export interface Fragment {
  readonly object: ObjectReference;
  /** `metadata.generation` of the object that was read; 0 where it has none. */
  readonly observedGeneration: number;
  /** False for an object that is another controller's: it adds nothing and gets no status. */
  readonly ours: boolean;
  /** By index. */
  readonly routes: readonly PlanRoute[];
  /** Services that the routes lead to, and Middlewares that they use; others may use them too. */
  readonly services: readonly PlanService[];
  readonly middlewares: readonly PlanMiddleware[];
  readonly diagnostics: readonly Diagnostic[];
}

function referenceTo(object: KubeObject): ObjectReference {
  const { apiVersion, kind, metadata } = object;
  return Object.freeze({ apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name });
}

/** Gathers a fragment while an object is translated. */
export class FragmentBuilder {
  readonly object: ObjectReference;
  /** `metadata.creationTimestamp`; empty where the object has none. */
  readonly createdAt: string;
  readonly #observedGeneration: number;
  readonly #routes: PlanRoute[] = [];
  readonly #services = new Map<string, PlanService>();
  readonly #middlewares = new Map<string, PlanMiddleware>();
  readonly #diagnostics: Diagnostic[] = [];

  constructor(object: KubeObject) {
    this.object = referenceTo(object);
    this.createdAt = object.metadata.creationTimestamp ?? '';
    this.#observedGeneration = object.metadata.generation ?? 0;
  }

  report(path: string, code: DiagnosticCode, message: string, hint?: string): void {
    this.#diagnostics.push(diagnostic(this.object, path, code, message, hint));
  }

  /** Takes over diagnostics that somebody else made of the same object. */
  adopt(diagnostics: readonly Diagnostic[]): void {
    for (const one of diagnostics) this.#diagnostics.push(one);
  }

  addRoute(route: PlanRoute): void {
    this.#routes.push(Object.freeze(route));
  }

  /** Makes a service known; it stands in the fragment if a route leads to it. */
  useService(service: PlanService): void {
    this.#services.set(service.key, service);
  }

  /** Makes a Middleware known; it stands in the fragment if a route uses it. */
  useMiddleware(middleware: PlanMiddleware): void {
    this.#middlewares.set(middleware.id, middleware);
  }

  build(): Fragment {
    return Object.freeze({
      object: this.object,
      observedGeneration: this.#observedGeneration,
      ours: true,
      routes: Object.freeze(this.#routes),
      services: used(this.#services, this.#routes.flatMap(servicesOf)),
      middlewares: used(
        this.#middlewares,
        this.#routes.flatMap((route) => route.middlewares),
      ),
      diagnostics: Object.freeze(this.#diagnostics),
    });
  }

  /** The fragment of an object that another controller serves. */
  notOurs(): Fragment {
    return Object.freeze({
      object: this.object,
      observedGeneration: this.#observedGeneration,
      ours: false,
      routes: nothing,
      services: nothing,
      middlewares: nothing,
      diagnostics: nothing,
    });
  }
}

const nothing: readonly never[] = Object.freeze([]);

function servicesOf({ action }: PlanRoute): readonly ServiceKey[] {
  return action.kind === 'forward' ? action.targets.map((target) => target.service) : [];
}

function used<Entry>(known: ReadonlyMap<string, Entry>, keys: readonly string[]): readonly Entry[] {
  const entries = [...new Set(keys)].map((key) => known.get(key));
  return Object.freeze(entries.filter((entry) => entry !== undefined));
}
