// A kind with a bit of everything that a schema can say, for the tests of this folder and its neighbours.

import { customResourceDefinitionType } from '../../../../src/devcluster/crd/definition-type.ts';
import { definitionStatus, typesOf } from '../../../../src/devcluster/crd/definitions.ts';
import type { ApiObject, JsonObject } from '../../../../src/devcluster/json.ts';
import type { ResourceType, WriteContext } from '../../../../src/devcluster/resource-type.ts';
import type { Schema } from '../../../../src/devcluster/schema.ts';

export const now = new Date('2030-01-02T03:04:05Z');

export const robotSchema: Schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['serial'],
      properties: {
        model: { type: 'string', enum: ['walker', 'roller', 'flyer'], default: 'walker' },
        serial: { type: 'string', pattern: '^[A-Z]{2}-[0-9]{4}$' },
        legs: { type: 'integer', minimum: 0, maximum: 8, default: 2 },
        speed: { type: 'number' },
        port: { 'x-kubernetes-int-or-string': true },
        builtAt: { type: 'string', format: 'date-time' },
        note: { type: 'string', nullable: true, maxLength: 20 },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 4 },
        colours: { type: 'object', additionalProperties: { type: 'string' } },
        settings: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        payload: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
        mode: {
          type: 'object',
          default: {},
          properties: { name: { type: 'string', default: 'auto' }, level: { type: 'integer', default: 3 } },
        },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, count: { type: 'integer', default: 1 } },
          },
        },
      },
      'x-kubernetes-validations': [
        { rule: "self.model != 'flyer' || self.legs == 0", message: 'a flyer has no legs' },
      ],
    },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
};

export function definition(
  parts: { spec?: JsonObject; version?: JsonObject; name?: string } = {},
): ApiObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: parts.name ?? 'robots.toys.example.com',
      uid: '1',
      resourceVersion: '1',
      creationTimestamp: '2030-01-01T00:00:00Z',
    },
    spec: {
      group: 'toys.example.com',
      scope: 'Namespaced',
      names: { plural: 'robots', kind: 'Robot', shortNames: ['rb'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: structuredClone(robotSchema) as JsonObject },
          ...parts.version,
        },
      ],
      ...parts.spec,
    },
  };
}

export const context: WriteContext = {
  dryRun: false,
  find: () => undefined,
  list: () => [],
  now: () => now,
};

/** As the server would store it. */
export function stored(object: ApiObject, others: readonly ApiObject[] = []): ApiObject {
  customResourceDefinitionType.behaviour.prepareCreate(object, context);
  object.status = definitionStatus(object, others, now);
  return object;
}

export function robotType(): ResourceType {
  const [type] = typesOf(stored(definition()));
  if (!type) throw new Error('no type');
  return type;
}

export function robot(spec: JsonObject, metadata: JsonObject = {}): ApiObject {
  return {
    apiVersion: 'toys.example.com/v1',
    kind: 'Robot',
    metadata: {
      name: 'one',
      namespace: 'default',
      uid: '2',
      resourceVersion: '2',
      creationTimestamp: '2030-01-01T00:00:00Z',
      ...metadata,
    },
    spec: { serial: 'AB-1234', ...spec },
  } as ApiObject;
}
