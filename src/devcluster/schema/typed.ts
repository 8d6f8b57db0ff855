import type { Json, JsonObject } from '../json.ts';
import type { Schema } from '../schema.ts';
import { getOwn, isObject } from './values.ts';

/**
 * Looks for a value that Go's decoder could not put into a typed field: a number where a text belongs. Null fits
 * everywhere.
 *
 * @param owner the Go type that the message names
 * @returns the first mismatch as Go words it, or undefined
 */
export function findMismatch(schema: Schema, value: Json, owner: string, path: string): string | undefined {
  if (value === null || fits(schema, value)) return insideMismatch(schema, value, owner, path);
  const what = inWords(schema, value);
  const field = path === '' ? '' : ` Go struct field ${owner}.${path} of type`;
  return `json: cannot unmarshal ${what} into${field === '' ? ' Go value of type' : field} ${goType(schema)}`;
}

function inWords(schema: Schema, value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' && schema.type === 'integer' ? `number ${value}` : typeof value;
}

function insideMismatch(schema: Schema, value: Json, owner: string, path: string): string | undefined {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items && firstOf(value, (item) => findMismatch(items, item, owner, path));
  }
  if (!isObject(value)) return undefined;
  return firstOf(Object.entries(value), ([key, inner]) => {
    const { schema: found, isMap } = fieldOf(schema, value, key);
    if (!found || inner === undefined) return undefined;
    return findMismatch(found, inner, owner, isMap ? path : path === '' ? key : `${path}.${key}`);
  });
}

function fieldOf(
  schema: Schema,
  _value: JsonObject,
  key: string,
): { schema: Schema | undefined; isMap: boolean } {
  const property = schema.properties && getOwn(schema.properties, key);
  if (property) return { schema: property, isMap: false };
  const { additionalProperties } = schema;
  return { schema: typeof additionalProperties === 'object' ? additionalProperties : undefined, isMap: true };
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fits(schema: Schema, value: Json): boolean {
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && fitsWidth(schema, value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return true;
  }
}

function fitsWidth({ format }: Schema, value: number): boolean {
  return format !== 'int32' || (value >= -(2 ** 31) && value < 2 ** 31);
}

function goType(schema: Schema): string {
  switch (schema.type) {
    case 'integer':
      return schema.format ?? 'int';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'array':
      return schema.items ? `[]${goType(schema.items)}` : '[]interface {}';
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? `map[string]${goType(schema.additionalProperties)}`
        : 'struct';
    default:
      return 'string';
  }
}
