import type { Json } from '../json.ts';
import { isObject } from '../schema/values.ts';
import { textIn } from './definition.ts';

/** One condition of a CRD (CustomResourceDefinitionCondition) without its time. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** A condition from its parts. */
export function conditionOf(
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
): Condition {
  return { type, status, reason, message };
}

/** The conditions after some have been set: those whose status stays keep their time. */
export function withConditions(before: readonly Json[], changed: readonly Condition[], now: Date): Json[] {
  const time = `${now.toISOString().slice(0, 19)}Z`;
  const result = before.filter(isObject);
  for (const condition of changed) {
    const index = result.findIndex(({ type }) => type === condition.type);
    const old = index < 0 ? undefined : result[index];
    const isSame = old !== undefined && old.status === condition.status;
    const lastTransitionTime = isSame ? textIn(old, 'lastTransitionTime') || time : time;
    const next = {
      type: condition.type,
      status: condition.status,
      lastTransitionTime,
      reason: condition.reason,
    };
    result.splice(index < 0 ? result.length : index, index < 0 ? 0 : 1, {
      ...next,
      message: condition.message,
    });
  }
  return result;
}
