import type { PlanDelta } from '../../model/plan-delta.ts';
import type { RouteId } from '../../model/plan-keys.ts';
import type { PlanUdpRoute } from '../../model/plan-tcp.ts';
import { byUdpPrecedence } from '../../routing/precedence.ts';
import type { EndpointPool } from '../upstream/endpoint-pool.ts';
import type { Service } from '../upstream/service.ts';
import type { Services } from '../upstream/services.ts';
import { SmoothWeights } from '../upstream/smooth-weights.ts';

/** One upstream of a route for UDP. */
export interface UdpUpstream {
  readonly service: Service<EndpointPool>;
  readonly weight: number;
  current: number;
}

/** What becomes of the datagrams of one route for UDP. */
export interface CompiledUdpRoute {
  readonly id: RouteId;
  /** Null where datagrams are dropped, because what the route refers to cannot be used. */
  readonly targets: SmoothWeights<UdpUpstream> | null;
}

interface Entry {
  readonly route: PlanUdpRoute;
  readonly compiled: CompiledUdpRoute;
}

/** The routes of IngressRouteUDP in one thread: of those of an entry point the first in precedence takes all. */
export class UdpRoutes {
  readonly #services: Services;
  readonly #routes = new Map<RouteId, Entry>();
  #changed = false;
  #byEntryPoint: ReadonlyMap<string, Entry> = new Map();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Builds a piece of a delta; nothing of it is met before the last one. */
  apply({ udpRoutes }: PlanDelta, last: boolean): void {
    for (const id of udpRoutes?.removed ?? []) this.#routes.delete(id);
    for (const route of udpRoutes?.set ?? []) {
      this.#routes.set(route.id, { route, compiled: compileRoute(route, this.#services) });
    }
    if (udpRoutes !== undefined) this.#changed = true;
    if (!last || !this.#changed) return;
    this.#changed = false;
    this.#byEntryPoint = firstOfEach(this.#routes.values());
  }

  /** The route that takes what comes to an entry point. */
  of(entryPoint: string): CompiledUdpRoute | undefined {
    return this.#byEntryPoint.get(entryPoint)?.compiled;
  }
}

function firstOfEach(entries: Iterable<Entry>): ReadonlyMap<string, Entry> {
  const first = new Map<string, Entry>();
  for (const entry of entries) {
    for (const entryPoint of entry.route.entryPoints) {
      const other = first.get(entryPoint);
      if (other === undefined || byUdpPrecedence(entry.route, other.route) < 0) first.set(entryPoint, entry);
    }
  }
  return first;
}

function compileRoute({ id, action }: PlanUdpRoute, services: Services): CompiledUdpRoute {
  if (action.kind === 'fail') return { id, targets: null };
  const targets = action.targets.map(({ service, weight }) => ({
    service: services.get(service),
    weight,
    current: 0,
  }));
  return { id, targets: new SmoothWeights(targets) };
}
