import type { CelFunction } from './call.ts';
import { CelError } from './syntax.ts';
import { isKind, noOverload, type Value } from './values.ts';

type Quantity = Extract<Value, { kind: 'quantity' }>;

const billion = 1_000_000_000n;

/** What a suffix multiplies by, in billionths. */
const suffixes: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  '': billion,
  k: billion * 10n ** 3n,
  M: billion * 10n ** 6n,
  G: billion * 10n ** 9n,
  T: billion * 10n ** 12n,
  P: billion * 10n ** 15n,
  E: billion * 10n ** 18n,
  Ki: billion << 10n,
  Mi: billion << 20n,
  Gi: billion << 30n,
  Ti: billion << 40n,
  Pi: billion << 50n,
  Ei: billion << 60n,
};

/** Reads a Kubernetes Quantity: `100m`, `1.5Gi`, `2e3`. Null if it is none. */
export function parseQuantity(text: string): Quantity | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})?$/.exec(text);
  if (!match || text.length > 100) return null;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return null;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const isPower = /^[eE][+-]?\d/.test(suffix);
  const power = isPower ? Number(suffix.slice(1)) : 0;
  if (Math.abs(power) > 100) return null;
  const unit = isPower ? billion : (suffixes[suffix] ?? billion);
  const raised = power < 0 ? digits * unit : digits * unit * 10n ** BigInt(power);
  const nanos = raised / 10n ** BigInt(fraction.length + (power < 0 ? -power : 0));
  return { kind: 'quantity', nanos: sign === '-' ? -nanos : nanos, text };
}

/** The quantity library of Kubernetes. */
export const quantityFunctions: Readonly<Record<string, CelFunction>> = {
  add: ({ receiver, args: [other] }) => sum(quantity(receiver), amount(other)),
  asApproximateFloat: ({ receiver }) => Number(quantity(receiver).nanos) / 1e9,
  asInteger: ({ receiver }) => {
    const { nanos } = quantity(receiver);
    if (nanos % billion !== 0n) throw new CelError('cannot convert value to integer');
    return nanos / billion;
  },
  compareTo: ({ receiver, args: [other] }) => sign(quantity(receiver).nanos - quantity(other).nanos),
  isGreaterThan: ({ receiver, args: [other] }) => quantity(receiver).nanos > quantity(other).nanos,
  isInteger: ({ receiver }) => quantity(receiver).nanos % billion === 0n,
  isLessThan: ({ receiver, args: [other] }) => quantity(receiver).nanos < quantity(other).nanos,
  isQuantity: ({ args: [text] }) => typeof text === 'string' && parseQuantity(text) !== null,
  quantity: ({ args: [text] }) => {
    if (typeof text !== 'string') throw noOverload();
    const parsed = parseQuantity(text);
    if (parsed === null) throw new CelError(`cannot parse quantity ${JSON.stringify(text)}`);
    return parsed;
  },
  sign: ({ receiver }) => sign(quantity(receiver).nanos),
  sub: ({ receiver, args: [other] }) => sum(quantity(receiver), -amount(other)),
};

function quantity(value: Value | undefined): Quantity {
  if (!isKind(value, 'quantity')) throw noOverload();
  return value;
}

function amount(value: Value | undefined): bigint {
  return typeof value === 'bigint' ? value * billion : quantity(value).nanos;
}

function sum(one: Quantity, nanos: bigint): Quantity {
  const total = one.nanos + nanos;
  return {
    kind: 'quantity',
    nanos: total,
    text: total % billion === 0n ? String(total / billion) : `${total}n`,
  };
}

function sign(value: bigint): bigint {
  return value < 0n ? -1n : value > 0n ? 1n : 0n;
}
