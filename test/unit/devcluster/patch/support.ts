import type { ApiObject, Json, JsonObject } from '../../../../src/devcluster/json.ts';
import { applyPatch } from '../../../../src/devcluster/patch/apply-patch.ts';
import { trackManager } from '../../../../src/devcluster/patch/managed-fields.ts';
import type { ResourceType } from '../../../../src/devcluster/resource-type.ts';
import type { Schema } from '../../../../src/devcluster/schema.ts';

/** A custom kind with a bit of everything that matters to patches. */
export function toyType(): ResourceType {
  const part: Schema = {
    type: 'object',
    properties: { name: { type: 'string' }, count: { type: 'integer' } },
  };
  return {
    group: 'toys.example.com',
    version: 'v1',
    kind: 'Toy',
    listKind: 'ToyList',
    plural: 'toys',
    singular: 'toy',
    shortNames: [],
    categories: [],
    namespaced: true,
    verbs: [],
    subresources: [{ name: 'status', verbs: ['get', 'patch', 'update'] }],
    schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            legs: { type: 'integer' },
            labels: { type: 'object', additionalProperties: { type: 'string' } },
            selector: {
              type: 'object',
              'x-kubernetes-map-type': 'atomic',
              additionalProperties: { type: 'string' },
            },
            tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
            list: { type: 'array', items: { type: 'string' } },
            slots: { type: 'object', additionalProperties: part },
            parts: {
              type: 'array',
              items: part,
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['name'],
            },
          },
        },
        status: { type: 'object', properties: { phase: { type: 'string' } } },
      },
    },
    behaviour: {
      prepareCreate: () => {},
      prepareUpdate: () => {},
      prepareStatusUpdate: () => {},
      validate: () => [],
      warnings: () => [],
    },
    table: { columns: [], cells: () => [] },
    custom: true,
  };
}

export const firstTime = new Date('2001-02-03T04:05:06Z');
export const laterTime = new Date('2001-02-03T04:05:16Z');

/** What a client sends. */
export function toy(spec: JsonObject, more: JsonObject = {}): JsonObject {
  return { apiVersion: 'toys.example.com/v1', kind: 'Toy', metadata: { name: 'robot' }, spec, ...more };
}

/** What the server has after somebody created a toy. */
export function createdToy(spec: JsonObject, manager = 'creator'): ApiObject {
  const object = toy(spec) as ApiObject;
  object.metadata = {
    name: 'robot',
    namespace: 'default',
    uid: 'uid-1',
    resourceVersion: '7',
    creationTimestamp: '2001-02-03T04:05:06Z',
  };
  trackManager({
    type: toyType(),
    object,
    existing: null,
    manager,
    operation: 'Update',
    subresource: '',
    now: firstTime,
  });
  return object;
}

/** A server-side apply of `config` to what is there. */
export function apply(
  existing: ApiObject | null,
  config: Json | string,
  manager: string,
  more: { force?: boolean; subresource?: string; now?: Date } = {},
): ApiObject {
  return applyPatch({
    type: toyType(),
    contentType: 'application/apply-patch+yaml',
    existing,
    patch: config,
    fieldManager: manager,
    force: more.force ?? false,
    subresource: more.subresource ?? '',
    name: 'robot',
    namespace: 'default',
    now: more.now ?? firstTime,
  });
}

/** An update by `manager` that makes the spec (or what else is given) new. */
export function update(existing: ApiObject, change: JsonObject, manager: string, now = laterTime): ApiObject {
  const object = structuredClone({ ...existing, ...change }) as ApiObject;
  trackManager({ type: toyType(), object, existing, manager, operation: 'Update', subresource: '', now });
  return object;
}

/** Who owns what: `manager operation` or `manager operation subresource` to FieldsV1. */
export function owners(object: ApiObject): Record<string, Json | undefined> {
  const entries = (object.metadata.managedFields ?? []).map((entry) => {
    const { manager, operation, subresource, fieldsV1 } = entry;
    const name = [manager, operation, subresource].filter((part) => part !== undefined).join(' ');
    return [name, fieldsV1] as const;
  });
  return Object.fromEntries(entries);
}
