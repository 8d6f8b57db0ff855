import { ApiError } from '../api-error.ts';
import type { ApiObject, JsonObject } from '../json.ts';
import type { Behaviour } from '../resource-type.ts';
import { areEqual, copyOf } from '../schema/values.ts';
import { canonicalize } from './canonical.ts';
import type { KindSchema } from './schema-dsl.ts';

/** What a kind does beyond the rules that hold for every kind; every part may be left out. */
export interface BehaviourParts {
  /** Runs on every write, once the object is in its canonical form: forms that mean the same become one. */
  normalize?: (object: ApiObject) => void;
  prepareCreate?: Behaviour['prepareCreate'];
  /** Runs before the generation is decided. */
  prepareUpdate?: Behaviour['prepareUpdate'];
  validate?: Behaviour['validate'];
  warnings?: Behaviour['warnings'];
  /** Whether generations are counted: Kubernetes does not for ConfigMap, Service and others. */
  generation?: boolean;
  /** Whether there is a status subresource: writes to the resource itself leave the status alone. */
  status?: boolean;
}

/**
 * Sets `metadata.generation` of an update: one more than before if anything but metadata and status differs.
 * A client cannot set it.
 */
export function bumpGeneration(object: ApiObject, existing: ApiObject): void {
  const before = existing.metadata.generation ?? 0;
  object.metadata.generation = areEqual(specOf(object), specOf(existing)) ? before : before + 1;
}

function specOf(object: ApiObject): JsonObject {
  const { metadata: _metadata, status: _status, ...rest } = object;
  return rest;
}

/**
 * Gives `object` everything of `existing` except its status and what the wire needs: resourceVersion (for the check
 * against the stored one) and managedFields.
 */
export function keepAllButStatus(object: ApiObject, existing: ApiObject): void {
  const { status } = object;
  const { managedFields, resourceVersion, uid } = object.metadata;
  for (const name of Object.keys(object)) delete object[name];
  Object.assign(object, copyOf(existing));
  object.metadata.resourceVersion = resourceVersion;
  object.metadata.uid = uid;
  if (managedFields === undefined) delete object.metadata.managedFields;
  else object.metadata.managedFields = managedFields;
  if (status === undefined) delete object.status;
  else object.status = status;
}

/** The rules of nearly all kinds: canonical form, a generation that follows the spec, a status with a door of its own. */
export function behaviour(schema: KindSchema, parts: BehaviourParts = {}): Behaviour {
  const normalize = (object: ApiObject) => {
    canonicalize(schema, object, (text) => undecodable(object, text));
    parts.normalize?.(object);
  };
  return {
    prepareCreate(object, context) {
      if (parts.status) delete object.status;
      normalize(object);
      if (parts.generation) object.metadata.generation = 1;
      else delete object.metadata.generation;
      parts.prepareCreate?.(object, context);
    },
    prepareUpdate(object, existing, context) {
      if (parts.status) carryStatus(object, existing);
      normalize(object);
      parts.prepareUpdate?.(object, existing, context);
      if (parts.generation) bumpGeneration(object, existing);
      else delete object.metadata.generation;
    },
    prepareStatusUpdate(object, existing) {
      keepAllButStatus(object, existing);
      normalize(object);
    },
    validate: (object, existing, context) => parts.validate?.(object, existing, context) ?? [],
    warnings: (object) => parts.warnings?.(object) ?? [],
  };
}

function carryStatus(object: ApiObject, existing: ApiObject): void {
  if (existing.status === undefined) delete object.status;
  else object.status = copyOf(existing.status);
}

/** 400: a value that Go could not have decoded. */
export function undecodable(object: { apiVersion: string; kind: string }, text: string): ApiError {
  const version = object.apiVersion.split('/').at(-1) ?? '';
  const { kind } = object;
  return new ApiError(
    400,
    'BadRequest',
    `${kind} in version "${version}" cannot be handled as a ${kind}: ${text}`,
  );
}
