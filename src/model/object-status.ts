import type { ObjectReference } from './object-reference.ts';

/** A status that an object should have. Made by `control/`, written by `kube/` where it differs from what stands there. */
export type WantedStatus = ConditionsStatus | LoadBalancerStatus;

export interface ConditionsStatus {
  readonly kind: 'conditions';
  readonly object: ObjectReference;
  /** In the order Accepted, ResolvedRefs, Programmed. */
  readonly conditions: readonly WantedCondition[];
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
