import type { PlanRoute } from '../../model/plan.ts';
import type { PlanDelta } from '../../model/plan-delta.ts';
import type { RouteId } from '../../model/plan-keys.ts';
import type { PlanTcpRoute } from '../../model/plan-tcp.ts';

/** How many routes of which sort an entry point has. */
export interface EntryPointUse {
  readonly http: number;
  /** For TCP in clear text. */
  readonly clear: number;
  /** For TCP over TLS. */
  readonly tls: number;
}

type Sort = keyof EntryPointUse;
type Counts = { -readonly [Each in Sort]: number };

/** Counts the routes of each entry point by what they are for. */
export class EntryPointUses {
  readonly #live = new Map<string, Counts>();
  /** What changes with the generation that is being built. */
  readonly #changes = new Map<string, Counts>();

  of(entryPoint: string): EntryPointUse {
    return this.#live.get(entryPoint) ?? unused;
  }

  /** Takes a piece of a delta; the functions give the routes as they were before it. */
  add(
    { routes, tcpRoutes }: PlanDelta,
    httpRoute: (id: RouteId) => PlanRoute | undefined,
    tcpRoute: (id: RouteId) => PlanTcpRoute | undefined,
  ): void {
    for (const id of routes.removed) this.#count('http', httpRoute(id), -1);
    for (const route of routes.set) {
      this.#count('http', httpRoute(route.id), -1);
      this.#count('http', route, 1);
    }
    for (const id of tcpRoutes?.removed ?? []) this.#countTcp(tcpRoute(id), -1);
    for (const route of tcpRoutes?.set ?? []) {
      this.#countTcp(tcpRoute(route.id), -1);
      this.#countTcp(route, 1);
    }
  }

  publish(): void {
    for (const [entryPoint, change] of this.#changes) {
      const counts = this.#live.get(entryPoint) ?? { ...unused };
      counts.http += change.http;
      counts.clear += change.clear;
      counts.tls += change.tls;
      this.#live.set(entryPoint, counts);
    }
    this.#changes.clear();
  }

  #countTcp(route: PlanTcpRoute | undefined, change: 1 | -1): void {
    if (route !== undefined) this.#count(route.tls === null ? 'clear' : 'tls', route, change);
  }

  #count(sort: Sort, route: Pick<PlanRoute, 'entryPoints'> | undefined, change: 1 | -1): void {
    for (const entryPoint of route?.entryPoints ?? []) {
      const counts = this.#changes.get(entryPoint);
      if (counts === undefined) this.#changes.set(entryPoint, { ...unused, [sort]: change });
      else counts[sort] += change;
    }
  }
}

const unused: EntryPointUse = Object.freeze({ http: 0, clear: 0, tls: 0 });
