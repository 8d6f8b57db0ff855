import type { Json } from '../../json.ts';
import type { Schema } from '../../schema.ts';
import { getOwn } from '../values.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import type { Value } from './values.ts';

/** A JSON value as CEL sees it through its schema: an integer is an int, a number a double, a date-time a timestamp. */
export function fromJson(schema: Schema | undefined, json: Json): Value {
  if (Array.isArray(json)) return json.map((item) => fromJson(schema?.items, item));
  switch (typeof json) {
    case 'number':
      return isInt(schema, json) ? BigInt(json) : json;
    case 'string':
      return fromText(schema, json);
    case 'object':
      return json === null ? null : fromObject(schema, json);
    default:
      return json;
  }
}

function isInt(schema: Schema | undefined, json: number): boolean {
  return Number.isInteger(json) && schema?.type !== 'number';
}

function fromText(schema: Schema | undefined, text: string): Value {
  switch (schema?.format) {
    case 'date-time':
    case 'date':
      return parseTimestamp(text) ?? text;
    case 'duration':
      return parseDuration(text) ?? text;
    case 'byte':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

function fromObject(schema: Schema | undefined, json: { [key: string]: Json | undefined }): Value {
  const map = new Map<Value, Value>();
  for (const [key, value] of Object.entries(json)) {
    if (value !== undefined) map.set(key, fromJson(schema && fieldSchema(schema, key), value));
  }
  return map;
}

/** The schema of a field of an object or of a value of a map. */
export function fieldSchema(schema: Schema, key: string): Schema | undefined {
  const property = schema.properties && getOwn(schema.properties, key);
  if (property) return property;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
