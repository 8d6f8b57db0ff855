import { CelError, type Literal } from './syntax.ts';

/**
 * A value of CEL: int is a bigint, double a number, a list an array, a map a Map. Everything else is an object with a
 * `kind`.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | Uint
  | Optional
  | Timestamp
  | Duration
  | TypeValue
  | Extension;

/** A whole number without a sign, of 64 bits. */
export interface Uint {
  readonly kind: 'uint';
  readonly value: bigint;
}

/** A value that may be missing. */
export interface Optional {
  readonly kind: 'optional';
  /** Undefined for `optional.none()`. */
  readonly value: Value | undefined;
}

/** Since 1970, in nanoseconds. */
export interface Timestamp {
  readonly kind: 'timestamp';
  readonly nanos: bigint;
}

/** A length of time, in nanoseconds. */
export interface Duration {
  readonly kind: 'duration';
  readonly nanos: bigint;
}

/** What `type()` gives. */
export interface TypeValue {
  readonly kind: 'type';
  readonly name: string;
}

/** A value of a type that Kubernetes adds. */
export type Extension =
  | { readonly kind: 'url'; readonly url: URL; readonly text: string }
  | { readonly kind: 'format'; readonly name: string }
  | { readonly kind: 'quantity'; readonly nanos: bigint; readonly text: string }
  | { readonly kind: 'ip'; readonly value: bigint; readonly bits: number; readonly text: string }
  | {
      readonly kind: 'cidr';
      readonly value: bigint;
      readonly bits: number;
      readonly prefix: number;
      readonly text: string;
    };

/** True for lists. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** True for maps, and so for objects. */
export function isMap(value: Value): value is ReadonlyMap<Value, Value> {
  return value instanceof Map;
}

/** True for values of one of the types that are objects with a `kind`. */
export function isKind<Kind extends Extract<Value, { kind: string }>['kind']>(
  value: Value | undefined,
  kind: Kind,
): value is Extract<Value, { kind: Kind }> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof Uint8Array) &&
    'kind' in value &&
    value.kind === kind
  );
}

/** The value of a literal of the source. */
export function fromLiteral(literal: Literal): Value {
  return typeof literal === 'object' && literal !== null && 'uint' in literal
    ? { kind: 'uint', value: literal.uint }
    : literal;
}

/** The name of a value's type, as `type()` gives it. */
export function typeOf(value: Value): string {
  if (value === null) return 'null_type';
  if (isList(value)) return 'list';
  if (isMap(value)) return 'map';
  if (value instanceof Uint8Array) return 'bytes';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      return longNames[value.kind] ?? value.kind;
  }
}

const longNames: Readonly<Record<string, string>> = {
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  optional: 'optional_type',
  url: 'kubernetes.URL',
  quantity: 'kubernetes.Quantity',
  ip: 'net.IP',
  cidr: 'net.CIDR',
  format: 'kubernetes.NamedFormat',
};

/** Numbers of all kinds as something that can be compared; undefined for what is no number. */
export function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return isKind(value, 'uint') ? value.value : undefined;
}

/** CEL equality: numbers across their types, lists by position, maps by key. */
export function areSame(one: Value, other: Value): boolean {
  if (one === other) return true;
  const [left, right] = [numeric(one), numeric(other)];
  // biome-ignore lint/suspicious/noDoubleEquals: an int equals a double of the same value
  if (left !== undefined && right !== undefined) return left == right;
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((item, index) => areSame(item, other[index] ?? null));
  }
  if (isMap(one) && isMap(other)) {
    return (
      one.size === other.size &&
      [...one].every(([key, value]) => other.has(key) && areSame(value, other.get(key) ?? null))
    );
  }
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.from(one).equals(other);
  return sameObjects(one, other);
}

function sameObjects(one: Value, other: Value): boolean {
  if (isKind(one, 'optional') && isKind(other, 'optional')) {
    if (one.value === undefined || other.value === undefined) return one.value === other.value;
    return areSame(one.value, other.value);
  }
  if (isKind(one, 'type') && isKind(other, 'type')) return one.name === other.name;
  const [left, right] = [ordinal(one), ordinal(other)];
  if (left !== undefined && left.kind === right?.kind) return left.value === right.value;
  if (isKind(one, 'url') && isKind(other, 'url')) return one.text === other.text;
  if (isKind(one, 'cidr') && isKind(other, 'cidr')) {
    return one.value === other.value && one.bits === other.bits && one.prefix === other.prefix;
  }
  return false;
}

function ordinal(value: Value): { kind: string; value: bigint } | undefined {
  if (isKind(value, 'timestamp') || isKind(value, 'duration') || isKind(value, 'quantity')) {
    return { kind: value.kind, value: value.nanos };
  }
  return isKind(value, 'ip') ? { kind: `ip${value.bits}`, value: value.value } : undefined;
}

/** Less than 0, 0, or more than 0. @throws CelError for what has no order */
export function compareValues(one: Value, other: Value): number {
  const [left, right] = [numeric(one), numeric(other)];
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : 0;
  if (typeof one === 'string' && typeof other === 'string')
    return Buffer.compare(Buffer.from(one), Buffer.from(other));
  if (typeof one === 'boolean' && typeof other === 'boolean') return Number(one) - Number(other);
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other);
  const [first, second] = [ordinal(one), ordinal(other)];
  if (first && second && first.kind === second.kind) {
    return first.value < second.value ? -1 : first.value > second.value ? 1 : 0;
  }
  throw noOverload();
}

/** The error for operands of types that an operator or a function does not take. */
export function noOverload(): CelError {
  return new CelError('no such overload');
}
