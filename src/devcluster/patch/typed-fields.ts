import type { Json, JsonObject } from '../json.ts';
import { getOwn, isObject } from '../schema/values.ts';
import type { Schema } from '../schema.ts';
import { FieldSet, pathText } from './field-set.ts';
import { fieldSchema, isAtomicMap, isGranularList, itemElements } from './typed.ts';

/** The fields that a value sets (structured-merge-diff ToFieldSet): what somebody owns who applies it. */
export function fieldsOf(schema: Schema | undefined, value: Json): FieldSet {
  const set = new FieldSet();
  collect(schema, value, [], set);
  return set;
}

function collect(schema: Schema | undefined, value: Json, path: readonly string[], set: FieldSet): void {
  if (isObject(value) && !isAtomicMap(schema)) collectFields(schema, value, path, set);
  else if (Array.isArray(value) && schema && isGranularList(schema)) collectItems(schema, value, path, set);
  else set.insert(path);
}

function collectFields(
  schema: Schema | undefined,
  value: JsonObject,
  path: readonly string[],
  set: FieldSet,
): void {
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const below = [...path, `f:${name}`];
    collect(fieldSchema(schema, name), inner, below, set);
    const isEntry = !(schema?.properties && getOwn(schema.properties, name));
    if (inner === null || isEntry || (isObject(inner) && Object.keys(inner).length === 0)) set.insert(below);
  }
}

function collectItems(schema: Schema, list: readonly Json[], path: readonly string[], set: FieldSet): void {
  for (const [index, element] of itemElements(schema, list).entries()) {
    const below = [...path, element ?? `i:${index}`];
    collect(schema.items, list[index] ?? null, below, set);
    set.insert(below);
  }
}

/** What keeps a value from being applied: fields that its schema does not know, wrong types, items that cannot be told apart. */
export function typeProblems(
  schema: Schema | undefined,
  value: Json,
  path: readonly string[] = [],
): string[] {
  if (schema === undefined || value === null || schema['x-kubernetes-int-or-string'] || schema.oneOf)
    return [];
  const expected = expectedType(schema);
  if (expected === 'map')
    return isObject(value) ? mapProblems(schema, value, path) : [mismatch(path, expected, value)];
  if (expected === 'list') {
    return Array.isArray(value) ? listProblems(schema, value, path) : [mismatch(path, expected, value)];
  }
  if (expected === '') return [];
  const fits = expected === 'numeric (int or float)' ? typeof value === 'number' : typeof value === expected;
  return fits ? [] : [mismatch(path, expected, value)];
}

function expectedType({ type, properties }: Schema): string {
  switch (type) {
    case 'object':
      return 'map';
    case 'array':
      return 'list';
    case 'integer':
    case 'number':
      return 'numeric (int or float)';
    case undefined:
      return properties ? 'map' : '';
    default:
      return type;
  }
}

function mismatch(path: readonly string[], expected: string, value: Json): string {
  return `${pathText(path)}: expected ${expected}, got &{${typeof value === 'object' ? JSON.stringify(value) : String(value)}}`;
}

function mapProblems(schema: Schema, value: JsonObject, path: readonly string[]): string[] {
  const keepsUnknown =
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema['x-kubernetes-embedded-resource'] === true ||
    schema.additionalProperties !== undefined;
  return Object.entries(value).flatMap(([name, inner]) => {
    const below = [...path, `f:${name}`];
    const field = fieldSchema(schema, name);
    if (field === undefined && !keepsUnknown) return [`${pathText(below)}: field not declared in schema`];
    return inner === undefined ? [] : typeProblems(field, inner, below);
  });
}

function listProblems(schema: Schema, list: readonly Json[], path: readonly string[]): string[] {
  const elements: (string | undefined)[] = isGranularList(schema) ? itemElements(schema, list) : [];
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const element = elements[index];
    const problems = typeProblems(schema.items, item, [...path, element ?? `i:${index}`]);
    if (!isGranularList(schema)) return problems;
    if (element === undefined) return [...problems, `${pathText(path)}: ${withoutKeys(schema, index)}`];
    if (seen.has(element))
      problems.push(`${pathText(path)}: duplicate entries for key ${pathText([element])}`);
    seen.add(element);
    return problems;
  });
}

function withoutKeys(schema: Schema, index: number): string {
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => JSON.stringify(key)).join(' ');
  const problem = `associative list with keys has an element that omits all key fields [${keys}]`;
  return `element ${index}: ${problem} (and doesn't have default values for any key fields)`;
}
