import type { Json } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { checkValue } from '../schema/check-value.ts';
import { forbidden, invalidValue, notSupported, required } from '../schema/field-errors.ts';
import { Findings } from '../schema/findings.ts';
import { childPath, itemPath, keyPath } from '../schema/path.ts';
import { compilePattern } from '../schema/pattern.ts';
import type { Schema } from '../schema.ts';
import { validateRules } from './validate-rules.ts';
import { validateStructure } from './validate-structure.ts';

/** Schemas with more values than this are refused: nothing would be gained by them, and all writes would be slow. */
const maxNodes = 20_000;

/**
 * What is wrong with the schema of a CRD, worded as by the API server.
 *
 * @param path of the schema within the definition, for the messages
 */
export function validateCustomSchema(schema: Schema, path: string): FieldError[] {
  if (countNodes(schema) > maxNodes)
    return [invalidValue(path, undefined, `must have at most ${maxNodes} schemas`)];
  const proper = properties(schema, path);
  const structural = validateStructure(schema, path);
  // Defaults and rules make sense only where the schema does.
  return proper.length + structural.length > 0
    ? [...proper, ...structural]
    : [...defaults(schema, path), ...validateRules(schema, path)];
}

/** Every schema inside this one, with its path. */
function subschemas(schema: Schema, path: string): { schema: Schema; path: string }[] {
  const listed = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((key) =>
    (schema[key] ?? []).map((inner, index) => ({
      schema: inner,
      path: itemPath(childPath(path, key), index),
    })),
  );
  const { items, not, additionalProperties } = schema;
  return [
    ...(items ? [{ schema: items, path: childPath(path, 'items') }] : []),
    ...(typeof additionalProperties === 'object'
      ? [{ schema: additionalProperties, path: childPath(path, 'additionalProperties') }]
      : []),
    ...Object.entries(schema.properties ?? {}).map(([key, inner]) => ({
      schema: inner,
      path: keyPath(childPath(path, 'properties'), key),
    })),
    ...listed,
    ...(not ? [{ schema: not, path: childPath(path, 'not') }] : []),
  ];
}

function countNodes(schema: Schema): number {
  let count = 0;
  const todo = [schema];
  for (let next = todo.pop(); next && count <= maxNodes; next = todo.pop()) {
    count += 1;
    todo.push(...subschemas(next, '').map((inner) => inner.schema));
  }
  return count;
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

function properties(schema: Schema, path: string): FieldError[] {
  return [
    ...ownProblems(schema, path),
    ...subschemas(schema, path).flatMap((inner) => properties(inner.schema, inner.path)),
  ];
}

function ownProblems(schema: Schema, path: string): FieldError[] {
  const at = (key: string) => childPath(path, key);
  const errors: FieldError[] = [];
  if (schema.type !== undefined && !types.includes(schema.type)) {
    errors.push(notSupported(at('type'), schema.type, types));
  }
  if (schema.pattern !== undefined) errors.push(...patternProblems(schema.pattern, at('pattern')));
  if (schema.uniqueItems) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(at('uniqueItems'), detail));
  }
  if (schema.additionalProperties === false) {
    errors.push(forbidden(at('additionalProperties'), 'additionalProperties cannot be set to false'));
  }
  if (schema.additionalProperties !== undefined && Object.keys(schema.properties ?? {}).length > 0) {
    const detail = 'additionalProperties and properties are mutual exclusive';
    errors.push(forbidden(at('additionalProperties'), detail));
  }
  return [...errors, ...listProblems(schema, path)];
}

function patternProblems(pattern: string, path: string): FieldError[] {
  const compiled = compilePattern(pattern);
  if (!('error' in compiled)) return [];
  const detail = `must be a valid regular expression, but isn't: ${compiled.error}`;
  return [invalidValue(path, pattern, detail)];
}

function listProblems(schema: Schema, path: string): FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keysPath = childPath(path, 'x-kubernetes-list-map-keys');
  if (listType === undefined) {
    return keys.length === 0
      ? []
      : [forbidden(keysPath, 'must be empty if x-kubernetes-list-type is not map')];
  }
  const typePath = childPath(path, 'x-kubernetes-list-type');
  if (!['atomic', 'set', 'map'].includes(listType)) {
    return [notSupported(typePath, listType, ['atomic', 'map', 'set'])];
  }
  if (schema.type !== 'array')
    return [
      invalidValue(
        childPath(path, 'type'),
        schema.type ?? '',
        `must be array if x-kubernetes-list-type is specified`,
      ),
    ];
  if (listType !== 'map') return [];
  if (keys.length === 0) return [required(keysPath, 'must not be empty if x-kubernetes-list-type is map')];
  return keys
    .filter((key) => schema.items?.properties?.[key] === undefined)
    .map((key) => invalidValue(keysPath, key, 'entries must all be names of item properties'));
}

/** A default has to be allowed by the very schema that it is the default of. */
function defaults(schema: Schema, path: string): FieldError[] {
  const own =
    schema.default === undefined ? [] : defaultProblems(schema, schema.default, childPath(path, 'default'));
  return [...own, ...subschemas(schema, path).flatMap((inner) => defaults(inner.schema, inner.path))];
}

function defaultProblems(schema: Schema, value: Json, path: string): FieldError[] {
  const findings = new Findings();
  checkValue(schema, value, null, findings);
  return findings.list.map(({ error }) => {
    const isRoot = error.field === '' || error.field === '<nil>';
    return { ...error, field: isRoot ? path : childPath(path, error.field) };
  });
}
