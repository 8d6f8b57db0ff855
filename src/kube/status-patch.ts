import { isIP } from 'node:net';
import type {
  ConditionsStatus,
  LoadBalancerStatus,
  WantedCondition,
  WantedStatus,
} from '../model/object-status.ts';
import { byCodeUnit } from '../model/order.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The types of conditions that are ours to write and to take away; all others belong to someone else and stay. */
const ownTypes: ReadonlySet<unknown> = new Set<WantedCondition['type']>([
  'Accepted',
  'ResolvedRefs',
  'Programmed',
]);

/** The longest message that the API server takes (Kubernetes metav1.Condition). */
const longestMessage = 32_768;

/**
 * The merge patch (RFC 7396) that makes a status say what is wanted; null where it does already. `status` is what stands
 * there, as sent, and may have any shape. `lastTransitionTime` moves only with a condition's status.
 */
export function statusPatch(wanted: WantedStatus, status: unknown, epochMs: number): Fields | null {
  const fields = isFields(status) ? status : {};
  return wanted.kind === 'conditions'
    ? conditionsPatch(wanted, fields, epochMs)
    : loadBalancerPatch(wanted, fields);
}

function conditionsPatch(wanted: ConditionsStatus, status: Fields, epochMs: number): Fields | null {
  const standing = entriesOf(status.conditions);
  const own = standing.filter(({ type }) => ownTypes.has(type));
  const conditions = wanted.conditions.map((condition) => {
    const message = condition.message.slice(0, longestMessage);
    return { ...condition, message };
  });
  const same = conditions.every((condition) =>
    own.some((each) => Object.entries(condition).every(([field, value]) => each[field] === value)),
  );
  if (same && own.length === conditions.length) return null;
  const now = new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const written = conditions.map((condition) => {
    const before = own.find(({ type, status }) => type === condition.type && status === condition.status);
    const since = before?.lastTransitionTime;
    return { ...condition, lastTransitionTime: typeof since === 'string' ? since : now };
  });
  const foreign = standing.filter(({ type }) => !ownTypes.has(type));
  return { status: { conditions: [...written, ...foreign] } };
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
