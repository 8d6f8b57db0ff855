import type { Json, JsonObject } from '../json.ts';
import { getOwn, isObject } from '../schema/values.ts';
import { FieldSet } from './field-set.ts';

/** Who set which fields: one entry of `metadata.managedFields` (Kubernetes ManagedFieldsEntry). */
export interface ManagerEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339, empty if unknown. */
  readonly time: string;
  readonly fields: FieldSet;
}

/** Kubernetes keeps so many managers that update; older ones are put together. */
const maxUpdaters = 10;
const ancientManager = 'ancient-changes';

/** Entries of `managedFields`; undefined if one of them is none. */
export function readEntries(json: Json | undefined): ManagerEntry[] | undefined {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) return undefined;
  const entries: ManagerEntry[] = [];
  for (const item of json) {
    const entry = isObject(item) ? readEntry(item) : undefined;
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return entries;
}

function readEntry(json: JsonObject): ManagerEntry | undefined {
  const fields = FieldSet.fromJson(getOwn(json, 'fieldsV1') ?? {});
  const { operation, apiVersion } = json;
  if (fields === undefined || typeof apiVersion !== 'string') return undefined;
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  const { manager, subresource, time } = json;
  return {
    manager: typeof manager === 'string' ? manager : '',
    operation,
    apiVersion,
    subresource: typeof subresource === 'string' ? subresource : '',
    time: typeof time === 'string' ? time : '',
    fields,
  };
}

/** A single empty entry takes all ownership away. */
export function isReset(json: Json | undefined): boolean {
  if (!Array.isArray(json) || json.length !== 1) return false;
  const [only] = json;
  return isObject(only) && Object.keys(only).length === 0;
}

/** True for entries of the same manager, doing the same. */
export function isSameManager(one: ManagerEntry, other: Omit<ManagerEntry, 'fields' | 'time'>): boolean {
  return (
    one.manager === other.manager &&
    one.operation === other.operation &&
    one.subresource === other.subresource &&
    (one.operation === 'Apply' || one.apiVersion === other.apiVersion)
  );
}

/** Entries as `managedFields`: none that owns nothing, at most ten that update, in the order of Kubernetes. */
export function writeEntries(entries: readonly ManagerEntry[]): JsonObject[] {
  const kept = entries.filter((entry) => !entry.fields.isEmpty);
  return putTogether(kept).sort(byOperationAndTime).map(writeEntry);
}

function putTogether(entries: readonly ManagerEntry[]): ManagerEntry[] {
  const updaters = entries.filter(({ operation }) => operation === 'Update').sort(byOperationAndTime);
  const tooMany = updaters.length - maxUpdaters;
  if (tooMany <= 0) return [...entries];
  const oldest = updaters.slice(0, tooMany + 1);
  const others = entries.filter((entry) => !oldest.includes(entry));
  const versions = new Map<string, ManagerEntry>();
  for (const entry of oldest) {
    const before = versions.get(entry.apiVersion);
    const fields = before ? before.fields.union(entry.fields) : entry.fields;
    versions.set(entry.apiVersion, { ...entry, manager: ancientManager, subresource: '', fields });
  }
  return [...others, ...versions.values()];
}

function byOperationAndTime(a: ManagerEntry, b: ManagerEntry): number {
  return (
    compareTexts(a.operation, b.operation) ||
    compareTexts(a.time, b.time) ||
    compareTexts(a.manager, b.manager) ||
    compareTexts(a.apiVersion, b.apiVersion) ||
    compareTexts(a.subresource, b.subresource)
  );
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function writeEntry(entry: ManagerEntry): JsonObject {
  return {
    manager: entry.manager,
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    ...(entry.time !== '' && { time: entry.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: entry.fields.toJson(),
    ...(entry.subresource !== '' && { subresource: entry.subresource }),
  };
}
