import type { Json, JsonObject } from '../json.ts';
import { isObject, setOwn } from '../schema/values.ts';

/** What a field of a schema holds, as far as that matters for reading it. */
type Content = 'text' | 'number' | 'flag' | 'schema' | 'schemas' | 'map' | 'texts' | 'any' | 'schema or flag';

/** The fields of a schema (Kubernetes JSONSchemaProps) that this server knows. */
const fields: { readonly [field: string]: Content } = {
  additionalProperties: 'schema or flag',
  allOf: 'schemas',
  anyOf: 'schemas',
  default: 'any',
  description: 'text',
  enum: 'any',
  example: 'any',
  exclusiveMaximum: 'flag',
  exclusiveMinimum: 'flag',
  externalDocs: 'any',
  format: 'text',
  items: 'schema',
  maxItems: 'number',
  maxLength: 'number',
  maxProperties: 'number',
  maximum: 'number',
  minItems: 'number',
  minLength: 'number',
  minProperties: 'number',
  minimum: 'number',
  multipleOf: 'number',
  not: 'schema',
  nullable: 'flag',
  oneOf: 'schemas',
  pattern: 'text',
  properties: 'map',
  required: 'texts',
  title: 'text',
  type: 'text',
  uniqueItems: 'flag',
  'x-kubernetes-embedded-resource': 'flag',
  'x-kubernetes-int-or-string': 'flag',
  'x-kubernetes-list-map-keys': 'texts',
  'x-kubernetes-list-type': 'text',
  'x-kubernetes-map-type': 'text',
  'x-kubernetes-preserve-unknown-fields': 'flag',
  'x-kubernetes-validations': 'any',
};

/**
 * The form in which the schema of a CRD is stored: empty values that mean nothing are gone, and so are fields that no
 * schema has and values that do not fit their field. Doing it twice changes nothing.
 */
export function normalSchema(schema: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(schema)) {
    const content = Object.hasOwn(fields, key) ? fields[key] : undefined;
    const normal = content === undefined || value === undefined ? undefined : normalField(content, value);
    if (normal !== undefined) setOwn(result, key, normal);
  }
  return result;
}

function normalField(content: Content, value: Json): Json | undefined {
  switch (content) {
    case 'any':
      return value === null || (Array.isArray(value) && value.length === 0) ? undefined : value;
    case 'text':
      return typeof value === 'string' && value !== '' ? value : undefined;
    case 'number':
      return typeof value === 'number' ? value : undefined;
    case 'flag':
      return value === true ? true : undefined;
    case 'texts':
      return keptList(value, (item) => (typeof item === 'string' ? item : undefined));
    case 'schemas':
      return keptList(value, (item) => (isObject(item) ? normalSchema(item) : undefined));
    case 'schema':
      return isObject(value) ? normalSchema(value) : undefined;
    case 'schema or flag':
      return isObject(value) ? normalSchema(value) : typeof value === 'boolean' ? value : undefined;
    case 'map':
      return isObject(value) ? normalMap(value) : undefined;
  }
}

function keptList(value: Json, keep: (item: Json) => Json | undefined): Json[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const kept = value.map(keep).filter((item) => item !== undefined);
  return kept.length > 0 ? kept : undefined;
}

function normalMap(map: JsonObject): JsonObject | undefined {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(map))
    if (isObject(value)) setOwn(result, key, normalSchema(value));
  return Object.keys(result).length > 0 ? result : undefined;
}
