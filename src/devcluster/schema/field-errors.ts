import type { Json } from '../json.ts';
import type { FieldError } from '../resource-type.ts';

/** The forms of Kubernetes field.Error: each worded as the API server words it. */

/** A field has to be there. */
export function required(field: string, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', field, message: withDetail('Required value', detail) };
}

/** The value is printed as JSON; undefined leaves it out. */
export function invalidValue(field: string, value: Json | undefined, detail: string): FieldError {
  const head = value === undefined ? 'Invalid value' : `Invalid value: ${JSON.stringify(value)}`;
  return { reason: 'FieldValueInvalid', field, message: withDetail(head, detail) };
}

/** The value is of the wrong type. */
export function typeInvalid(field: string, value: Json, detail: string): FieldError {
  return { ...invalidValue(field, value, detail), reason: 'FieldValueTypeInvalid' };
}

/** The value is not one of a list. */
export function notSupported(field: string, value: Json, supported: readonly string[]): FieldError {
  const list = supported.map((text) => JSON.stringify(text)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return { reason: 'FieldValueNotSupported', field, message };
}

/** The value is there already. */
export function duplicate(field: string, value: Json): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${JSON.stringify(value)}` };
}

/** The field may not be set, or not so. */
export function forbidden(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: withDetail('Forbidden', detail) };
}

/** In bytes, says Kubernetes, though it counts characters for schemas. */
export function tooLong(field: string, limit: number): FieldError {
  return { reason: 'FieldValueTooLong', field, message: `Too long: may not be more than ${limit} bytes` };
}

/** More items or fields than there may be. */
export function tooMany(field: string, actual: number, limit: number): FieldError {
  const message = `Too many: ${actual}: must have at most ${limit} ${limit === 1 ? 'item' : 'items'}`;
  return { reason: 'FieldValueTooMany', field, message };
}

function withDetail(head: string, detail: string): string {
  return detail === '' ? head : `${head}: ${detail}`;
}
