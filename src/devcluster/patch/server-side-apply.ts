import { parse } from 'yaml';
import { ApiError } from '../api-error.ts';
import type { ApiObject, Json, JsonObject } from '../json.ts';
import { wholeSeconds } from '../kinds/times.ts';
import type { ResourceType } from '../resource-type.ts';
import { areEqual, copyOf, isObject } from '../schema/values.ts';
import type { Schema } from '../schema.ts';
import { conflictError, conflictsOf, type FieldConflict } from './conflicts.ts';
import { FieldSet } from './field-set.ts';
import { isTooDeep } from './limits.ts';
import { emptyState, ownable, setEntries } from './managed-fields.ts';
import { isSameManager, type ManagerEntry, readEntries } from './managers.ts';
import { typedSchema } from './typed.ts';
import { type Comparison, compareTyped } from './typed-compare.ts';
import { fieldsOf, typeProblems } from './typed-fields.ts';
import { mergeTyped } from './typed-merge.ts';
import { removeFields } from './typed-remove.ts';

/** A server-side apply. */
export interface ApplyRequest {
  readonly type: ResourceType;
  /** As stored; null to create. Not changed. */
  readonly existing: ApiObject | null;
  /** The body: YAML or JSON, as text or parsed. */
  readonly config: Json;
  readonly manager: string;
  readonly force: boolean;
  readonly subresource: string;
  readonly name: string;
  readonly namespace: string;
  readonly now: Date;
}

/**
 * Server-side apply (Kubernetes application/apply-patch+yaml): what the manager says is put over what is there; what it said
 * before and does not say any more goes, unless somebody else owns it; other values for what somebody else owns are a conflict.
 *
 * @returns the object with its new managedFields, before defaulting and validation
 * @throws ApiError 400 or 500 for a body that does not fit the kind, 409 for conflicts without force
 */
export function serverSideApply(request: ApplyRequest): ApiObject {
  const { type, existing } = request;
  const config = configOf(request);
  const schema = typedSchema(type);
  const { managedFields: _managedFields, ...metadata } = existing?.metadata ?? {};
  const live: JsonObject = existing ? { ...existing, metadata } : { ...emptyState(type) };
  const entries = entriesBefore(request, live);

  const self = selfOf(request);
  const fields = ownable(type, fieldsOf(schema, config), request.subresource);
  const last = entries.find((entry) => isSameManager(entry, self));
  const others = entries.filter((entry) => entry !== last);
  const merged = mergeTyped(schema, live, config);
  const owned = others.reduce((all, entry) => all.union(entry.fields), fields);
  const gone = last === undefined ? new FieldSet() : last.fields.difference(owned);
  const result = (removeFields(schema, merged, gone, owned) ?? {}) as ApiObject;

  const comparison = compareTyped(schema, live, result);
  const changed = ownable(type, comparison.added.union(comparison.modified), request.subresource);
  const conflicts = conflictsOf(others, changed);
  if (!request.force) refuseConflicts(conflicts, lastApplied(request, schema));

  // Kubernetes does not note the time of an apply that changes nothing.
  const time = areEqual(live, result) ? (last?.time ?? '') : wholeSeconds(request.now);
  finish(result, request);
  setEntries(result, [...withoutLost(others, changed, comparison), { ...self, time, fields }]);
  return result;
}

function refuseConflicts(conflicts: readonly FieldConflict[], allowed: FieldSet | undefined): void {
  const rest = conflicts.filter(({ path }) => allowed?.has(path) !== true);
  if (rest.length > 0) throw conflictError(rest);
}

/**
 * What kubectl has applied before on the side of the client: it may go on to own that on the side of the server (Kubernetes
 * lastAppliedManager).
 */
function lastApplied({ manager, existing }: ApplyRequest, schema: Schema | undefined): FieldSet | undefined {
  const text = existing?.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  if (manager !== 'kubectl' || typeof text !== 'string') return undefined;
  try {
    const value = JSON.parse(text) as Json;
    return isTooDeep(value) ? undefined : fieldsOf(schema, value);
  } catch {
    return undefined;
  }
}

function selfOf({ manager, subresource, type }: ApplyRequest): Omit<ManagerEntry, 'fields' | 'time'> {
  return { manager, operation: 'Apply', subresource, apiVersion: apiVersionOf(type) };
}

/** Fields that were changed or removed are nobody else's any more. */
function withoutLost(
  entries: readonly ManagerEntry[],
  changed: FieldSet,
  { removed }: Comparison,
): ManagerEntry[] {
  return entries
    .map((entry) => ({ ...entry, fields: entry.fields.difference(changed).difference(removed) }))
    .filter((entry) => !entry.fields.isEmpty);
}

/** All that is there belongs to `before-first-apply` if nobody has kept track until now. */
function entriesBefore({ type, existing, subresource }: ApplyRequest, live: JsonObject): ManagerEntry[] {
  const entries = readEntries(existing?.metadata.managedFields) ?? [];
  if (existing === null || entries.length > 0) return entries;
  const { added } = compareTyped(typedSchema(type), emptyState(type), live);
  const fields = ownable(type, added, subresource);
  if (fields.isEmpty) return [];
  return [
    {
      manager: 'before-first-apply',
      operation: 'Update',
      apiVersion: apiVersionOf(type),
      subresource: '',
      time: existing.metadata.creationTimestamp,
      fields,
    },
  ];
}

/** What was not applied but belongs to every object. */
function finish(result: ApiObject, { type, name, namespace, existing }: ApplyRequest): void {
  result.apiVersion = apiVersionOf(type);
  result.kind = type.kind;
  result.metadata = { ...result.metadata };
  result.metadata.name ||= name;
  if (type.namespaced && namespace !== '') result.metadata.namespace ??= namespace;
  if (existing?.metadata.uid) result.metadata.uid ||= existing.metadata.uid;
}

function configOf({ type, config: body, name }: ApplyRequest): JsonObject {
  const config = typeof body === 'string' ? parseText(body) : copyOf(body);
  if (!isObject(config)) throw badRequest('error decoding YAML: the patch must be an object');
  const { apiVersion, kind } = config;
  const metadata = isObject(config.metadata) ? config.metadata : {};
  if (metadata.managedFields !== undefined && metadata.managedFields !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  if (kind !== type.kind || apiVersion !== apiVersionOf(type)) {
    const version = typeof apiVersion === 'string' ? apiVersion : '';
    throw badRequest(`invalid object type: ${kindText(version, typeof kind === 'string' ? kind : '')}`);
  }
  if (typeof metadata.name === 'string' && metadata.name !== '' && name !== '' && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  const problems = typeProblems(typedSchema(type), config);
  if (problems.length > 0) throw untyped(type, metadata, problems);
  return config;
}

function untyped(type: ResourceType, { namespace, name }: JsonObject, problems: readonly string[]): ApiError {
  const [first = '', ...more] = problems;
  const text = more.length === 0 ? first : `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
  const [space, who] = [namespace, name].map((part) => (typeof part === 'string' ? part : ''));
  const what = `(${space}/${who}; ${kindText(apiVersionOf(type), type.kind)})`;
  return new ApiError(500, '', `failed to create typed patch object ${what}: ${text}`);
}

/** As Go prints a GroupVersionKind: the group of core is empty. */
function kindText(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

function parseText(text: string): Json {
  // Nearly all clients send JSON, which is read many times faster as what it is.
  const value = parseJson(text) ?? parseYaml(text);
  if (isTooDeep(value)) throw badRequest('error decoding YAML: nested too deep');
  return copyOf(value);
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function parseYaml(text: string): Json {
  try {
    const value: unknown = parse(text, { uniqueKeys: false, merge: true, maxAliasCount: 100 });
    return (value ?? null) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${why}`);
  }
}

function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

function apiVersionOf({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}
