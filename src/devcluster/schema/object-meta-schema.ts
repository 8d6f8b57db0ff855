import type { Schema } from '../schema.ts';

/** The schema of `metadata`, the same for every kind (Kubernetes ObjectMeta v1). */
export function objectMetaSchema(): Schema {
  return {
    type: 'object',
    description: "Standard object's metadata.",
    properties: {
      annotations: textMap('Annotations is an unstructured key value map that tools use to store metadata.'),
      creationTimestamp: time('When the object was created. Set by the server.'),
      deletionGracePeriodSeconds: whole(
        'Seconds the object may take to end gracefully. Set by the server.',
        'int64',
      ),
      deletionTimestamp: time('When the object is due to be deleted. Set by the server.'),
      finalizers: finalizers(),
      generateName: text('A prefix for a unique name that the server makes when no name is given.'),
      generation: whole('Counts the changes of the wanted state. Set by the server.', 'int64'),
      labels: textMap('Labels organise and select objects.'),
      managedFields: managedFields(),
      name: text('The name, unique within a namespace. Cannot be updated.'),
      namespace: text('The space within which the name is unique. Cannot be updated.'),
      ownerReferences: ownerReferences(),
      resourceVersion: text('The version of the object as stored, opaque to clients. Set by the server.'),
      selfLink: text('Deprecated: not set any more.'),
      uid: text('Unique in time and space. Set by the server.'),
    },
  };
}

function finalizers(): Schema {
  return {
    type: 'array',
    description: 'Must be empty before the object is removed; each names who removes it.',
    items: { type: 'string' },
    'x-kubernetes-list-type': 'set',
    'x-kubernetes-patch-strategy': 'merge',
  };
}

function managedFields(): Schema {
  return {
    type: 'array',
    description: 'Which manager set which field.',
    'x-kubernetes-list-type': 'atomic',
    items: {
      type: 'object',
      properties: {
        apiVersion: text('The version the fields are of.'),
        fieldsType: text('How the fields are written; FieldsV1.'),
        fieldsV1: {
          type: 'object',
          description: 'The fields.',
          'x-kubernetes-preserve-unknown-fields': true,
        },
        manager: text('Who manages the fields.'),
        operation: text('Apply or Update.'),
        subresource: text('The subresource that was written.'),
        time: time('When it was written.'),
      },
    },
  };
}

function ownerReferences(): Schema {
  return {
    type: 'array',
    description: 'What this object depends on; it is deleted when all of these are.',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['uid'],
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'uid',
    items: {
      type: 'object',
      required: ['apiVersion', 'kind', 'name', 'uid'],
      'x-kubernetes-map-type': 'atomic',
      properties: {
        apiVersion: text('API version of the owner.'),
        blockOwnerDeletion: {
          type: 'boolean',
          description: 'Whether the owner waits for this object to go.',
        },
        controller: { type: 'boolean', description: 'Whether the owner is the managing controller.' },
        kind: text('Kind of the owner.'),
        name: text('Name of the owner.'),
        uid: text('UID of the owner.'),
      },
    },
  };
}

function text(description: string): Schema {
  return { type: 'string', description };
}

function time(description: string): Schema {
  return { type: 'string', format: 'date-time', description };
}

function whole(description: string, format: string): Schema {
  return { type: 'integer', format, description };
}

function textMap(description: string): Schema {
  return { type: 'object', description, additionalProperties: { type: 'string' } };
}
