import type { Json, JsonObject } from '../json.ts';
import { areEqual, getOwn, isObject } from '../schema/values.ts';
import type { Schema } from '../schema.ts';
import { FieldSet } from './field-set.ts';
import { fieldSchema, isAtomicMap, isGranularList, itemsByElement } from './typed.ts';

/** What is different between two states of an object. */
export interface Comparison {
  /** In the new state, but not in the old one; containers included. */
  readonly added: FieldSet;
  readonly modified: FieldSet;
  /** In the old state, but not in the new one; containers included. */
  readonly removed: FieldSet;
}

/** Compares two states of an object field by field (structured-merge-diff Compare). The order of granular lists is nothing. */
export function compareTyped(schema: Schema | undefined, before: Json, after: Json): Comparison {
  const comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  compare(schema, before, after, { path: [], comparison });
  return comparison;
}

interface Place {
  readonly path: readonly string[];
  readonly comparison: Comparison;
}

function compare(
  schema: Schema | undefined,
  before: Json | undefined,
  after: Json | undefined,
  place: Place,
): void {
  const sample = after ?? before;
  if (before === null && after !== undefined && after !== null) compareWithNull(schema, after, place);
  else if (before !== undefined && after !== undefined && shapeOf(before) !== shapeOf(after)) {
    place.comparison.modified.insert(place.path);
  } else if (isObject(sample) && !isAtomicMap(schema)) {
    compareFields(schema, mapOf(before), mapOf(after), place);
    noteContainer(before, after, place);
  } else if (Array.isArray(sample) && schema && isGranularList(schema))
    compareItems(schema, before, after, place);
  else compareLeaves(before, after, place);
}

/** Where there was a null, a container is only filled. */
function compareWithNull(schema: Schema | undefined, after: Json, place: Place): void {
  if (isObject(after) && !isAtomicMap(schema)) compareFields(schema, undefined, after, place);
  else if (!Array.isArray(after) || !fillItems(schema, after, place))
    place.comparison.modified.insert(place.path);
}

function fillItems(schema: Schema | undefined, after: readonly Json[], { path, comparison }: Place): boolean {
  const items = schema && isGranularList(schema) ? itemsByElement(schema, after) : undefined;
  for (const [element, item] of items ?? []) {
    compare(schema?.items, undefined, item, { path: [...path, element], comparison });
  }
  return items !== undefined;
}

function compareLeaves(before: Json | undefined, after: Json | undefined, place: Place): void {
  if (before === undefined) place.comparison.added.insert(place.path);
  else if (after === undefined) place.comparison.removed.insert(place.path);
  else if (!areEqual(before, after)) place.comparison.modified.insert(place.path);
}

/** A container is added or removed itself, beside what is in it. */
function noteContainer(before: Json | undefined, after: Json | undefined, place: Place): void {
  if (before === undefined) place.comparison.added.insert(place.path);
  else if (after === undefined) place.comparison.removed.insert(place.path);
}

function compareFields(
  schema: Schema | undefined,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  { path, comparison }: Place,
): void {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  for (const name of names) {
    const [one, other] = [before && getOwn(before, name), after && getOwn(after, name)];
    if (one === undefined && other === undefined) continue;
    compare(fieldSchema(schema, name), one, other, { path: [...path, `f:${name}`], comparison });
  }
}

function compareItems(schema: Schema, before: Json | undefined, after: Json | undefined, place: Place): void {
  const [old, now] = [listItems(schema, before), listItems(schema, after)];
  if (old === undefined || now === undefined) {
    compareLeaves(before, after, place);
    return;
  }
  for (const element of new Set([...old.keys(), ...now.keys()])) {
    const inner = { path: [...place.path, element], comparison: place.comparison };
    compare(schema.items, old.get(element), now.get(element), inner);
  }
  noteContainer(before, after, place);
}

function listItems(schema: Schema, list: Json | undefined): Map<string, Json> | undefined {
  return itemsByElement(schema, Array.isArray(list) ? list : []);
}

function mapOf(value: Json | undefined): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function shapeOf(value: Json): string {
  if (Array.isArray(value)) return 'list';
  return isObject(value) ? 'map' : 'scalar';
}
