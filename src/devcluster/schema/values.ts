import type { Json, JsonObject } from '../json.ts';

/** True for objects, false for lists and null. */
export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Sets an own property whatever its name: assigning to `__proto__` would not. */
export function setOwn(target: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else target[key] = value;
}

/** What an object holds itself under a name; undefined where it holds nothing. */
export function getOwn<Value>(object: { [key: string]: Value }, key: string): Value | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A deep copy that shares nothing with the original. */
export function copyOf<Value extends Json>(value: Value): Value;
export function copyOf(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => copyOf(item));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) if (inner !== undefined) setOwn(copy, key, copyOf(inner));
  return copy;
}

/** True if objects and lists are nested deeper than this many levels. Not recursive, so safe at any depth. */
export function isDeeperThan(value: Json, limit: number): boolean {
  let level: Json[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: Json[] = [];
    for (const one of level) {
      if (one === null || typeof one !== 'object') continue;
      if (depth >= limit) return true;
      for (const inner of Object.values(one)) if (typeof inner === 'object') next.push(inner);
    }
    level = next;
  }
  return false;
}

/** Equality of JSON values: the order of keys does not count, absent and undefined are the same. */
export function areEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => areEqual(item, other[index]))
    );
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = definedKeys(one);
  return (
    keys.length === definedKeys(other).length &&
    keys.every((key) => areEqual(getOwn(one, key), getOwn(other, key)))
  );
}

function definedKeys(object: JsonObject): string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined);
}

/** The name of a value's type as the validation messages of Kubernetes have it. */
export function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** JSON with sorted keys: equal values give equal texts. */
export function canonicalJson(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const pairs = definedKeys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(getOwn(value, key))}`);
  return `{${pairs.join(',')}}`;
}
