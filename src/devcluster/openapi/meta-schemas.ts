import type { Json, JsonObject } from '../json.ts';
import { objectMetaSchema } from '../schema/object-meta-schema.ts';
import type { Schema } from '../schema.ts';
import { metaPackage, referenceTo } from './names.ts';

const text = (description: string): JsonObject => ({ type: 'string', description });
const whole = (description: string, format = 'int64'): JsonObject => ({
  type: 'integer',
  format,
  description,
});
const flag = (description: string): JsonObject => ({ type: 'boolean', description });
const record = (description: string, properties: JsonObject): JsonObject => ({
  description,
  type: 'object',
  properties,
});
const reference = (name: string, description: string): JsonObject => ({
  description,
  allOf: [referenceTo(`${metaPackage}.${name}`)],
});

/** Of the field `apiVersion` of every object. */
export const apiVersionSchema: JsonObject = text('The group and version of the schema of this object.');
/** Of the field `kind` of every object. */
export const kindSchema: JsonObject = text('The kind of this object, in CamelCase. Cannot be updated.');

/** The schemas that every document needs (Kubernetes meta/v1), by name. */
export function metaSchemas(): JsonObject {
  const schemas: JsonObject = {
    DeleteOptions: deleteOptions(),
    FieldsV1: { description: 'A set of fields, in JSON.', type: 'object' },
    ListMeta: listMeta(),
    ManagedFieldsEntry: entryOf('managedFields', 'Which manager set which field.', {
      fieldsV1: reference('FieldsV1', 'The fields.'),
      time: reference('Time', 'When it was written.'),
    }),
    ObjectMeta: objectMeta(),
    OwnerReference: entryOf('ownerReferences', 'What an object depends on.', {}),
    Patch: { description: 'The body of a PATCH request.', type: 'object' },
    Preconditions: record('What has to be so before an operation.', {
      resourceVersion: text('The resourceVersion that is meant.'),
      uid: text('The UID that is meant.'),
    }),
    ShardInfo: {
      ...record('Which share of the objects a list has.', {
        selector: { ...text('The selector.'), default: '' },
      }),
      required: ['selector'],
    },
    Status: status(),
    StatusCause: record('One cause of a failure.', {
      field: text('The field that is at fault.'),
      message: text('In words.'),
      reason: text('In one word.'),
    }),
    StatusDetails: statusDetails(),
    Time: { description: 'A time in the form of RFC 3339.', type: 'string', format: 'date-time' },
  };
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [`${metaPackage}.${name}`, schema]),
  );
}

function objectMeta(): JsonObject {
  const schema = objectMetaSchema() as Schema & { properties: Record<string, Schema> };
  const { managedFields, ownerReferences, ...properties } = schema.properties;
  const withItems = (list: Schema | undefined, name: string) => ({
    ...(list as JsonObject),
    items: { allOf: [referenceTo(`${metaPackage}.${name}`)], default: {} },
  });
  return {
    description: 'What every stored object has beside its content.',
    type: 'object',
    properties: {
      ...(properties as JsonObject),
      creationTimestamp: reference('Time', 'When the object was created. Set by the server.'),
      deletionTimestamp: reference('Time', 'When the object is due to be deleted. Set by the server.'),
      managedFields: withItems(managedFields, 'ManagedFieldsEntry'),
      ownerReferences: withItems(ownerReferences, 'OwnerReference'),
    },
  };
}

/** The items of a list in the metadata, as a schema of their own. */
function entryOf(field: string, description: string, changes: JsonObject): JsonObject {
  const items = objectMetaSchema().properties?.[field]?.items ?? {};
  const properties = { ...(items.properties as JsonObject | undefined), ...changes };
  return { ...(items as { [key: string]: Json }), description, properties };
}

function listMeta(): JsonObject {
  return record('What lists have beside their items.', {
    continue: text('Where this page ends; to be given to get the next one.'),
    remainingItemCount: whole('How many items follow, if that is known.'),
    resourceVersion: text('The version of the whole list.'),
    selfLink: text('Deprecated: not set any more.'),
    shardInfo: reference('ShardInfo', 'Which share of the objects this is.'),
  });
}

function deleteOptions(): JsonObject {
  return record('How to delete.', {
    apiVersion: apiVersionSchema,
    dryRun: { ...list('All: do everything but delete.'), 'x-kubernetes-list-type': 'atomic' },
    gracePeriodSeconds: whole('Seconds the object may take to end.'),
    ignoreStoreReadErrorWithClusterBreakingPotential: flag('Deletes even what cannot be read.'),
    kind: kindSchema,
    orphanDependents: flag('Deprecated: see propagationPolicy.'),
    preconditions: reference('Preconditions', 'What has to be so before.'),
    propagationPolicy: text('What becomes of dependents: Orphan, Background or Foreground.'),
  });
}

function list(description: string): JsonObject {
  return { description, type: 'array', items: { type: 'string' } };
}

function status(): JsonObject {
  return {
    ...record('The answer where there is no other.', {
      apiVersion: apiVersionSchema,
      code: whole('The HTTP status.', 'int32'),
      details: reference('StatusDetails', 'More about the reason.'),
      kind: kindSchema,
      message: text('In words.'),
      metadata: { ...reference('ListMeta', 'Standard list metadata.'), default: {} },
      reason: text('In one word.'),
      status: text('Success or Failure.'),
    }),
    'x-kubernetes-group-version-kind': [{ group: '', kind: 'Status', version: 'v1' }],
  };
}

function statusDetails(): JsonObject {
  return record('More about the reason of a Status.', {
    causes: {
      description: 'What is at fault.',
      type: 'array',
      items: { allOf: [referenceTo(`${metaPackage}.StatusCause`)], default: {} },
      'x-kubernetes-list-type': 'atomic',
    },
    group: text('The group of the resource.'),
    kind: text('The kind of the resource.'),
    name: text('The name of the resource.'),
    retryAfterSeconds: whole('Seconds to wait before trying again.', 'int32'),
    uid: text('The UID of the resource.'),
  });
}
