import type { Endpoint } from '../../model/endpoint.ts';
import type { ServiceKey } from '../../model/plan.ts';
import type { EndpointSource, ExchangeEndpoint } from '../exchange.ts';

/** The endpoints of one service as one thread uses them; replaced in place, so compiled routes see every change. */
export class Service implements EndpointSource {
  readonly key: ServiceKey;
  #usable: readonly ExchangeEndpoint[] = [];
  #next = 0;

  constructor(key: ServiceKey) {
    this.key = key;
  }

  /** In the order of rotation. */
  set usable(pools: readonly ExchangeEndpoint[]) {
    this.#usable = pools;
  }

  get hasEndpoints(): boolean {
    return this.#usable.length > 0;
  }

  /** The next endpoint in rotation, other than `not` where there is another; undefined where there is none. */
  pick(not: ExchangeEndpoint | null): ExchangeEndpoint | undefined {
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
export function usableEndpoints(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.serving && endpoint.terminating);
}
