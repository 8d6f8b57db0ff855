import { byDiagnostic, type Diagnostic } from '../model/diagnostic.ts';
import { formatReference } from '../model/object-reference.ts';
import { byCodeUnit, byReference } from '../model/order.ts';
import type { Plan, PlanMiddleware, PlanRoute, PlanService } from '../model/plan.ts';
import {
  type ListDelta,
  type PlanDelta,
  type SparseEntries,
  type SparseList,
  sparseKeys,
  sparseLists,
} from '../model/plan-delta.ts';
import { byPrecedence, byTcpPrecedence, byUdpPrecedence } from '../routing/precedence.ts';
import { DuplicateRoutes, httpDuplication, tcpDuplication, udpDuplication } from './duplicate-routes.ts';
import type { Fragment } from './fragment.ts';
import type { Material, UsedCertificate } from './material.ts';
import { type EntryChanges, SharedEntries } from './shared-entries.ts';
import { TlsHosts } from './tls-hosts.ts';

/** What a plan delta says, without the generations, which publishing adds. */
export type PlanChanges = Omit<PlanDelta, 'generation' | 'since'>;

/** The same with what stood there before: for people, who want to know what changed. */
export interface PlanEdits {
  readonly routes: EntryChanges<PlanRoute>;
  readonly services: EntryChanges<PlanService>;
  readonly middlewares: EntryChanges<PlanMiddleware>;
  /** Of the sparse lists those of which something changed. */
  readonly sparse?: SparseEdits;
}

export type SparseEdits = { readonly [List in SparseList]?: EntryChanges<SparseEntries[List]> };

export interface AssemblyChanges {
  readonly plan: PlanChanges;
  readonly edits: PlanEdits;
  /** By object, path, code and message. */
  readonly diagnostics: { readonly appeared: readonly Diagnostic[]; readonly gone: readonly Diagnostic[] };
  /** What the plan names by an id, and the certificates among it. */
  readonly materials: EntryChanges<Material>;
  readonly certificates: EntryChanges<UsedCertificate>;
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
  readonly #sparse: { readonly [List in SparseList]: SharedEntries<SparseEntries[List]> } = {
    transports: byKey('transports'),
    tlsOptions: byKey('tlsOptions'),
    tlsHosts: byKey('tlsHosts'),
    tcpRoutes: new SharedEntries(sparseKeys.tcpRoutes, byTcpPrecedence),
    udpRoutes: new SharedEntries(sparseKeys.udpRoutes, byUdpPrecedence),
  };
  readonly #diagnostics = new SharedEntries<Diagnostic>(contentOf, byDiagnostic);
  readonly #duplicates = new DuplicateRoutes(httpDuplication);
  readonly #tcpDuplicates = new DuplicateRoutes(tcpDuplication);
  readonly #udpDuplicates = new DuplicateRoutes(udpDuplication);
  readonly #tlsHosts = new TlsHosts();
  readonly #materials = new SharedEntries<Material>(
    ({ id }) => id,
    (left, right) => byCodeUnit(left.id, right.id),
  );
  readonly #certificates = new SharedEntries<UsedCertificate>(
    ({ secret }) => formatReference(secret),
    (left, right) => byReference(left.secret, right.secret),
  );
  #plan: Plan | null = null;

  add(fragment: Fragment): void {
    for (const route of fragment.routes) {
      this.#routes.use(route);
      this.#duplicates.add(route);
    }
    for (const service of fragment.services) this.#services.use(service);
    for (const middleware of fragment.middlewares) this.#middlewares.use(middleware);
    for (const one of fragment.tlsOptions) this.#sparse.tlsOptions.use(one);
    for (const one of fragment.transports) this.#sparse.transports.use(one);
    for (const one of fragment.tcpRoutes) {
      this.#sparse.tcpRoutes.use(one);
      this.#tcpDuplicates.add(one);
    }
    for (const one of fragment.udpRoutes) {
      this.#sparse.udpRoutes.use(one);
      this.#udpDuplicates.add(one);
    }
    for (const one of fragment.materials) this.#materials.use(one);
    for (const one of fragment.certificates) this.#certificates.use(one);
    this.#tlsHosts.add(fragment.tlsClaims, fragment.tlsOffers);
    for (const one of fragment.diagnostics) this.#diagnostics.use(one);
  }

  remove(fragment: Fragment): void {
    for (const route of fragment.routes) {
      this.#routes.release(route);
      this.#duplicates.remove(route);
    }
    for (const service of fragment.services) this.#services.release(service);
    for (const middleware of fragment.middlewares) this.#middlewares.release(middleware);
    for (const one of fragment.tlsOptions) this.#sparse.tlsOptions.release(one);
    for (const one of fragment.transports) this.#sparse.transports.release(one);
    for (const one of fragment.tcpRoutes) {
      this.#sparse.tcpRoutes.release(one);
      this.#tcpDuplicates.remove(one);
    }
    for (const one of fragment.udpRoutes) {
      this.#sparse.udpRoutes.release(one);
      this.#udpDuplicates.remove(one);
    }
    for (const one of fragment.materials) this.#materials.release(one);
    for (const one of fragment.certificates) this.#certificates.release(one);
    this.#tlsHosts.remove(fragment.tlsClaims, fragment.tlsOffers);
    for (const one of fragment.diagnostics) this.#diagnostics.release(one);
  }

  /** What all additions and removals since the last call come to. */
  settle(): AssemblyChanges {
    this.#duplicates.settle(this.#diagnostics);
    this.#tcpDuplicates.settle(this.#diagnostics);
    this.#udpDuplicates.settle(this.#diagnostics);
    this.#tlsHosts.settle(this.#sparse.tlsHosts, this.#diagnostics);
    const diagnostics = this.#diagnostics.settle();
    const sparse = sparseLists.map((list) => this.#settleSparse(list));
    const edits: PlanEdits = {
      routes: this.#routes.settle(),
      services: this.#services.settle(),
      middlewares: this.#middlewares.settle(),
      sparse: Object.assign({}, ...sparse.map(({ edits: one }) => one)) as SparseEdits,
    };
    const plan: PlanChanges = {
      routes: listDelta(edits.routes, (route) => route.id),
      services: listDelta(edits.services, (service) => service.key),
      middlewares: listDelta(edits.middlewares, (middleware) => middleware.id),
      ...Object.assign({}, ...sparse.map(({ plan: one }) => one)),
    };
    if (!isNothing(plan)) this.#plan = null;
    return {
      plan,
      edits,
      diagnostics: {
        appeared: diagnostics.set.toSorted(byDiagnostic),
        gone: diagnostics.removed.toSorted(byDiagnostic),
      },
      materials: this.#materials.settle(),
      certificates: this.#certificates.settle(),
    };
  }

  /** What changed of one list, by its name; nothing where nothing did. */
  #settleSparse<List extends SparseList>(list: List): { readonly edits: object; readonly plan: object } {
    const changes = this.#sparse[list].settle();
    if (changes.set.length + changes.removed.length === 0) return { edits: {}, plan: {} };
    return { edits: { [list]: changes }, plan: { [list]: listDelta(changes, sparseKeys[list]) } };
  }

  plan(): Plan {
    this.#plan ??= Object.freeze({
      routes: this.#routes.read(),
      services: this.#services.read(),
      middlewares: this.#middlewares.read(),
      ...Object.fromEntries(
        sparseLists
          .map((list) => [list, this.#sparse[list].read()] as const)
          .filter(([, entries]) => entries.length > 0),
      ),
    });
    return this.#plan;
  }

  diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics.read();
  }

  materials(): readonly Material[] {
    return this.#materials.read();
  }

  certificates(): readonly UsedCertificate[] {
    return this.#certificates.read();
  }
}

/** True where a plan stays as it is. */
export function isNothing(changes: PlanChanges): boolean {
  const { routes, services, middlewares } = changes;
  // A sparse list is there only where something of it changed.
  if (sparseLists.some((list) => changes[list] !== undefined)) return false;
  return [routes, services, middlewares].every((list) => list.set.length === 0 && list.removed.length === 0);
}

function listDelta<Entry>(
  changes: EntryChanges<Entry>,
  keyOf: (entry: Entry) => string,
): ListDelta<Entry, string> {
  return { set: changes.set, removed: changes.removed.map(keyOf) };
}

function byKey<List extends SparseList>(list: List): SharedEntries<SparseEntries[List]> {
  const keyOf = sparseKeys[list];
  return new SharedEntries(keyOf, (left, right) => byCodeUnit(keyOf(left), keyOf(right)));
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
