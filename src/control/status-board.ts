import type { ObjectReference } from '../model/object-reference.ts';
import type { WantedStatus } from '../model/object-status.ts';
import { byReference } from '../model/order.ts';
import { equalPlain } from '../translate/equal.ts';
import type { Fragment } from '../translate/fragment.ts';
import { conditionsOf } from './conditions.ts';
import { routeDetailsOf } from './route-details.ts';

interface Awaiting {
  readonly fragment: Fragment;
  /** The generation that holds what the fragment says. */
  readonly generation: number;
}

/**
 * Knows which status every object of ours should have. A status waits until what it speaks of is live, so that a change
 * costs one write; only if that takes too long does it say so first. Statuses are handed over when they differ from the last.
 */
export class StatusBoard {
  readonly #wanted = new Map<string, WantedStatus>();
  readonly #awaiting = new Map<string, Awaiting>();
  /** Statuses of objects that are not ours (any more), to be handed over. */
  readonly #released = new Map<string, WantedStatus>();
  /** Null where no address is to be published. */
  #addresses: readonly string[] | null = null;

  /** Objects were judged anew; `generation` is the one that holds the outcome. */
  judged(fragments: readonly Fragment[], gone: readonly ObjectReference[], generation: number): void {
    for (const object of gone) this.#forget(object);
    for (const fragment of fragments) {
      const { object } = fragment;
      const key = keyOf(object);
      this.#released.delete(key);
      if (fragment.ours) {
        this.#awaiting.set(key, { fragment, generation });
      } else {
        this.#forget(object);
        this.#released.set(key, { kind: 'none', object });
      }
    }
  }

  get isAwaiting(): boolean {
    return this.#awaiting.size > 0;
  }

  /** Every proxy thread serves `generation`: gives the statuses that are different now, by object. */
  live(generation: number): readonly WantedStatus[] {
    const changed: WantedStatus[] = [...this.#released.values()];
    this.#released.clear();
    for (const [key, awaiting] of this.#awaiting) {
      if (awaiting.generation > generation) continue;
      this.#awaiting.delete(key);
      this.#want(key, this.#statusOf(awaiting.fragment, true), changed);
    }
    return changed.sort(byObject);
  }

  /** What was judged has waited too long: gives the statuses that say so, by object. */
  overdue(): readonly WantedStatus[] {
    const changed: WantedStatus[] = [];
    for (const [key, { fragment }] of this.#awaiting) {
      this.#want(key, this.#statusOf(fragment, false), changed);
    }
    return changed.sort(byObject);
  }

  /** The addresses under which Fairlead is reached, sorted; null for none to publish. Gives the statuses that differ. */
  published(addresses: readonly string[] | null): readonly WantedStatus[] {
    if (equalPlain(this.#addresses, addresses)) return [];
    this.#addresses = addresses;
    if (addresses === null) return [];
    const changed: WantedStatus[] = [];
    for (const [key, { kind, object }] of this.#wanted) {
      if (kind === 'loadBalancer') this.#want(key, { kind, object, addresses }, changed);
    }
    return changed.sort(byObject);
  }

  /** All statuses that are wanted, by object: for who becomes leader. */
  all(): readonly WantedStatus[] {
    return [...this.#wanted.values()].filter((status) => this.#isMeant(status)).sort(byObject);
  }

  /** What the status of an object should be; null where it is not to be touched now. */
  of(object: ObjectReference): WantedStatus | null {
    const key = keyOf(object);
    if (this.#awaiting.has(key)) return null;
    const wanted = this.#wanted.get(key);
    if (wanted === undefined) return { kind: 'none', object };
    return this.#isMeant(wanted) ? wanted : null;
  }

  /** Whether an object is one of ours, as far as it was judged. */
  isOurs(object: ObjectReference): boolean {
    const key = keyOf(object);
    return this.#awaiting.has(key) || this.#wanted.has(key);
  }

  #statusOf(fragment: Fragment, isLive: boolean): WantedStatus {
    const { object } = fragment;
    if (object.kind === 'Ingress') {
      return { kind: 'loadBalancer', object, addresses: this.#addresses ?? [] };
    }
    const conditions = conditionsOf(fragment, isLive);
    return kindsWithRoutes.has(object.kind)
      ? { kind: 'conditions', object, conditions, details: routeDetailsOf(fragment) }
      : { kind: 'conditions', object, conditions };
  }

  #want(key: string, status: WantedStatus, changed: WantedStatus[]): void {
    if (equalPlain(this.#wanted.get(key), status)) return;
    this.#wanted.set(key, status);
    if (this.#isMeant(status)) changed.push(status);
  }

  /** Without addresses of its own Fairlead leaves those alone that stand in Ingresses. */
  #isMeant(status: WantedStatus): boolean {
    return status.kind !== 'loadBalancer' || this.#addresses !== null;
  }

  #forget(object: ObjectReference): void {
    const key = keyOf(object);
    this.#awaiting.delete(key);
    this.#wanted.delete(key);
    this.#released.delete(key);
  }
}

const kindsWithRoutes: ReadonlySet<string> = new Set(['IngressRoute', 'IngressRouteTCP', 'IngressRouteUDP']);

function keyOf({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace} ${name}`;
}

function byObject(left: WantedStatus, right: WantedStatus): number {
  return byReference(left.object, right.object);
}
