import type { Service } from './service.ts';

interface Target {
  readonly service: Service;
  readonly weight: number;
  readonly passHostHeader: boolean;
  /** See `Exchange.proxyProtocol`. */
  readonly proxyProtocol: 0 | 1 | 2;
  current: number;
}

/** What a route forwards to; without `proxyProtocol`, connections begin with no PROXY header. */
export type WeightedTarget = Omit<Target, 'current' | 'proxyProtocol'> &
  Partial<Pick<Target, 'proxyProtocol'>>;

/**
 * Spreads requests over services by weight, evenly mixed (smooth weighted round robin, as in nginx: each turn adds its weight to
 * every target and the largest sum goes first, paying back the total). Targets without an endpoint are passed over.
 */
export class WeightedTargets {
  readonly #targets: Target[];

  constructor(targets: readonly WeightedTarget[]) {
    // A weight that is no positive number gets nothing.
    this.#targets = targets
      .filter((target) => target.weight > 0)
      .map(({ proxyProtocol = 0, ...target }) => ({ ...target, proxyProtocol, current: 0 }));
  }

  /** Undefined where no target has an endpoint. */
  pick(): Target | undefined {
    const only = this.#targets[0];
    if (this.#targets.length === 1) return only?.service.hasEndpoints === true ? only : undefined;
    let best: Target | undefined;
    let total = 0;
    for (const target of this.#targets) {
      if (!target.service.hasEndpoints) continue;
      target.current += target.weight;
      total += target.weight;
      if (best === undefined || target.current > best.current) best = target;
    }
    if (best !== undefined) best.current -= total;
    return best;
  }
}
