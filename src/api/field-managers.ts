import { isRecord } from './trim-shape.ts';

/** Every field manager of ours begins like this; one for each ingress class, so that two of them can be told apart. */
const ownPrefix = 'fairlead';
/** The longest name that the API server takes (Kubernetes metav1.ApplyOptions). */
const longestName = 128;

/** The name under which the statuses of an ingress class are written. */
export function fieldManagerOf(ingressClass: string): string {
  return ingressClass === ownPrefix ? ownPrefix : `${ownPrefix}-${ingressClass}`.slice(0, longestName);
}

/**
 * The managers of ours that have applied fields of the status, as decoded `metadata.managedFields` tell, separated by
 * spaces; empty for none. Takes any shape.
 */
export function fieldManagersOf(metadata: unknown): string {
  const entries = isRecord(metadata) && Array.isArray(metadata.managedFields) ? metadata.managedFields : [];
  const names: string[] = [];
  for (const entry of entries) {
    if (!isRecord(entry) || entry.subresource !== 'status' || entry.operation !== 'Apply') continue;
    if (typeof entry.manager === 'string' && entry.manager.startsWith(ownPrefix)) names.push(entry.manager);
  }
  return names.join(' ');
}
