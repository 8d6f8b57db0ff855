import type { ApiObject, Json, JsonObject } from '../json.ts';
import { emptyObject } from '../kinds/canonical.ts';
import { givenPaths } from '../kinds/given.ts';
import { wholeSeconds } from '../kinds/times.ts';
import type { ResourceType } from '../resource-type.ts';
import type { FieldSet } from './field-set.ts';
import { isReset, isSameManager, type ManagerEntry, readEntries, writeEntries } from './managers.ts';
import { typedSchema } from './typed.ts';
import { compareTyped } from './typed-compare.ts';

/** One write as managedFields remember it (Kubernetes ManagedFieldsEntry). */
export interface TrackedWrite {
  readonly type: ResourceType;
  /** As it will be stored; its `metadata.managedFields` are set. */
  readonly object: ApiObject;
  /** As it is stored; null on create. */
  readonly existing: ApiObject | null;
  /** `fieldManager`, or the first word of the User-Agent before its slash where there is none. */
  readonly manager: string;
  /** With `Apply` the entries stay as `applyPatch` wrote them. */
  readonly operation: 'Apply' | 'Update';
  /** `status`, `scale` or empty. */
  readonly subresource: string;
  readonly now: Date;
}

/**
 * Writes down who set what: call it on every create, update, patch and apply after the behaviour has prepared the object and
 * before it is stored. A write that changes nothing leaves the entries, times included, as they are.
 */
export function trackManager(write: TrackedWrite): void {
  const { type, object, existing, operation } = write;
  if (operation === 'Apply') return;
  const entries = entriesBefore(write);
  if (entries === undefined || (existing !== null && entries.length === 0)) {
    delete object.metadata.managedFields;
    return;
  }
  const before = existing ?? emptyState(type);
  const schema = typedSchema(type);
  const { added, modified, removed } = compareTyped(schema, before, object);
  const changed = givenPaths(object).reduce((fields, path) => fields.without(path), added.union(modified));
  const taken = ownable(type, changed, write.subresource);
  setEntries(object, take(entries, { ...write, taken, removed }));
}

/** Entries that a write starts from; undefined if it takes all of them away. */
function entriesBefore({ object, existing, subresource }: TrackedWrite): ManagerEntry[] | undefined {
  const stored = () => readEntries(existing?.metadata.managedFields) ?? [];
  if (subresource !== '') return stored();
  const given: Json | undefined = object.metadata.managedFields;
  if (isReset(given)) return undefined;
  const entries = readEntries(given);
  return entries === undefined || entries.length === 0 ? stored() : entries;
}

function take(
  entries: readonly ManagerEntry[],
  write: TrackedWrite & { taken: FieldSet; removed: FieldSet },
): ManagerEntry[] {
  const { taken, removed, manager, operation, subresource, now } = write;
  const self = { manager, operation, subresource, apiVersion: write.object.apiVersion };
  const others: ManagerEntry[] = entries.map((entry) => ({
    ...entry,
    fields: isSameManager(entry, self)
      ? entry.fields.difference(removed)
      : entry.fields.difference(taken).difference(removed),
  }));
  if (taken.isEmpty) return others;
  const mine = others.find((entry) => isSameManager(entry, self));
  const fields = mine ? mine.fields.union(taken) : taken;
  return [...others.filter((entry) => entry !== mine), { ...self, time: wholeSeconds(now), fields }];
}

/** Puts entries into the metadata; none leave nothing there. */
export function setEntries(object: ApiObject, entries: readonly ManagerEntry[]): void {
  const written = writeEntries(entries);
  if (written.length > 0) object.metadata.managedFields = written;
  else delete object.metadata.managedFields;
}

/** What nobody owns because the server sets it. */
const serverFields = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

/** The part of a set that a manager can own by way of a subresource: the status by `status`, all else by the object itself. */
export function ownable(type: ResourceType, fields: FieldSet, subresource: string): FieldSet {
  if (subresource === 'status') return fields.only('f:status');
  let result = fields.without(['f:apiVersion']).without(['f:kind']);
  for (const name of serverFields) result = result.without(['f:metadata', `f:${name}`]);
  if (result.below('f:metadata')?.isMember) result = result.difference(justMetadata(result));
  const hasStatus = type.subresources.some(({ name }) => name === 'status');
  return hasStatus ? result.without(['f:status']) : result;
}

function justMetadata(fields: FieldSet): FieldSet {
  const metadata = fields.only('f:metadata');
  let result = metadata;
  for (const [element] of metadata.below('f:metadata')?.elements ?? [])
    result = result.without(['f:metadata', element]);
  return result;
}

/** The state before a creation: what Kubernetes prints of a kind that nobody has said anything about. */
export function emptyState(type: ResourceType): JsonObject {
  const empty: JsonObject = type.custom || type.schema === null ? {} : emptyObject(type.schema);
  return { ...empty, metadata: {} };
}
