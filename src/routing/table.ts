import { byCodeUnit } from '../model/order.ts';
import type { PlanMiddleware, PlanRoute, PlanService } from '../model/plan.ts';
import type { ListDelta, PlanDelta } from '../model/plan-delta.ts';
import type { MiddlewareId, RouteId, ServiceKey } from '../model/plan-keys.ts';
import type { RequestView } from '../model/request-view.ts';
import { type Ambiguity, findAmbiguity } from './ambiguity.ts';
import { BucketMap } from './bucket-map.ts';
import { byCandidatePrecedence, Candidate } from './candidate.ts';
import { ChangesByKey } from './changes-by-key.ts';
import { HostIndex } from './host-index.ts';
import type { PlanIndex } from './plan-index.ts';
import { changeSorted, type ListChange } from './sorted-list.ts';
import { RuleTools } from './test-rule.ts';

/** Turns the action of a route into what the caller does with a request. Must not keep the index. */
export type CompileAction<Action> = (route: PlanRoute, plan: PlanIndex) => Action;

/** A route of a table with what is to be done when it matches. */
export interface CompiledRoute<Action> {
  readonly id: RouteId;
  readonly route: PlanRoute;
  readonly action: Action;
}

interface Entry<Action> extends CompiledRoute<Action> {
  readonly candidate: Candidate;
}

type Changes<Action> = ReadonlyMap<RouteId, Entry<Action> | undefined>;

interface Parts<Action> {
  readonly generation: number;
  readonly routes: BucketMap<Entry<Action>>;
  readonly services: BucketMap<PlanService>;
  readonly middlewares: BucketMap<PlanMiddleware>;
  /** Ids of the routes that name a service or a middleware, sorted, by `userKey`. */
  readonly users: BucketMap<readonly RouteId[]>;
  readonly hosts: HostIndex;
  readonly tools: RuleTools;
}

/**
 * One compiled generation of the plan. Immutable: a request that read it keeps it, whatever is published meanwhile. The next
 * generation shares all that a delta does not touch, so publishing costs what changed and not what is there.
 */
export class Table<Action> {
  readonly #parts: Parts<Action>;

  private constructor(parts: Parts<Action>) {
    this.#parts = parts;
  }

  /** Generation 0, which has no routes. */
  static empty<Action>(): Table<Action> {
    return new Table<Action>({
      generation: 0,
      routes: BucketMap.empty(),
      services: BucketMap.empty(),
      middlewares: BucketMap.empty(),
      users: BucketMap.empty(),
      hosts: HostIndex.empty(),
      tools: new RuleTools(),
    });
  }

  get generation(): number {
    return this.#parts.generation;
  }

  /** The route that takes a request; undefined where none does. */
  match(view: RequestView): CompiledRoute<Action> | undefined {
    const { hosts, routes } = this.#parts;
    const found = hosts.find(view);
    return found === undefined ? undefined : routes.get(found.route.id);
  }

  /**
   * Why a request that took the route `chosen` must not have it: another reading of its path leads to a route with a policy
   * that `chosen` lacks. Null where it may. Costs next to nothing where the routes of the host have the same policies, and
   * little where the path can be read in one way only.
   */
  ambiguity(view: RequestView, chosen: PlanRoute): Ambiguity | null {
    const { hosts } = this.#parts;
    return hosts.isCovered(view.host, chosen) ? null : findAmbiguity(view, chosen, hosts);
  }

  /** Whether any route is for a host, or for any host where it is null, over TLS on an entry point. */
  servesTls(entryPoint: string, host: string | null): boolean {
    return this.#parts.hosts.servesTls(entryPoint, host);
  }

  /** The route of an id, whether or not any request reaches it. */
  route(id: RouteId): CompiledRoute<Action> | undefined {
    return this.#parts.routes.get(id);
  }

  /**
   * The next generation. `compileAction` is called for every route that is set, and for every route that names a service or
   * a middleware that is set or removed; it sees the plan as it is afterwards.
   *
   * @throws where the delta does not start from this generation, which is a mistake of the caller.
   */
  apply(delta: PlanDelta, compileAction: CompileAction<Action>): Table<Action> {
    const before = this.#parts;
    if (delta.since !== before.generation) {
      throw new Error(`a delta since generation ${delta.since} does not fit generation ${before.generation}`);
    }
    const services = before.services.with(changesOf(delta.services, (service) => service.key));
    const middlewares = before.middlewares.with(changesOf(delta.middlewares, (middleware) => middleware.id));
    const plan: PlanIndex = {
      service: (key) => services.get(key),
      middleware: (id) => middlewares.get(id),
    };
    const changed = new Map<RouteId, Entry<Action> | undefined>();
    for (const [id, route] of this.#changedRoutes(delta)) {
      changed.set(id, route === undefined ? undefined : this.#entry(route, compileAction(route, plan)));
    }
    return new Table<Action>({
      generation: delta.generation,
      routes: before.routes.with(changed),
      services,
      middlewares,
      users: changedUsers(before, changed),
      hosts: before.hosts.with(candidateChange(before, changed)),
      tools: before.tools,
    });
  }

  /** A route that did not change itself keeps its place in the index. */
  #entry(route: PlanRoute, action: Action): Entry<Action> {
    const old = this.#parts.routes.get(route.id);
    const candidate = old?.route === route ? old.candidate : new Candidate(route, this.#parts.tools);
    return { id: route.id, route, action, candidate };
  }

  /** Routes that are set, removed (undefined), or that must be compiled again because what they name changed. */
  #changedRoutes(delta: PlanDelta): ReadonlyMap<RouteId, PlanRoute | undefined> {
    const { routes, users } = this.#parts;
    const changed = new Map<RouteId, PlanRoute | undefined>();
    const touch = (key: string): void => {
      for (const id of users.get(key) ?? []) changed.set(id, routes.get(id)?.route);
    };
    for (const service of delta.services.set) touch(serviceUserKey(service.key));
    for (const key of delta.services.removed) touch(serviceUserKey(key));
    for (const middleware of delta.middlewares.set) touch(middlewareUserKey(middleware.id));
    for (const id of delta.middlewares.removed) touch(middlewareUserKey(id));
    for (const id of delta.routes.removed) changed.set(id, undefined);
    for (const route of delta.routes.set) changed.set(route.id, route);
    return changed;
  }
}

function changesOf<Entry>(
  delta: ListDelta<Entry, string>,
  keyOf: (entry: Entry) => string,
): ReadonlyMap<string, Entry | undefined> {
  const changes = new Map<string, Entry | undefined>();
  for (const key of delta.removed) changes.set(key, undefined);
  for (const entry of delta.set) changes.set(keyOf(entry), entry);
  return changes;
}

function candidateChange<Action>(before: Parts<Action>, changed: Changes<Action>): ListChange<Candidate> {
  const removed = new Set<Candidate>();
  const added: Candidate[] = [];
  for (const [id, entry] of changed) {
    const old = before.routes.get(id);
    if (old?.candidate === entry?.candidate) continue;
    if (old !== undefined) removed.add(old.candidate);
    if (entry !== undefined) added.push(entry.candidate);
  }
  return { removed, added: added.sort(byCandidatePrecedence) };
}

function changedUsers<Action>(
  before: Parts<Action>,
  changed: Changes<Action>,
): BucketMap<readonly RouteId[]> {
  const changes = new ChangesByKey<RouteId>();
  for (const id of [...changed.keys()].sort(byCodeUnit)) {
    const oldRoute = before.routes.get(id)?.route;
    const newRoute = changed.get(id)?.route;
    if (oldRoute === newRoute) continue;
    const old = userKeysOf(oldRoute);
    const now = userKeysOf(newRoute);
    for (const key of old) if (!now.has(key)) changes.remove(key, id);
    for (const key of now) if (!old.has(key)) changes.add(key, id);
  }
  const lists = new Map<string, readonly RouteId[] | undefined>();
  for (const key of changes.keys()) {
    const list = changeSorted(before.users.get(key) ?? [], changes.get(key), byCodeUnit);
    lists.set(key, list.length === 0 ? undefined : list);
  }
  return before.users.with(lists);
}

/** What a route names, each once. */
function userKeysOf(route: PlanRoute | undefined): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const id of route?.middlewares ?? []) keys.add(middlewareUserKey(id));
  if (route?.action.kind === 'forward') {
    for (const target of route.action.targets) keys.add(serviceUserKey(target.service));
  }
  return keys;
}

function serviceUserKey(key: ServiceKey): string {
  return `service ${key}`;
}

function middlewareUserKey(id: MiddlewareId): string {
  return `middleware ${id}`;
}
