import type { ApiObject, Json, JsonObject } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';
import { toTable } from '../tables/table.ts';
import { notAcceptable, type Representation } from './negotiate.ts';
import type { ListResult } from './read.ts';
import { apiVersionOf } from './registry.ts';
import { badRequest, quote } from './status.ts';

/** How much of an object goes with each row of a Table. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** What the presentation of an object depends on. */
export interface Presentation {
  readonly type: ResourceType;
  readonly as: Representation;
  readonly includeObject: IncludeObject;
  readonly now: Date;
}

/**
 * Reads the parameter `includeObject`.
 *
 * @throws ApiError 400
 */
export function parseIncludeObject(value: string | null): IncludeObject {
  if (value === null || value === '') return 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  const why = "must be 'Metadata', 'Object', 'None', or empty";
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${quote(value)}: ${why}`,
  );
}

/** One object in the form that the client asked for. */
export function presentObject(presentation: Presentation, object: ApiObject): JsonObject {
  const { as, type } = presentation;
  switch (as.as) {
    case 'Table':
      return table(presentation, [object], { resourceVersion: object.metadata.resourceVersion });
    case 'PartialObjectMetadata':
      return partial(object, as.version);
    case 'PartialObjectMetadataList': {
      const what = type.custom ? '*unstructured.Unstructured' : `*core.${type.kind}`;
      throw notAcceptable(
        `you requested PartialObjectMetadataList, but the requested object is not a list (${what})`,
      );
    }
    default:
      return object;
  }
}

/** A list in the form that the client asked for. */
export function presentList(presentation: Presentation, { items, metadata }: ListResult): JsonObject {
  const { as, type } = presentation;
  switch (as.as) {
    case 'Table':
      return table(presentation, items, metadata);
    case 'PartialObjectMetadataList':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${as.version}`,
        metadata: withoutEmptyContinue(metadata),
        items: items.map((item) => partial(item, as.version)),
      };
    case 'PartialObjectMetadata': {
      const what = type.custom ? '*unstructured.UnstructuredList' : `*core.${type.listKind}`;
      throw notAcceptable(
        `you requested PartialObjectMetadata, but the requested object is a list (${what})`,
      );
    }
    default:
      return {
        kind: type.listKind,
        apiVersion: apiVersionOf(type),
        metadata,
        items: type.custom ? [...items] : items.map(withoutKind),
      };
  }
}

/** A bookmark of a watch: an object of the kind with nothing but a resourceVersion. */
export function bookmark(type: ResourceType, revision: number, initialEventsEnd: boolean): ApiObject {
  const metadata = {
    resourceVersion: String(revision),
    ...(initialEventsEnd && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
  };
  return { kind: type.kind, apiVersion: apiVersionOf(type), metadata } as unknown as ApiObject;
}

function table(
  { type, as, includeObject, now }: Presentation,
  objects: readonly ApiObject[],
  metadata: JsonObject,
): JsonObject {
  const result = toTable(type, objects, { includeObject, now });
  const complete = {
    ...result,
    apiVersion: `meta.k8s.io/${as.version}`,
    metadata: withoutEmptyContinue(metadata),
  };
  if (as.version === 'v1' || includeObject !== 'Metadata') return complete;
  const rows = (result.rows as { object?: JsonObject }[]).map((row): Json => {
    return { ...row, object: { ...row.object, apiVersion: `meta.k8s.io/${as.version}` } } as JsonObject;
  });
  return { ...complete, rows };
}

function partial({ metadata }: ApiObject, version: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
}

function withoutEmptyContinue(metadata: JsonObject): JsonObject {
  if (metadata.continue !== '') return metadata;
  const { continue: _continue, ...rest } = metadata;
  return rest;
}

function withoutKind(object: ApiObject): JsonObject {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  return rest;
}
