import type { Json } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { invalidValue } from '../schema/field-errors.ts';

/** One `Invalid value` per problem with a value. */
export function invalidFor(field: string, value: Json, problems: readonly string[]): FieldError[] {
  return problems.map((problem) => invalidValue(field, value, problem));
}

/** A value that stays as it was at creation. */
export function immutable(field: string, value: Json): FieldError {
  return invalidValue(field, value, 'field is immutable');
}
