import { CelError } from './syntax.ts';
import { areSame, compareValues, isKind, isList, isMap, noOverload, type Value } from './values.ts';

/** The operators that look at the values of their arguments only. @throws CelError */
export function operate(operator: string, args: readonly Value[]): Value {
  const [one = null, other = null] = args;
  switch (operator) {
    case '==':
      return areSame(one, other);
    case '!=':
      return !areSame(one, other);
    case '<':
      return compareValues(one, other) < 0;
    case '<=':
      return compareValues(one, other) <= 0;
    case '>':
      return compareValues(one, other) > 0;
    case '>=':
      return compareValues(one, other) >= 0;
    case 'in':
      return isIn(one, other);
    case '!':
      if (typeof one !== 'boolean') throw noOverload();
      return !one;
    case 'negate':
      return negate(one);
    default:
      return calculate(operator, one, other);
  }
}

/** The names of all operators that {@link operate} knows. */
export const operators: ReadonlySet<string> = new Set([
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  '!',
  'negate',
  '+',
  '-',
  '*',
  '/',
  '%',
]);

function isIn(item: Value, holder: Value): boolean {
  if (isList(holder)) return holder.some((other) => areSame(item, other));
  if (isMap(holder)) return holder.has(item);
  throw noOverload();
}

function negate(value: Value): Value {
  if (typeof value === 'bigint') return fitInt(-value);
  if (typeof value === 'number') return -value;
  if (isKind(value, 'duration')) return { kind: 'duration', nanos: -value.nanos };
  throw noOverload();
}

/** The longest text or list that an expression may build. */
const maxLength = 1_000_000;

function calculate(operator: string, one: Value, other: Value): Value {
  if (typeof one === 'bigint' && typeof other === 'bigint') return fitInt(wholes(operator, one, other));
  if (typeof one === 'number' && typeof other === 'number') return doubles(operator, one, other);
  if (isKind(one, 'uint') && isKind(other, 'uint')) {
    return { kind: 'uint', value: fitUint(wholes(operator, one.value, other.value)) };
  }
  if (operator === '+') return add(one, other);
  if (operator === '-') return subtract(one, other);
  throw noOverload();
}

function add(one: Value, other: Value): Value {
  if (typeof one === 'string' && typeof other === 'string') {
    if (one.length + other.length > maxLength) throw new CelError('text is too long');
    return one + other;
  }
  if (isList(one) && isList(other)) {
    if (one.length + other.length > maxLength) throw new CelError('list is too long');
    return [...one, ...other];
  }
  if (one instanceof Uint8Array && other instanceof Uint8Array) return new Uint8Array([...one, ...other]);
  if (isKind(one, 'duration') && isKind(other, 'timestamp')) return add(other, one);
  if (isKind(other, 'duration') && (isKind(one, 'timestamp') || isKind(one, 'duration'))) {
    return { kind: one.kind, nanos: one.nanos + other.nanos };
  }
  throw noOverload();
}

function subtract(one: Value, other: Value): Value {
  if (isKind(one, 'timestamp') && isKind(other, 'timestamp')) {
    return { kind: 'duration', nanos: one.nanos - other.nanos };
  }
  if (isKind(other, 'duration') && (isKind(one, 'timestamp') || isKind(one, 'duration'))) {
    return { kind: one.kind, nanos: one.nanos - other.nanos };
  }
  throw noOverload();
}

function wholes(operator: string, one: bigint, other: bigint): bigint {
  switch (operator) {
    case '+':
      return one + other;
    case '-':
      return one - other;
    case '*':
      return one * other;
    case '/':
      if (other === 0n) throw new CelError('division by zero');
      return one / other;
    case '%':
      if (other === 0n) throw new CelError('modulus by zero');
      return one % other;
    default:
      throw noOverload();
  }
}

function doubles(operator: string, one: number, other: number): number {
  switch (operator) {
    case '+':
      return one + other;
    case '-':
      return one - other;
    case '*':
      return one * other;
    case '/':
      return one / other;
    default:
      throw noOverload();
  }
}

/** @throws CelError for what does not fit into 64 bits */
export function fitInt(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new CelError('integer overflow');
  return value;
}

/** @throws CelError for what does not fit into 64 bits without a sign */
export function fitUint(value: bigint): bigint {
  if (BigInt.asUintN(64, value) !== value) throw new CelError('unsigned integer overflow');
  return value;
}
