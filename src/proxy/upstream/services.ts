import type { Endpoint, ServiceEndpoints } from '../../model/endpoint.ts';
import type { ForwardTarget, PlanService } from '../../model/plan.ts';
import type { ListDelta } from '../../model/plan-delta.ts';
import type { ServiceKey } from '../../model/plan-keys.ts';
import type { PlanTransport, TransportId } from '../../model/plan-transport.ts';
import { failures } from '../proxy-error.ts';
import type { UpstreamMaterial } from '../tls/upstream-tls.ts';
import { EndpointPool, type PoolContext, type PoolPlace } from './endpoint-pool.ts';
import { Service, usableEndpoints } from './service.ts';
import type { Http2Way } from './session-pool.ts';
import { type LiveTransport, Transports } from './transports.ts';

/** How endpoints are spoken to; `tls` is whatever the client says, over TLS. */
export type UpstreamScheme = ForwardTarget['scheme'] | 'tls';

/** A service as routes use it that speak to it in one way. */
interface Way {
  readonly service: Service<EndpointPool>;
  readonly scheme: UpstreamScheme;
  readonly transport: TransportId | null;
  pools: readonly EndpointPool[];
}

interface Entry {
  endpoints: readonly Endpoint[];
  /** In clear text and without a transport, as most are used. */
  readonly plain: Way;
  others: readonly Way[];
  isPlanned: boolean;
}

/** All services and endpoint pools of one thread. Services may be told of before or after their endpoints. */
export class Services {
  readonly #context: PoolContext;
  readonly #transports: Transports;
  readonly #entries = new Map<ServiceKey, Entry>();
  readonly #pools = new Map<string, EndpointPool>();

  /** `material` is the thread's, with what a transport names before the piece that brings the transport. */
  constructor(context: PoolContext, material: UpstreamMaterial) {
    this.#context = context;
    this.#transports = new Transports(context.limits, context.log, material);
  }

  /** The service of a key, to be spoken to in one way; one that is not known has no endpoints. */
  get(
    key: ServiceKey,
    scheme: UpstreamScheme = 'http',
    transport: TransportId | null = null,
  ): Service<EndpointPool> {
    const entry = this.#entry(key);
    if (scheme === 'http' && transport === null) return entry.plain.service;
    const known = entry.others.find((way) => way.scheme === scheme && way.transport === transport);
    if (known !== undefined) return known.service;
    const way = newWay(key, scheme, transport);
    entry.others = [...entry.others, way];
    this.#connect(way, entry.endpoints);
    return way.service;
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

  /**
   * Takes the transports of a piece; with the last one they count. Services whose transport changed get new connections; those
   * there are answer what they are at, and are closed.
   */
  applyTransports(delta: ListDelta<PlanTransport, TransportId> | undefined, last: boolean): void {
    const changed = this.#transports.apply(delta, last);
    if (changed === null) return;
    for (const entry of this.#entries.values()) {
      for (const way of entry.others) {
        if (way.transport === null || !changed.has(way.transport)) continue;
        this.#connect(way, entry.endpoints);
        // No route of the plan leads there any more; those of plans before it find that it fails.
        if (!this.#transports.has(way.transport)) {
          entry.others = entry.others.filter((one) => one !== way);
        }
      }
    }
  }

  setEndpoints(services: readonly ServiceEndpoints[], removed: readonly ServiceKey[]): void {
    for (const { service, endpoints } of services) this.#setEndpoints(this.#entry(service), endpoints);
    for (const key of removed) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      this.#setEndpoints(entry, []);
      this.#dropIfUnused(key, entry);
    }
  }

  closeIdle(): void {
    for (const pool of this.#pools.values()) pool.closeIdle();
  }

  #entry(key: ServiceKey): Entry {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { endpoints: [], plain: newWay(key, 'http', null), others: none, isPlanned: false };
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #setEndpoints(entry: Entry, endpoints: readonly Endpoint[]): void {
    entry.endpoints = usableEndpoints(endpoints);
    this.#connect(entry.plain, entry.endpoints);
    for (const way of entry.others) this.#connect(way, entry.endpoints);
  }

  #dropIfUnused(key: ServiceKey, entry: Entry): void {
    if (!entry.isPlanned && entry.endpoints.length === 0) this.#entries.delete(key);
  }

  #connect(way: Way, endpoints: readonly Endpoint[]): void {
    const { service, pools: before } = way;
    const transport = this.#transports.get(way.transport);
    const isUsable = transport !== undefined;
    service.failure = isUsable ? null : failures.routeBroken;
    service.limits =
      transport === undefined || transport.limits === this.#context.limits ? null : transport.limits;
    // New ones first, so that a pool that stays is never without a user.
    way.pools =
      transport !== undefined && isUsable
        ? endpoints.map((endpoint) => this.#join(placeOf(endpoint, way, transport), transport))
        : none;
    service.usable = way.pools;
    for (const pool of before) this.#leave(pool);
  }

  #join(place: PoolPlace, { limits }: LiveTransport): EndpointPool {
    let pool = this.#pools.get(place.key);
    if (pool === undefined) {
      pool = new EndpointPool(place, { ...this.#context, limits });
      this.#pools.set(place.key, pool);
    }
    pool.users++;
    return pool;
  }

  #leave(pool: EndpointPool): void {
    pool.users--;
    if (pool.users > 0) return;
    this.#pools.delete(pool.key);
    pool.closeIdle();
  }
}

/** Silence of an HTTP/2 connection after which it is asked for a sign of life, and how long that may take. */
const usualReadIdleMs = 30_000;
const usualPingMs = 15_000;

const none: readonly never[] = Object.freeze([]);

function newWay(key: ServiceKey, scheme: UpstreamScheme, transport: TransportId | null): Way {
  return { service: new Service<EndpointPool>(key), scheme, transport, pools: none };
}

/** Connections are shared by services that have the same endpoint, and speak to it in the same way under the same name. */
function placeOf(
  { address, port }: Endpoint,
  { service, scheme, transport }: Way,
  live: LiveTransport,
): PoolPlace {
  const name = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const http2 = http2WayOf(scheme, live.plan);
  if (scheme === 'http' || scheme === 'h2c') {
    const clear = transport === null ? name : `${name} ${live.revision}`;
    return { address, port, name, key: scheme === 'h2c' ? `h2c ${clear}` : clear, tls: null, http2 };
  }
  const host = hostOf(service.key);
  const key = `${name} ${live.revision} ${scheme} ${live.plan.serverName ?? host}`;
  const alpn = scheme === 'https' ? httpProtocols : none;
  return { address, port, name, key, tls: () => live.tlsOptions(host, alpn), http2 };
}

function http2WayOf(
  scheme: UpstreamScheme,
  { http2, readIdleMs, pingTimeoutMs }: PlanTransport,
): Http2Way | null {
  const isPrior = scheme === 'h2c';
  if (!isPrior && !(scheme === 'https' && http2)) return null;
  return { isPrior, readIdleMs: readIdleMs ?? usualReadIdleMs, pingTimeoutMs: pingTimeoutMs ?? usualPingMs };
}

/** What is offered to upstreams of HTTP (RFC 7301). */
const httpProtocols: readonly string[] = Object.freeze(['http/1.1']);

/** What a service is named in the cluster, and in the certificates that are made for it: `NAME.NAMESPACE.svc`. */
function hostOf(key: ServiceKey): string {
  const [, namespace = '', name = ''] = /^([^/]*)\/(.*):\d+$/.exec(key) ?? [];
  return `${name}.${namespace}.svc`;
}
