import type { ApiObject, Json, JsonObject } from '../json.ts';
import type { ResourceType, TableColumn } from '../resource-type.ts';

/** What `includeObject` asks for: Kubernetes puts the metadata into each row unless told otherwise. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/**
 * What `kubectl get` prints (Kubernetes meta.k8s.io/v1 Table). One row per object, in their order; `metadata` is empty
 * and is for the caller to fill.
 */
export function toTable(
  type: ResourceType,
  objects: readonly ApiObject[],
  options: { includeObject: IncludeObject; now: Date },
): JsonObject {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: type.table.columns.map(columnDefinition),
    rows: objects.map((object) => ({
      cells: [...type.table.cells(object, options.now)],
      object: included(object, options.includeObject),
    })),
  };
}

/** The metadata of an object alone, in the form that lists, watches and Tables use for it. */
export function partialObject(object: ApiObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function columnDefinition({ name, type, format, description, priority }: TableColumn): JsonObject {
  return { name, type, format, description, priority };
}

function included(object: ApiObject, include: IncludeObject): Json {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialObject(object);
}
