import type { CelFunction } from './call.ts';
import { CelError } from './syntax.ts';
import { isKind, isList, isMap, noOverload, type Optional, type Value } from './values.ts';

/** Values that may be missing: `optional.of`, `orValue`, and `oldSelf` of rules with `optionalOldSelf`. */
export const optionalFunctions: Readonly<Record<string, CelFunction>> = {
  hasValue: ({ receiver }) => optional(receiver).value !== undefined,
  'optional.none': () => ({ kind: 'optional', value: undefined }),
  'optional.of': ({ args: [value] }) => ({ kind: 'optional', value: value ?? null }),
  'optional.ofNonZeroValue': ({ args: [value = null] }) => ({
    kind: 'optional',
    value: isZero(value) ? undefined : value,
  }),
  or: ({ receiver, args: [other] }) => {
    const own = optional(receiver);
    return own.value === undefined ? optional(other) : own;
  },
  orValue: ({ receiver, args: [other = null] }) => optional(receiver).value ?? other,
  value: ({ receiver }) => {
    const { value } = optional(receiver);
    if (value === undefined) throw new CelError('optional.none() dereference');
    return value;
  },
};

function optional(value: Value | undefined): Optional {
  if (!isKind(value, 'optional')) throw noOverload();
  return value;
}

function isZero(value: Value): boolean {
  if (isList(value)) return value.length === 0;
  if (isMap(value)) return value.size === 0;
  return value === null || value === false || value === 0 || value === 0n || value === '';
}
