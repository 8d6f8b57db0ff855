import { type CelFunction, operands } from './call.ts';
import { fitInt, fitUint } from './operators.ts';
import { CelError } from './syntax.ts';
import { parseDuration, parseTimestamp, printDuration, printTimestamp } from './time.ts';
import { isKind, isList, isMap, noOverload, typeOf, type Value } from './values.ts';

const one =
  (convert: (value: Value) => Value): CelFunction =>
  (call) => {
    const [value, ...rest] = operands(call);
    if (value === undefined || rest.length > 0) throw noOverload();
    return convert(value);
  };

/** From one type to another, and what all types have. */
export const convertFunctions: Readonly<Record<string, CelFunction>> = {
  bool: one((value) => {
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw noOverload();
  }),
  bytes: one((value) => (typeof value === 'string' ? new TextEncoder().encode(value) : only(value, 'bytes'))),
  double: one((value) => toDouble(value)),
  duration: one((value) => parsed(value, parseDuration, 'duration')),
  dyn: one((value) => value),
  int: one((value) => toInt(value)),
  size: one((value) => BigInt(sizeOf(value))),
  string: one((value) => toText(value)),
  timestamp: one((value) => parsed(value, parseTimestamp, 'timestamp')),
  type: one((value) => ({ kind: 'type', name: typeOf(value) })),
  uint: one((value) => ({ kind: 'uint', value: fitUint(toBigInt(value)) })),
};

function only(value: Value, type: string): Value {
  if (typeOf(value) !== type) throw noOverload();
  return value;
}

function sizeOf(value: Value): number {
  if (typeof value === 'string') return [...value].length;
  if (isList(value) || value instanceof Uint8Array) return value.length;
  if (isMap(value)) return value.size;
  throw noOverload();
}

function toDouble(value: Value): number {
  if (isKind(value, 'uint')) return Number(value.value);
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
  throw typeof value === 'string'
    ? new CelError(`cannot convert ${JSON.stringify(value)} to double`)
    : noOverload();
}

function toInt(value: Value): bigint {
  if (isKind(value, 'timestamp')) return value.nanos / 1_000_000_000n;
  return fitInt(toBigInt(value));
}

function toBigInt(value: Value): bigint {
  if (isKind(value, 'uint')) return value.value;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.trunc(value));
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw typeof value === 'string' || typeof value === 'number'
    ? new CelError(`cannot convert ${String(value)} to int`)
    : noOverload();
}

/** Values as text, as `string()` and `join()` print them. */
export function toText(value: Value): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (isKind(value, 'uint')) return String(value.value);
  if (isKind(value, 'duration')) return printDuration(value);
  if (isKind(value, 'timestamp')) return printTimestamp(value);
  if (isKind(value, 'url') || isKind(value, 'quantity') || isKind(value, 'ip') || isKind(value, 'cidr')) {
    return value.text;
  }
  if (value === null || typeof value === 'object') throw noOverload();
  return String(value);
}

function parsed<Parsed extends Value>(
  value: Value,
  parse: (text: string) => Parsed | null,
  what: string,
): Value {
  if (isKind(value, 'timestamp') || isKind(value, 'duration')) return value;
  if (typeof value !== 'string') throw noOverload();
  const result = parse(value);
  if (result === null) throw new CelError(`cannot convert ${JSON.stringify(value)} to ${what}`);
  return result;
}
