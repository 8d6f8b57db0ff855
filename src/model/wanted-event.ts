import type { ObjectReference } from './object-reference.ts';

/** A problem of an object that its owner should hear of as a Kubernetes Event. Made by `control/`, written by `kube/`. */
export interface WantedEvent {
  readonly object: ObjectReference;
  /** A diagnostic code. */
  readonly reason: string;
  /** Path of the first field that has the problem; empty for the object as a whole. */
  readonly field: string;
  /** Names field, problem and remedy. */
  readonly note: string;
}
