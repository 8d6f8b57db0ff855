import type { ObjectReference } from './object-reference.ts';

/** The fields of `metadata` that Fairlead reads (Kubernetes ObjectMeta). */
export interface ObjectMeta {
  readonly name: string;
  /** Absent for objects without a namespace. */
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object as the API server sent it, trimmed to what we use and frozen. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** The kinds that are watched, and where the API server keeps them. */
export interface WatchedKind {
  readonly kind: string;
  /** `GROUP/VERSION`, or `v1`. */
  readonly apiVersion: string;
  /** Plural, as in the path. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** Readiness waits for required kinds only. */
  readonly required: boolean;
  /**
   * A kind that is watched for what others refer to. `fallback` watches all namespaces where that is allowed, and else those
   * that are referred to; `referred` never asks for more than those. Absent means all, always.
   */
  readonly byReference?: 'fallback' | 'referred';
}

/** Whether the objects of a namespace can be seen: `waiting` means not yet. */
export type NamespaceAccess = 'open' | 'waiting' | 'refused';

/**
 * What the cluster says now. Objects that did not change keep their identity, so `===` tells whether one did. Lists are
 * sorted by namespace and name.
 */
export interface ClusterView {
  get(kind: string, namespace: string, name: string): KubeObject | undefined;
  list(kind: string): readonly KubeObject[];
  /** The EndpointSlices that carry the label `kubernetes.io/service-name`. */
  endpointSlicesOf(namespace: string, service: string): readonly KubeObject[];
  /**
   * For kinds that are watched by reference; absent means that all can be seen. A change of it is told as a change of an
   * object of that kind without a name.
   */
  access?(kind: string, namespace: string): NamespaceAccess;
}

/** One object that came, changed in a field that we use, or went. Says "look again", never what to do. */
export interface ClusterChange {
  readonly object: ObjectReference;
  /** `process.hrtime` in milliseconds when its line was read from the watch; the start of "event to live". */
  readonly seenAtMs: number;
}

/** The port through which `control/` sees `kube/`. */
export interface ClusterSource extends ClusterView {
  /** Kinds that have not synced since the start; empty once all have. */
  readonly unsyncedKinds: readonly string[];
  /** Called with every change after it is in the view, and once with an empty list when the first sync is complete. */
  onChange(listener: (changes: readonly ClusterChange[]) => void): void;
  /** The namespaces in which objects of a kind are referred to: for kinds that are watched by reference. */
  refer?(kind: string, namespaces: ReadonlySet<string>): void;
}
