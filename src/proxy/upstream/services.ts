import type { ServiceEndpoints } from '../../model/endpoint.ts';
import type { PlanService, ServiceKey } from '../../model/plan.ts';
import type { ListDelta } from '../../model/plan-delta.ts';
import { EndpointPool, type PoolContext } from './endpoint-pool.ts';
import { Service, usableEndpoints } from './service.ts';

interface Entry {
  readonly service: Service;
  pools: readonly EndpointPool[];
  isPlanned: boolean;
}

/** All services and endpoint pools of one thread. Services may be told of before or after their endpoints. */
export class Services {
  readonly #context: PoolContext;
  readonly #entries = new Map<ServiceKey, Entry>();
  readonly #pools = new Map<string, EndpointPool>();

  constructor(context: PoolContext) {
    this.#context = context;
  }

  /** The service of a key; one that is not known has no endpoints. */
  get(key: ServiceKey): Service {
    return this.#entry(key).service;
  }

  applyPlan(delta: ListDelta<PlanService, ServiceKey>): void {
    for (const key of delta.removed) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      entry.isPlanned = false;
      this.#dropIfUnused(key, entry);
    }
    for (const { key } of delta.set) this.#entry(key).isPlanned = true;
  }

  setEndpoints(services: readonly ServiceEndpoints[], removed: readonly ServiceKey[]): void {
    for (const { service, endpoints } of services) {
      const entry = this.#entry(service);
      const before = entry.pools;
      // New ones first, so that a pool that stays is never without a user.
      entry.pools = usableEndpoints(endpoints).map((endpoint) => this.#join(endpoint.address, endpoint.port));
      entry.service.usable = entry.pools;
      for (const pool of before) this.#leave(pool);
    }
    for (const key of removed) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      this.#clear(entry);
      this.#dropIfUnused(key, entry);
    }
  }

  closeIdle(): void {
    for (const pool of this.#pools.values()) pool.closeIdle();
  }

  #entry(key: ServiceKey): Entry {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { service: new Service(key), pools: [], isPlanned: false };
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #clear(entry: Entry): void {
    const before = entry.pools;
    entry.pools = [];
    entry.service.usable = entry.pools;
    for (const pool of before) this.#leave(pool);
  }

  #dropIfUnused(key: ServiceKey, entry: Entry): void {
    if (!entry.isPlanned && entry.pools.length === 0) this.#entries.delete(key);
  }

  #join(address: string, port: number): EndpointPool {
    const name = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      pool = new EndpointPool({ address, port, name }, this.#context);
      this.#pools.set(name, pool);
    }
    pool.users++;
    return pool;
  }

  #leave(pool: EndpointPool): void {
    pool.users--;
    if (pool.users > 0) return;
    this.#pools.delete(pool.name);
    pool.closeIdle();
  }
}
