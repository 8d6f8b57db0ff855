import type { ServiceEndpoints } from '../model/endpoint.ts';
import type { PlanDelta } from '../model/plan-delta.ts';
import type { ServiceKey } from '../model/plan-keys.ts';
import type { PlanPiece } from '../model/thread-message.ts';
import { SharedTexts } from './shared-texts.ts';

export interface PlanInboxOptions {
  /** Builds a piece; with the last one of its delta the generation is live. */
  readonly build: (piece: PlanDelta, last: boolean) => void;
  readonly setEndpoints: (services: readonly ServiceEndpoints[], removed: readonly ServiceKey[]) => void;
  /** Runs work in a later turn of the event loop, after what can be read has been read: `setImmediate`. */
  readonly later: (work: () => void) => void;
}

type Waiting =
  | { readonly kind: 'piece'; readonly piece: PlanPiece }
  | { readonly kind: 'removed'; readonly services: Set<ServiceKey> }
  | { readonly kind: 'work'; readonly work: () => void };

/**
 * Takes plans and endpoints in a proxy thread in the order in which they were sent, one piece of a plan for each turn of the event
 * loop, so that a plan of any size holds up no request. Endpoints that came or changed do not wait: only those of services that
 * left a plan do, because the table before it still leads there.
 */
export class PlanInbox {
  readonly #options: PlanInboxOptions;
  readonly #texts = new SharedTexts();
  #waiting: Waiting[] = [];
  #next = 0;

  constructor(options: PlanInboxOptions) {
    this.#options = options;
  }

  /** True while a plan waits or is being built. */
  get isBusy(): boolean {
    return this.#next < this.#waiting.length;
  }

  plan(piece: PlanPiece): void {
    this.#add({ kind: 'piece', piece });
  }

  endpoints(services: readonly ServiceEndpoints[], removed: readonly ServiceKey[]): void {
    if (!this.isBusy) {
      this.#options.setEndpoints(services, removed);
      return;
    }
    this.#options.setEndpoints(services, []);
    for (const { service } of services) this.#keep(service);
    if (removed.length > 0) this.#add({ kind: 'removed', services: new Set(removed) });
  }

  /** Does what belongs to a plan once all plans before it have been built. */
  inOrder(work: () => void): void {
    if (this.isBusy) this.#add({ kind: 'work', work });
    else work();
  }

  /** A service that has endpoints again is not to lose them by what was said before. */
  #keep(service: ServiceKey): void {
    for (let index = this.#next; index < this.#waiting.length; index++) {
      const one = this.#waiting[index];
      if (one?.kind === 'removed') one.services.delete(service);
    }
  }

  #add(one: Waiting): void {
    const isFirst = !this.isBusy;
    this.#waiting.push(one);
    if (!isFirst) return;
    // A change that is one piece goes live in the turn in which it comes.
    if (one.kind === 'piece' && one.piece.last) this.#take();
    else this.#options.later(this.#step);
  }

  readonly #step = (): void => {
    this.#take();
    if (this.isBusy) this.#options.later(this.#step);
  };

  #take(): void {
    const one = this.#waiting[this.#next];
    this.#next++;
    if (!this.isBusy) {
      this.#waiting = [];
      this.#next = 0;
    }
    if (one?.kind === 'piece') {
      const delta = JSON.parse(one.piece.text) as PlanDelta;
      this.#texts.share(delta.routes.set);
      this.#options.build(delta, one.piece.last);
    } else if (one?.kind === 'work') {
      one.work();
    } else if (one !== undefined) {
      this.#options.setEndpoints([], [...one.services]);
    }
  }
}
