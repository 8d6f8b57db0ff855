import type { Json, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { isObject, setOwn } from '../schema/values.ts';
import type { Schema } from '../schema.ts';
import { apiVersionSchema, kindSchema } from './meta-schemas.ts';
import { metaPackage, referenceTo, schemaName } from './names.ts';

/** The schemas of one kind and of its list, by name. */
export function kindSchemas(type: ResourceType): JsonObject {
  const { group, version, kind, listKind } = type;
  const item = schemaName(type, kind);
  return {
    [item]: { ...objectSchema(type), 'x-kubernetes-group-version-kind': [{ group, kind, version }] },
    [schemaName(type, listKind)]: {
      description: `${listKind} is a list of ${kind}`,
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: apiVersionSchema,
        items: { description: `List of ${type.plural}.`, type: 'array', items: referenceTo(item) },
        kind: kindSchema,
        metadata: metadata('Standard list metadata.', 'ListMeta'),
      },
      'x-kubernetes-group-version-kind': [{ group, kind: listKind, version }],
    },
  };
}

function objectSchema({ schema, kind }: ResourceType): JsonObject {
  const { properties, ...rest }: Schema = schema ?? {
    type: 'object',
    description: `${kind} may hold anything.`,
    'x-kubernetes-preserve-unknown-fields': true,
  };
  return {
    ...published(rest as JsonObject),
    properties: {
      ...(properties && published(properties as JsonObject)),
      apiVersion: apiVersionSchema,
      kind: kindSchema,
      metadata: metadata("Standard object's metadata.", 'ObjectMeta'),
    },
  };
}

function metadata(description: string, name: string): JsonObject {
  return { description, default: {}, allOf: [referenceTo(`${metaPackage}.${name}`)] };
}

/** A copy of what is plain JSON; marks that a schema carries for this server alone are symbols and stay behind. */
function published(value: JsonObject): JsonObject {
  const copy: JsonObject = {};
  for (const [key, inner] of Object.entries(value))
    if (inner !== undefined) setOwn(copy, key, publishedValue(inner));
  return copy;
}

function publishedValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(publishedValue);
  return isObject(value) ? published(value) : value;
}
