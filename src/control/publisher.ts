import type { Plan } from '../model/plan.ts';
import { type PlanDelta, sparseLists } from '../model/plan-delta.ts';
import { isNothing, type PlanChanges } from '../translate/assembly.ts';

/** Numbers the plans that are published. */
export class Publisher {
  readonly #plan: () => Plan;
  #generation = 0;

  /** `plan` gives what is wanted now. */
  constructor(plan: () => Plan) {
    this.#plan = plan;
  }

  /** 0 until something is published. */
  get generation(): number {
    return this.#generation;
  }

  /** The next generation, or null where the plan stays as it is. The first is published whatever it holds. */
  next(changes: PlanChanges): PlanDelta | null {
    if (this.#generation > 0 && isNothing(changes)) return null;
    const since = this.#generation;
    this.#generation += 1;
    return { generation: this.#generation, since, ...changes };
  }

  /** Everything since the empty plan, for a thread that starts; null while nothing is published. */
  full(): PlanDelta | null {
    if (this.#generation === 0) return null;
    const plan = this.#plan();
    const { routes, services, middlewares } = plan;
    return {
      generation: this.#generation,
      since: 0,
      routes: { set: routes, removed: [] },
      services: { set: services, removed: [] },
      middlewares: { set: middlewares, removed: [] },
      ...Object.fromEntries(
        sparseLists
          .filter((list) => plan[list] !== undefined)
          .map((list) => [list, { set: plan[list], removed: [] }]),
      ),
    };
  }
}
