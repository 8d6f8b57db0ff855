import type { Overload } from '../../../src/proxy/overload.ts';

/** An event loop with a clock of its own: a turn does everything that has come by its begin, one request after the other. */
export class Simulation {
  readonly overload: Overload;
  readonly #costs: { readonly cost: number; readonly refusalCost: number };
  now = 0;
  served = 0;
  refused = 0;
  longestTurn = 0;
  #waiting = 0;
  #pauseMs = 0;

  /** Costs are milliseconds for one request. */
  constructor(overload: Overload, costs: { readonly cost: number; readonly refusalCost: number }) {
    this.overload = overload;
    this.#costs = costs;
  }

  /** Forgets the figures. */
  forget(): void {
    this.served = 0;
    this.refused = 0;
    this.longestTurn = 0;
  }

  arrive(count: number): void {
    this.#waiting += count;
  }

  /** Time goes by without work. */
  rest(ms: number): void {
    this.now += ms;
  }

  /** Something else is done for so long, and said, while requests come. */
  pause(ms: number, perMs: number): void {
    this.now += ms;
    this.arrive(ms * perMs);
    this.overload.paused(ms);
  }

  /** Something else is done in the middle of the next turn. */
  pauseInNextTurn(ms: number): void {
    this.#pauseMs = ms;
  }

  get hasWork(): boolean {
    return this.#waiting >= 1;
  }

  /** One turn; how many were answered. */
  turn(): number {
    const count = Math.floor(this.#waiting);
    this.#waiting -= count;
    const begin = this.now;
    for (let index = 0; index < count; index++) {
      const isRefused = this.overload.refuses(this.now);
      if (isRefused) this.refused++;
      else this.served++;
      this.now += isRefused ? this.#costs.refusalCost : this.#costs.cost;
      if (index === Math.floor(count / 2)) {
        this.now += this.#pauseMs;
        this.#pauseMs = 0;
      }
    }
    this.overload.turnEnded(this.now);
    this.longestTurn = Math.max(this.longestTurn, this.now - begin);
    return count;
  }
}

/** So many requests in each millisecond, whatever becomes of those before, for `ms`. */
export function openLoop(simulation: Simulation, perMs: number, ms: number): void {
  const end = simulation.now + ms;
  let arrivedTo = simulation.now;
  while (simulation.now < end) {
    if (simulation.hasWork) simulation.turn();
    else simulation.rest(0.1);
    simulation.arrive((simulation.now - arrivedTo) * perMs);
    arrivedTo = simulation.now;
  }
}

/** Clients that ask again as soon as they have an answer, for `ms`. */
export function closedLoop(simulation: Simulation, clients: number, ms: number): void {
  const end = simulation.now + ms;
  simulation.arrive(clients);
  while (simulation.now < end) simulation.arrive(simulation.turn());
}
