import type { JsonObject } from '../json.ts';

/** The query and path parameters of operations: name → type and description. */
const parameters = {
  allowWatchBookmarks: ['boolean', 'Whether a watch may carry events of type BOOKMARK.'],
  continue: ['string', 'Where the last page of a list ended.'],
  dryRun: ['string', 'All: do everything but store the result.'],
  fieldManager: ['string', 'Who makes the change. At most 128 printable characters.'],
  fieldSelector: ['string', 'Restricts a list to objects with these fields.'],
  fieldValidation: ['string', 'What to do about unknown and duplicate fields: Ignore, Warn or Strict.'],
  force: ['boolean', 'Takes over fields that others own. For apply only.'],
  gracePeriodSeconds: ['integer', 'Seconds the object may take to end.'],
  ignoreStoreReadErrorWithClusterBreakingPotential: ['boolean', 'Deletes even what cannot be read.'],
  labelSelector: ['string', 'Restricts a list to objects with these labels.'],
  limit: ['integer', 'The most objects one page of a list may have.'],
  name: ['string', 'The name of the object.'],
  namespace: ['string', 'The namespace of the object.'],
  orphanDependents: ['boolean', 'Deprecated: see propagationPolicy.'],
  pretty: ['string', 'Whether the answer is to be indented.'],
  propagationPolicy: ['string', 'What becomes of dependents: Orphan, Background or Foreground.'],
  resourceVersion: ['string', 'How fresh the answer has to be.'],
  resourceVersionMatch: ['string', 'How resourceVersion is meant: Exact or NotOlderThan.'],
  sendInitialEvents: ['boolean', 'Whether a watch begins with what is there.'],
  shardSelector: ['string', 'Restricts a list to a share of the objects. Not served.'],
  timeoutSeconds: ['integer', 'How long a list or watch may take.'],
  watch: ['boolean', 'Whether to go on with changes.'],
} as const;

/** A parameter that operations have. */
export type ParameterName = keyof typeof parameters;

/** Those of every list and watch. */
export const listParameters: readonly ParameterName[] = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'shardSelector',
  'timeoutSeconds',
  'watch',
];

/** Those of the deletion of one object. */
export const deleteParameters: readonly ParameterName[] = [
  'dryRun',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'propagationPolicy',
];

/** `fieldValidation` among them tells kubectl that the server validates, so that kubectl need not. */
export const writeParameters: readonly ParameterName[] = ['dryRun', 'fieldManager', 'fieldValidation'];

/** A parameter as an OpenAPI document lists it. */
export function parameter(name: ParameterName): JsonObject {
  const [type, description] = parameters[name];
  const inPath = name === 'name' || name === 'namespace';
  return {
    name,
    in: inPath ? 'path' : 'query',
    description,
    ...(inPath && { required: true }),
    schema: { type, uniqueItems: true },
  };
}
