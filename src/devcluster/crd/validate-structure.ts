import type { FieldError } from '../resource-type.ts';
import { forbidden, invalidValue, required } from '../schema/field-errors.ts';
import { childPath, itemPath, keyPath } from '../schema/path.ts';
import type { Schema } from '../schema.ts';

/**
 * Structural schemas (Kubernetes apiextensions): every value has a type that is said outside of `anyOf`, `allOf`, `oneOf`
 * and `not`, and what these speak of is said outside too. Without that, pruning and defaulting would mean nothing.
 *
 * @param path of the schema within the definition, for the messages
 */
export function validateStructure(schema: Schema, path: string): FieldError[] {
  return [...structure(schema, path, 'root'), ...completeness(schema, schema, path)];
}

type Level = 'root' | 'item' | 'field';

const missingType: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function structure(schema: Schema, path: string, level: Level): FieldError[] {
  const { items, properties = {}, additionalProperties } = schema;
  return [
    ...(items ? structure(items, childPath(path, 'items'), 'item') : []),
    ...Object.entries(properties).flatMap(([key, property]) =>
      structure(property, keyPath(childPath(path, 'properties'), key), 'field'),
    ),
    ...(typeof additionalProperties === 'object'
      ? structure(additionalProperties, childPath(path, 'additionalProperties'), 'field')
      : []),
    ...nestedOf(schema, path).flatMap((nested) =>
      plainValidation(nested.schema, nested.path, isIntOrText(schema)),
    ),
    ...typeProblems(schema, path, level),
  ];
}

function typeProblems(schema: Schema, path: string, level: Level): FieldError[] {
  const field = childPath(path, 'type');
  const { type } = schema;
  if (level === 'root' && type !== undefined && type !== 'object') {
    return [invalidValue(field, type, 'must be object at the root')];
  }
  if (schema['x-kubernetes-embedded-resource'] && type !== 'object') {
    return [invalidValue(field, type ?? '', 'must be object if x-kubernetes-embedded-resource is true')];
  }
  if (type !== undefined) {
    return isIntOrText(schema)
      ? [forbidden(field, 'must be empty if x-kubernetes-int-or-string is true')]
      : [];
  }
  const mayBeOpen =
    level !== 'root' && (isIntOrText(schema) || schema['x-kubernetes-preserve-unknown-fields'] === true);
  return mayBeOpen ? [] : [required(field, missingType[level])];
}

function isIntOrText(schema: Schema): boolean {
  return schema['x-kubernetes-int-or-string'] === true;
}

interface Nested {
  readonly schema: Schema;
  readonly path: string;
}

/** The schemas that only restrict: of `allOf`, `anyOf`, `oneOf` and `not`. */
function nestedOf(schema: Schema, path: string): Nested[] {
  const listed = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((key) =>
    (schema[key] ?? []).map((nested, index) => ({
      schema: nested,
      path: itemPath(childPath(path, key), index),
    })),
  );
  return schema.not ? [...listed, { schema: schema.not, path: childPath(path, 'not') }] : listed;
}

const notInside = [
  'type',
  'description',
  'default',
  'additionalProperties',
  'nullable',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
] as const;

/** What a schema that only restricts may not say. An int-or-string may name its two types. */
function plainValidation(schema: Schema, path: string, mayHaveType: boolean): FieldError[] {
  const isType = schema.type === 'integer' || schema.type === 'string';
  const own = notInside
    .filter((key) => isSet(schema[key]) && !(key === 'type' && mayHaveType && isType))
    .map((key) => forbidden(childPath(path, key), 'must be empty to be structural'));
  return [
    ...own,
    ...innerOf(schema, path).flatMap((inner) =>
      plainValidation(inner.schema, inner.path, inner.isSame && mayHaveType),
    ),
  ];
}

function innerOf(schema: Schema, path: string): (Nested & { isSame: boolean })[] {
  const { items, properties = {} } = schema;
  return [
    ...(items ? [{ schema: items, path: childPath(path, 'items'), isSame: false }] : []),
    ...Object.entries(properties).map(([key, property]) => ({
      schema: property,
      path: keyPath(childPath(path, 'properties'), key),
      isSame: false,
    })),
    ...nestedOf(schema, path).map((nested) => ({ ...nested, isSame: true })),
  ];
}

function isSet(value: unknown): boolean {
  return (
    value !== undefined && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0)
  );
}

/** What the restricting schemas speak of has to be there outside of them. */
function completeness(schema: Schema, outside: Schema, path: string): FieldError[] {
  const { items, properties = {}, additionalProperties } = schema;
  return [
    ...nestedOf(schema, path).flatMap((nested) =>
      restricted(nested.schema, outside, { at: nested.path, path }),
    ),
    ...Object.entries(properties).flatMap(([key, property]) =>
      completeness(property, property, keyPath(childPath(path, 'properties'), key)),
    ),
    ...(items ? completeness(items, items, childPath(path, 'items')) : []),
    ...(typeof additionalProperties === 'object'
      ? completeness(additionalProperties, additionalProperties, childPath(path, 'additionalProperties'))
      : []),
  ];
}

function restricted(nested: Schema, outside: Schema, where: { at: string; path: string }): FieldError[] {
  const errors: FieldError[] = nestedOf(nested, where.at).flatMap((inner) =>
    restricted(inner.schema, outside, { at: inner.path, path: where.path }),
  );
  for (const [key, property] of Object.entries(nested.properties ?? {})) {
    const at = keyPath(childPath(where.at, 'properties'), key);
    const path = keyPath(childPath(where.path, 'properties'), key);
    const known = outside.properties?.[key];
    if (known) errors.push(...restricted(property, known, { at, path }));
    else if (!outside['x-kubernetes-embedded-resource'] || key !== 'metadata') {
      errors.push(required(path, `because it is defined in ${at}`));
    }
  }
  if (nested.items) {
    const at = childPath(where.at, 'items');
    const path = childPath(where.path, 'items');
    if (outside.items) errors.push(...restricted(nested.items, outside.items, { at, path }));
    else errors.push(required(path, `because it is defined in ${at}`));
  }
  return errors;
}
