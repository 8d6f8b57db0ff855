import type { Json, JsonObject } from '../json.ts';
import { isObject, setOwn } from '../schema/values.ts';
import type { Schema } from '../schema.ts';
import type { FieldSet } from './field-set.ts';
import { fieldSchema, isAtomicMap, isGranularList, itemElements } from './typed.ts';

/**
 * Takes fields out of a value. What somebody owns stays, with all that leads to it; a map or list that becomes empty goes
 * too, unless somebody owns it.
 *
 * @returns what is left; undefined if that is nothing
 */
export function removeFields(
  schema: Schema | undefined,
  value: Json,
  gone: FieldSet,
  owned: FieldSet | undefined,
): Json | undefined {
  if (isObject(value) && !isAtomicMap(schema)) return removeFromMap(schema, value, gone, owned);
  if (Array.isArray(value) && schema && isGranularList(schema))
    return removeFromList(schema, value, gone, owned);
  return value;
}

function removeFromMap(
  schema: Schema | undefined,
  value: JsonObject,
  gone: FieldSet,
  owned: FieldSet | undefined,
): Json | undefined {
  const result: JsonObject = {};
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const left = removeChild(
      fieldSchema(schema, name),
      inner,
      gone.below(`f:${name}`),
      owned?.below(`f:${name}`),
    );
    if (left !== undefined) setOwn(result, name, left);
  }
  const emptied = Object.keys(result).length === 0 && Object.keys(value).length > 0;
  return emptied && owned?.isMember !== true ? undefined : result;
}

function removeFromList(
  schema: Schema,
  list: readonly Json[],
  gone: FieldSet,
  owned: FieldSet | undefined,
): Json | undefined {
  const elements = itemElements(schema, list);
  const result: Json[] = [];
  list.forEach((item, index) => {
    const element = elements[index];
    const inner = element === undefined ? undefined : gone.below(element);
    // Who owns a part of an item, but not the item, cannot keep it: its keys would be gone.
    if (inner?.isMember) return;
    const left = inner && element ? removeFields(schema.items, item, inner, owned?.below(element)) : item;
    if (left !== undefined) result.push(left);
  });
  const emptied = result.length === 0 && list.length > 0;
  return emptied && owned?.isMember !== true ? undefined : result;
}

function removeChild(
  schema: Schema | undefined,
  value: Json,
  gone: FieldSet | undefined,
  owned: FieldSet | undefined,
): Json | undefined {
  if (gone === undefined) return value;
  if (gone.isMember && owned === undefined) return undefined;
  return removeFields(schema, value, gone, owned);
}
