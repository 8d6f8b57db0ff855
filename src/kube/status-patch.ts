import { isIP } from 'node:net';
import type { ConditionsStatus, LoadBalancerStatus, WantedStatus } from '../model/object-status.ts';
import { byCodeUnit } from '../model/order.ts';
import { sameJson } from './same-json.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The longest message that the API server takes (Kubernetes metav1.Condition). */
const longestMessage = 32_768;

/**
 * What to apply (Kubernetes server-side apply), without names, so that a status says what is wanted; null where it does
 * already. `status` is what stands there, as sent, and may have any shape; `owned` is whether fields of it are ours, as its
 * managedFields say. Only what is wanted is compared: whatever else stands there is somebody else's. `lastTransitionTime`
 * moves only with a condition's status.
 */
export function statusPatch(
  wanted: WantedStatus,
  status: unknown,
  owned: boolean,
  epochMs: number,
): Fields | null {
  const fields = isFields(status) ? status : {};
  if (wanted.kind === 'conditions') return conditionsPatch(wanted, fields, epochMs);
  if (wanted.kind === 'loadBalancer') return loadBalancerPatch(wanted, fields);
  return owned ? {} : null;
}

function conditionsPatch(wanted: ConditionsStatus, status: Fields, epochMs: number): Fields | null {
  const standing = entriesOf(status.conditions);
  const conditions = wanted.conditions.map((condition) => {
    const message = condition.message.slice(0, longestMessage);
    return { ...condition, message };
  });
  const same = conditions.every((condition) =>
    standing.some((each) => Object.entries(condition).every(([field, value]) => each[field] === value)),
  );
  const details: Fields = { ...wanted.details };
  if (same && Object.entries(details).every(([field, value]) => sameJson(status[field] ?? null, value))) {
    return null;
  }
  const now = new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const written = conditions.map((condition) => {
    const before = standing.find(
      ({ type, status }) => type === condition.type && status === condition.status,
    );
    const since = before?.lastTransitionTime;
    return { ...condition, lastTransitionTime: typeof since === 'string' ? since : now };
  });
  return { status: { ...details, conditions: written } };
}

function loadBalancerPatch({ addresses }: LoadBalancerStatus, { loadBalancer }: Fields): Fields | null {
  const standing = entriesOf(isFields(loadBalancer) ? loadBalancer.ingress : null).map(({ ip, hostname }) =>
    String(ip || hostname || ''),
  );
  const wanted = [...new Set(addresses)].sort(byCodeUnit);
  if (JSON.stringify(standing.sort(byCodeUnit)) === JSON.stringify(wanted)) return null;
  const ingress = wanted.map((address) => (isIP(address) === 0 ? { hostname: address } : { ip: address }));
  return { status: { loadBalancer: { ingress } } };
}

function entriesOf(list: unknown): readonly Fields[] {
  return Array.isArray(list) ? list.filter(isFields) : [];
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
