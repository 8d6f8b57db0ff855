import type { ObjectReference } from './object-reference.ts';

/** A status that an object should have. Made by `control/`, written by `kube/` where it differs from what stands there. */
export type WantedStatus = ConditionsStatus | LoadBalancerStatus | NoStatus;

/** Nothing of ours: what we wrote before is taken away, what others wrote stays. */
export interface NoStatus {
  readonly kind: 'none';
  readonly object: ObjectReference;
}

export interface ConditionsStatus {
  readonly kind: 'conditions';
  readonly object: ObjectReference;
  /** In the order Accepted, ResolvedRefs, Programmed. */
  readonly conditions: readonly WantedCondition[];
  /** Absent where the kind has none. */
  readonly details?: RouteDetails;
}

/** The rest of the status of an IngressRoute. */
export interface RouteDetails {
  /** For people: the hosts that the rules name, the first few of them, separated by commas; `*` for any host. */
  readonly hosts: string;
  /** For people: names of the entry points that take requests, separated by commas. */
  readonly entryPoints: string;
  /** The routes with errors, by index; the first few of them. */
  readonly routes: readonly RouteProblem[];
}

/** What is wrong with one route. */
export interface RouteProblem {
  /** Its place in `spec.routes`. */
  readonly index: number;
  /** The diagnostic code of its first error. */
  readonly reason: string;
  readonly message: string;
}

/** One entry of `status.conditions` (Kubernetes metav1.Condition); the writer sets lastTransitionTime. */
export interface WantedCondition {
  readonly type: 'Accepted' | 'ResolvedRefs' | 'Programmed';
  readonly status: 'True' | 'False' | 'Unknown';
  /** A diagnostic code, or a word for the good case. */
  readonly reason: string;
  /** Names field and remedy. */
  readonly message: string;
  /** `metadata.generation` of the object that was judged. */
  readonly observedGeneration: number;
}

export interface LoadBalancerStatus {
  readonly kind: 'loadBalancer';
  readonly object: ObjectReference;
  /** Sorted; IPs and host names. */
  readonly addresses: readonly string[];
}
