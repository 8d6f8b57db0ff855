import type { ObjectReference } from '../model/object-reference.ts';
import type { WantedStatus } from '../model/object-status.ts';
import { byReference } from '../model/order.ts';
import { equalPlain } from '../translate/equal.ts';
import type { Fragment } from '../translate/fragment.ts';
import { conditionsOf } from './conditions.ts';

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
  /** Null where no address is to be published. */
  #addresses: readonly string[] | null = null;

  /** Objects were judged anew; `generation` is the one that holds the outcome. */
  judged(fragments: readonly Fragment[], gone: readonly ObjectReference[], generation: number): void {
    for (const object of gone) this.#forget(object);
    for (const fragment of fragments) {
      if (fragment.ours) this.#awaiting.set(keyOf(fragment.object), { fragment, generation });
      else this.#forget(fragment.object);
    }
  }

  get isAwaiting(): boolean {
    return this.#awaiting.size > 0;
  }

  /** Every proxy thread serves `generation`: gives the statuses that are different now, by object. */
  live(generation: number): readonly WantedStatus[] {
    const changed: WantedStatus[] = [];
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

  #statusOf(fragment: Fragment, isLive: boolean): WantedStatus {
    const { object } = fragment;
    return object.kind === 'Ingress'
      ? { kind: 'loadBalancer', object, addresses: this.#addresses ?? [] }
      : { kind: 'conditions', object, conditions: conditionsOf(fragment, isLive) };
  }

  #want(key: string, status: WantedStatus, changed: WantedStatus[]): void {
    if (equalPlain(this.#wanted.get(key), status)) return;
    this.#wanted.set(key, status);
    if (this.#isMeant(status)) changed.push(status);
  }

  /** Without addresses of its own Fairlead leaves those alone that stand in Ingresses. */
  #isMeant(status: WantedStatus): boolean {
    return status.kind === 'conditions' || this.#addresses !== null;
  }

  #forget(object: ObjectReference): void {
    const key = keyOf(object);
    this.#awaiting.delete(key);
    this.#wanted.delete(key);
  }
}

function keyOf({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace} ${name}`;
}

function byObject(left: WantedStatus, right: WantedStatus): number {
  return byReference(left.object, right.object);
}
