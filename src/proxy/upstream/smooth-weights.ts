/** What can be chosen by weight. */
interface Weighed {
  readonly weight: number;
  readonly service: { readonly hasEndpoints: boolean };
  /** Owned by `SmoothWeights`; begins at 0. */
  current: number;
}

/**
 * Chooses by weight, evenly mixed (smooth weighted round robin, as in nginx: each turn adds its weight to every target and the
 * largest sum goes first, paying back the total). Targets without an endpoint are passed over; a weight that is no positive
 * number gets nothing.
 */
export class SmoothWeights<Target extends Weighed> {
  readonly #targets: readonly Target[];

  constructor(targets: readonly Target[]) {
    this.#targets = targets.filter((target) => target.weight > 0);
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
