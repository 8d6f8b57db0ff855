import { ApiError } from '../api-error.ts';
import type { Json, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Schema } from '../schema.ts';
import { objectMetaSchema } from './object-meta-schema.ts';
import { maxDepth } from './parse-json.ts';
import { type Pruning, pruneObject } from './prune.ts';
import { findMismatch } from './typed.ts';
import { getOwn, isDeeperThan, isObject, setOwn } from './values.ts';

/** Kubernetes stops collecting strict decoding errors there. */
const maxProblems = 100;

/**
 * Takes an object apart as the API server does before anything else looks at it: what the kind does not know is left
 * out. `json` is not changed.
 *
 * @param mode `Ignore` skips the collecting of problems; the other two differ only in what the caller does with them.
 * @returns a pruned copy, and one text per unknown field as Kubernetes words it: `unknown field "spec.foo"`. At most 100.
 * @throws ApiError 400 when the object is nested too deep (a series of patches can make one), and when a field of a built-in
 * kind, or of the metadata of any kind, is of the wrong type; custom kinds leave that to validation, as Kubernetes does.
 */
export function decodeObject(
  type: ResourceType,
  json: JsonObject,
  mode: 'Strict' | 'Warn' | 'Ignore',
): { object: JsonObject; problems: string[] } {
  if (isDeeperThan(json, maxDepth)) throw refusal(type, `exceeded max depth (${maxDepth})`);
  refuseMismatches(type, json);
  const metadata: string[] = [];
  const rest: string[] = [];
  const object: JsonObject = {};
  for (const [key, value] of Object.entries(json)) {
    if (value === undefined) continue;
    const pruned = pruneTop(type, key, value, {
      typed: !type.custom,
      unknown: key === 'metadata' ? metadata : rest,
    });
    if (pruned !== undefined) setOwn(object, key, pruned);
  }
  if (mode === 'Ignore') return { object, problems: [] };
  // Custom kinds report sorted paths, built-in ones report them in the order of the text.
  const unknown = type.custom ? [...metadata.sort(), ...rest.sort()] : [...metadata, ...rest];
  return { object, problems: unknown.slice(0, maxProblems).map((path) => `unknown field "${path}"`) };
}

function pruneTop(type: ResourceType, key: string, value: Json, pruning: Pruning): Json | undefined {
  if (key === 'apiVersion' || key === 'kind') return value;
  if (key === 'metadata') {
    return isObject(value)
      ? pruneObject(objectMetaSchema(), value, 'metadata', { ...pruning, typed: true })
      : {};
  }
  if (type.schema === null) return pruneObject(keepAll, { [key]: value }, '', pruning)[key];
  const { properties, additionalProperties } = type.schema;
  const top: Schema = {
    type: 'object',
    ...(properties && { properties }),
    ...(additionalProperties !== undefined && { additionalProperties }),
    'x-kubernetes-preserve-unknown-fields': type.schema['x-kubernetes-preserve-unknown-fields'] === true,
  };
  return getOwn(pruneObject(top, { [key]: value }, '', pruning), key);
}

const keepAll: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function refuseMismatches(type: ResourceType, json: JsonObject): void {
  const { metadata = {}, ...rest } = json;
  const mismatch =
    findMismatch(objectMetaSchema(), metadata, 'ObjectMeta', 'metadata') ??
    (type.custom || type.schema === null ? undefined : findMismatch(type.schema, rest, type.kind, ''));
  if (mismatch !== undefined) throw refusal(type, mismatch);
}

function refusal({ kind, version }: ResourceType, why: string): ApiError {
  return new ApiError(
    400,
    'BadRequest',
    `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`,
  );
}
