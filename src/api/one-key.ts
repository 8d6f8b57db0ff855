import { isRecord } from './field-path.ts';
import type { Problem } from './schema-problem.ts';

/** What is wrong with a `spec` that must have one of the keys that there are, and one only; `kind` is the kind of its object. */
export function oneKey(
  spec: unknown,
  kind: string,
  known: readonly string[],
  example: string,
): readonly Problem[] {
  if (!isRecord(spec)) return [];
  const keys = known.filter((key) => Object.hasOwn(spec, key));
  if (keys.length === 1) return [];
  if (keys.length === 0) {
    const message = `says nothing of what the middleware does: it needs one key, such as "${example}"`;
    return [{ path: 'spec', code: 'InvalidValue', message }];
  }
  const message = `one ${kind} does one thing, but this one names several: ${keys.join(', ')}`;
  const hint = `Make one ${kind} of each and name them in the route in the order in which they act.`;
  return [{ path: 'spec', code: 'InvalidValue', message, hint }];
}
