import type { Schema } from '../schema.ts';

/**
 * The schema of CustomResourceDefinition itself, for decoding, patching and `explain`. What it may hold is checked in
 * words of its own by `validate-definition.ts`.
 */
export function definitionSchema(): Schema {
  return {
    type: 'object',
    description: 'CustomResourceDefinition represents a resource that should be exposed on the API server.',
    required: ['spec'],
    properties: {
      apiVersion: text('The version of the schema of this object.'),
      kind: text('The kind of this object.'),
      spec: specSchema(),
      status: statusSchema(),
    },
  };
}

function specSchema(): Schema {
  return record('How the resources should look.', {
    conversion: record('How objects are converted between versions; only None is served.', {
      strategy: text('None or Webhook.'),
      webhook: open('Who converts, when the strategy is Webhook.'),
    }),
    group: text('The API group. The resources are served under /apis/<group>/.'),
    names: namesSchema('The names by which the resources go.'),
    preserveUnknownFields: flag('Must be false: unknown fields are dropped.'),
    scope: text('Cluster or Namespaced.'),
    versions: list('All versions of the resource.', versionSchema()),
  });
}

function versionSchema(): Schema {
  const columns = list('What `kubectl get` prints beside the name.', columnSchema());
  return record('One version of the resource.', {
    additionalPrinterColumns: columns,
    deprecated: flag('Whether use of this version is warned about.'),
    deprecationWarning: { ...text('The warning; there is one for all if this is empty.'), nullable: false },
    name: text('The name of the version: v1, v2beta1.'),
    schema: record('What the objects look like.', {
      openAPIV3Schema: open('The OpenAPI v3 schema for validation and pruning.'),
    }),
    selectableFields: list(
      'Fields that field selectors may name.',
      record('', { jsonPath: text('Which field.') }),
    ),
    served: flag('Whether this version is served.'),
    storage: flag('Whether objects are stored in this version. Exactly one is.'),
    subresources: record('What an object is written through beside itself.', {
      scale: record('The scale subresource.', {
        labelSelectorPath: text('Path of the selector.'),
        specReplicasPath: text('Path of the wanted number.'),
        statusReplicasPath: text('Path of the actual number.'),
      }),
      status: open('The status subresource.'),
    }),
  });
}

function columnSchema(): Schema {
  return record('One column.', {
    description: text('What it shows.'),
    format: text('The OpenAPI format of the values.'),
    jsonPath: text('Where in the object the value is.'),
    name: text('The head of the column.'),
    priority: {
      type: 'integer',
      format: 'int32',
      description: 'Columns above 0 are shown with -o wide only.',
    },
    type: text('The OpenAPI type of the values.'),
  });
}

function statusSchema(): Schema {
  return record('What the server says about the definition.', {
    acceptedNames: namesSchema('The names in use, which may differ from the wanted ones.'),
    conditions: {
      ...list(
        'Where the definition stands.',
        record('One condition.', {
          lastTransitionTime: {
            type: 'string',
            format: 'date-time',
            description: 'When the status last changed.',
          },
          message: text('In words.'),
          observedGeneration: {
            type: 'integer',
            format: 'int64',
            description: 'Which generation this is about.',
          },
          reason: text('In one word.'),
          status: text('True, False or Unknown.'),
          type: text('Established, NamesAccepted, Terminating and others.'),
        }),
      ),
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'Which generation this status is about.',
    },
    storedVersions: list('All versions that objects were ever stored in.', { type: 'string' }),
  });
}

function namesSchema(description: string): Schema {
  return record(description, {
    categories: list('Groups of resources it belongs to, as all.', { type: 'string' }),
    kind: text('The kind, in CamelCase and singular.'),
    listKind: text('The kind of lists; kind and List if empty.'),
    plural: text('The plural, as in the path.'),
    shortNames: list('Short names for kubectl.', { type: 'string' }),
    singular: text('The singular; the kind in lower case if empty.'),
  });
}

function record(description: string, properties: Record<string, Schema>): Schema {
  return { type: 'object', description, properties };
}

function list(description: string, items: Schema): Schema {
  return { type: 'array', description, items, 'x-kubernetes-list-type': 'atomic' };
}

function open(description: string): Schema {
  return { type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true };
}

function text(description: string): Schema {
  return { type: 'string', description };
}

function flag(description: string): Schema {
  return { type: 'boolean', description };
}
