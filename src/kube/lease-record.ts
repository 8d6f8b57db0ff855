/** What a Lease says (coordination.k8s.io/v1 LeaseSpec), as far as it is read. */
export interface LeaseRecord {
  readonly resourceVersion: string;
  /** Empty where nobody holds it. */
  readonly holder: string;
  /** Seconds; 0 where it says none. */
  readonly durationSeconds: number;
  readonly transitions: number;
  readonly acquireTime: string | null;
  /** The holder's clock: looked at for a change, never compared with our own. */
  readonly renewTime: string | null;
}

/** Reads a decoded Lease of any shape; null where it has no resourceVersion, so that it cannot be written safely. */
export function leaseRecordOf(lease: unknown): LeaseRecord | null {
  const { metadata, spec } = fieldsOf(lease);
  const { resourceVersion } = fieldsOf(metadata);
  if (typeof resourceVersion !== 'string' || resourceVersion === '') return null;
  const { holderIdentity, leaseDurationSeconds, leaseTransitions, acquireTime, renewTime } = fieldsOf(spec);
  return {
    resourceVersion,
    holder: typeof holderIdentity === 'string' ? holderIdentity : '',
    durationSeconds: countOf(leaseDurationSeconds),
    transitions: countOf(leaseTransitions),
    acquireTime: typeof acquireTime === 'string' ? acquireTime : null,
    renewTime: typeof renewTime === 'string' ? renewTime : null,
  };
}

/** A time with microseconds (Kubernetes metav1.MicroTime), of which the last three are always 0. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
