import type { ListDelta } from '../../model/plan-delta.ts';
import type { RouteId } from '../../model/plan-keys.ts';
import type { PlanTcpRoute } from '../../model/plan-tcp.ts';
import { BucketMap } from '../bucket-map.ts';
import { ChangesByKey } from '../changes-by-key.ts';
import { byTcpPrecedence } from '../precedence.ts';
import { changeSorted } from '../sorted-list.ts';
import { RuleTools } from '../test-rule.ts';
import { tcpHostsOf } from './tcp-hosts.ts';
import { compileTcpRule, type TcpRuleTest } from './tcp-rule-test.ts';
import type { TcpView } from './tcp-view.ts';

interface Entry<Action> {
  readonly route: PlanTcpRoute;
  readonly action: Action;
  readonly test: TcpRuleTest;
}

type Entries<Action> = readonly Entry<Action>[];

/**
 * One compiled generation of the routes of IngressRouteTCP. Immutable; a changed copy shares all that did not change. Routes are
 * found by entry point and host name, so their number does not matter unless they say nothing of hosts that an index can use.
 */
export class TcpTable<Action> {
  readonly #routes: BucketMap<Entry<Action>>;
  /** By `keyOf`, each list by precedence. */
  readonly #lists: BucketMap<Entries<Action>>;
  readonly #tools: RuleTools;

  private constructor(routes: BucketMap<Entry<Action>>, lists: BucketMap<Entries<Action>>, tools: RuleTools) {
    this.#routes = routes;
    this.#lists = lists;
    this.#tools = tools;
  }

  static empty<Action>(): TcpTable<Action> {
    return new TcpTable<Action>(BucketMap.empty(), BucketMap.empty(), new RuleTools());
  }

  /** The route of an id, whether or not any connection reaches it. */
  route(id: RouteId): PlanTcpRoute | undefined {
    return this.#routes.get(id)?.route;
  }

  /** What is to be done with a connection: by the first route in precedence of those that hold. Undefined where none does. */
  match(view: TcpView): Action | undefined {
    if (this.#routes.size === 0) return undefined;
    const { serverName } = view;
    let found: Entry<Action> | undefined;
    if (serverName !== null) {
      found = this.#first(serverName, view, found);
      const dot = serverName.indexOf('.');
      if (dot > 0) found = this.#first(`*${serverName.slice(dot)}`, view, found);
    }
    return this.#first('*', view, found)?.action;
  }

  #first(host: string, view: TcpView, best: Entry<Action> | undefined): Entry<Action> | undefined {
    for (const entry of this.#lists.get(keyOf(view.entryPoint, view.isTls, host)) ?? []) {
      if (best !== undefined && byTcpPrecedence(best.route, entry.route) < 0) return best;
      if (entry.test(view)) return entry;
    }
    return best;
  }

  /** A copy with other routes. `compile` is called once for each that is set. */
  with(delta: ListDelta<PlanTcpRoute, RouteId>, compile: (route: PlanTcpRoute) => Action): TcpTable<Action> {
    const changed = new Map<RouteId, Entry<Action> | undefined>();
    for (const id of delta.removed) changed.set(id, undefined);
    for (const route of delta.set) {
      const test = compileTcpRule(route.rule, this.#tools);
      changed.set(route.id, { route, action: compile(route), test });
    }
    const changes = new ChangesByKey<Entry<Action>>();
    const added: Entry<Action>[] = [];
    for (const [id, entry] of changed) {
      const old = this.#routes.get(id);
      if (old !== undefined) for (const key of keysOf(old.route)) changes.remove(key, old);
      if (entry !== undefined) added.push(entry);
    }
    added.sort(byEntry);
    for (const entry of added) for (const key of keysOf(entry.route)) changes.add(key, entry);
    const lists = new Map<string, Entries<Action> | undefined>();
    for (const key of changes.keys()) {
      const list = changeSorted(this.#lists.get(key) ?? [], changes.get(key), byEntry);
      lists.set(key, list.length === 0 ? undefined : list);
    }
    return new TcpTable(this.#routes.with(changed), this.#lists.with(lists), this.#tools);
  }
}

function byEntry(left: Entry<unknown>, right: Entry<unknown>): number {
  return byTcpPrecedence(left.route, right.route);
}

function keysOf(route: PlanTcpRoute): readonly string[] {
  const hosts = tcpHostsOf(route.rule);
  const isTls = route.tls !== null;
  return route.entryPoints.flatMap((entryPoint) => hosts.map((host) => keyOf(entryPoint, isTls, host)));
}

function keyOf(entryPoint: string, isTls: boolean, host: string): string {
  return `${isTls ? 's' : 'c'}${host} ${entryPoint}`;
}
