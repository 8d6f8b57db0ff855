import { byDiagnostic, type Diagnostic } from '../model/diagnostic.ts';
import { byCodeUnit } from '../model/order.ts';
import type { Plan, PlanMiddleware, PlanRoute, PlanService } from '../model/plan.ts';
import type { ListDelta, PlanDelta } from '../model/plan-delta.ts';
import { byPrecedence } from '../routing/precedence.ts';
import { DuplicateRoutes } from './duplicate-routes.ts';
import type { Fragment } from './fragment.ts';
import { type EntryChanges, SharedEntries } from './shared-entries.ts';

/** What a plan delta says, without the generations, which publishing adds. */
export type PlanChanges = Omit<PlanDelta, 'generation' | 'since'>;

/** The same with what stood there before: for people, who want to know what changed. */
export interface PlanEdits {
  readonly routes: EntryChanges<PlanRoute>;
  readonly services: EntryChanges<PlanService>;
  readonly middlewares: EntryChanges<PlanMiddleware>;
}

export interface AssemblyChanges {
  readonly plan: PlanChanges;
  readonly edits: PlanEdits;
  /** By object, path, code and message. */
  readonly diagnostics: { readonly appeared: readonly Diagnostic[]; readonly gone: readonly Diagnostic[] };
}

/** Puts fragments together to the plan and the list of all diagnostics, at the cost of the fragments that change. */
export class Assembly {
  readonly #routes = new SharedEntries<PlanRoute>((route) => route.id, byPrecedence);
  readonly #services = new SharedEntries<PlanService>(
    (service) => service.key,
    (left, right) => byCodeUnit(left.key, right.key),
  );
  readonly #middlewares = new SharedEntries<PlanMiddleware>(
    (middleware) => middleware.id,
    (left, right) => byCodeUnit(left.id, right.id),
  );
  readonly #diagnostics = new SharedEntries<Diagnostic>(contentOf, byDiagnostic);
  readonly #duplicates = new DuplicateRoutes();
  #plan: Plan | null = null;

  add(fragment: Fragment): void {
    for (const route of fragment.routes) {
      this.#routes.use(route);
      this.#duplicates.add(route);
    }
    for (const service of fragment.services) this.#services.use(service);
    for (const middleware of fragment.middlewares) this.#middlewares.use(middleware);
    for (const one of fragment.diagnostics) this.#diagnostics.use(one);
  }

  remove(fragment: Fragment): void {
    for (const route of fragment.routes) {
      this.#routes.release(route);
      this.#duplicates.remove(route);
    }
    for (const service of fragment.services) this.#services.release(service);
    for (const middleware of fragment.middlewares) this.#middlewares.release(middleware);
    for (const one of fragment.diagnostics) this.#diagnostics.release(one);
  }

  /** What all additions and removals since the last call come to. */
  settle(): AssemblyChanges {
    this.#duplicates.settle(this.#diagnostics);
    const diagnostics = this.#diagnostics.settle();
    const edits: PlanEdits = {
      routes: this.#routes.settle(),
      services: this.#services.settle(),
      middlewares: this.#middlewares.settle(),
    };
    const plan: PlanChanges = {
      routes: listDelta(edits.routes, (route) => route.id),
      services: listDelta(edits.services, (service) => service.key),
      middlewares: listDelta(edits.middlewares, (middleware) => middleware.id),
    };
    if (!isNothing(plan)) this.#plan = null;
    return {
      plan,
      edits,
      diagnostics: {
        appeared: diagnostics.set.toSorted(byDiagnostic),
        gone: diagnostics.removed.toSorted(byDiagnostic),
      },
    };
  }

  plan(): Plan {
    this.#plan ??= Object.freeze({
      routes: this.#routes.read(),
      services: this.#services.read(),
      middlewares: this.#middlewares.read(),
    });
    return this.#plan;
  }

  diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics.read();
  }
}

/** True where a plan stays as it is. */
export function isNothing(changes: PlanChanges): boolean {
  return [changes.routes, changes.services, changes.middlewares].every(
    (list) => list.set.length === 0 && list.removed.length === 0,
  );
}

function listDelta<Entry>(
  changes: EntryChanges<Entry>,
  keyOf: (entry: Entry) => string,
): ListDelta<Entry, string> {
  return { set: changes.set, removed: changes.removed.map(keyOf) };
}

function contentOf({ object, path, code, message, hint }: Diagnostic): string {
  return JSON.stringify([
    object.namespace,
    object.name,
    object.kind,
    object.apiVersion,
    path,
    code,
    message,
    hint,
  ]);
}
