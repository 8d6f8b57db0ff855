import type { Endpoint as PlannedEndpoint } from '../../model/endpoint.ts';
import type { ServiceKey } from '../../model/plan-keys.ts';
import type { EndpointSource, ExchangeEndpoint } from '../exchange.ts';
import type { Limits } from '../limits.ts';
import type { ProxyError } from '../proxy-error.ts';

/** The endpoints of one service as one thread uses them; replaced in place, so compiled routes see every change. */
export class Service<Endpoint extends ExchangeEndpoint = ExchangeEndpoint> implements EndpointSource {
  readonly key: ServiceKey;
  /** Limits that the transport of its connections changes; null where there is none, or it changes none. */
  limits: Limits | null = null;
  /** Not null where its transport cannot be had: nothing may be sent to it. */
  failure: ProxyError | null = null;
  #usable: readonly Endpoint[] = [];
  #next = 0;

  constructor(key: ServiceKey) {
    this.key = key;
  }

  /** In the order of rotation. */
  set usable(pools: readonly Endpoint[]) {
    this.#usable = pools;
  }

  /** True also where it fails: its share of requests must not go elsewhere. */
  get hasEndpoints(): boolean {
    return this.#usable.length > 0 || this.failure !== null;
  }

  /** The next endpoint in rotation, other than `not` where there is another; undefined where there is none. */
  pick(not: Endpoint | null): Endpoint | undefined {
    const { length } = this.#usable;
    if (length === 0) return undefined;
    const index = this.#next < length ? this.#next : 0;
    this.#next = index + 1;
    const chosen = this.#usable[index];
    if (chosen !== not || length === 1) return chosen;
    this.#next = index + 2 <= length ? index + 2 : 1;
    return this.#usable[(index + 1) % length];
  }
}

/** The endpoints that may get requests: the ready ones, else those that still serve while they terminate. */
export function usableEndpoints(endpoints: readonly PlannedEndpoint[]): readonly PlannedEndpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.serving && endpoint.terminating);
}
