import type { Json, JsonObject } from '../json.ts';
import type { FieldError, ResourceType } from '../resource-type.ts';
import { forbidden, invalidValue, required } from './field-errors.ts';
import { checkAnnotations, checkLabels, checkOwners } from './metadata-parts.ts';
import { dnsLabel, dnsSubdomain, type NameRule, pathSegment, qualifiedKey } from './names.ts';
import { areEqual, isObject } from './values.ts';

/**
 * Checks what every kind has in common: the kind itself, name, namespace, labels, annotations, owners, finalizers, and,
 * in an update, what may not change (Kubernetes ValidateObjectMeta and ValidateObjectMetaUpdate).
 *
 * @param existing what the object replaces; null when it is new
 */
export function validateMetadata(
  type: ResourceType,
  object: JsonObject,
  existing: JsonObject | null,
): FieldError[] {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const kind = kindProblems(type, object);
  if (existing === null) {
    return [
      ...kind,
      ...nameProblems(type, metadata),
      ...namespaceProblems(type, metadata),
      ...checkParts(metadata),
    ];
  }
  const before = isObject(existing.metadata) ? existing.metadata : {};
  const update = updateProblems(metadata, before);
  // The API server looks at these twice, once for all kinds and once more for each, and reports both.
  return [...update, ...kind, ...update];
}

function kindProblems(type: ResourceType, object: JsonObject): FieldError[] {
  const { kind } = object;
  if (!type.custom || typeof kind !== 'string' || kind === type.kind) return [];
  return [invalidValue('kind', kind, `must be ${type.kind}`)];
}

function nameProblems(type: ResourceType, { name, generateName }: JsonObject): FieldError[] {
  const rule = nameRule(type);
  const prefix = typeof generateName === 'string' ? generateName : '';
  // A generated name goes on after the prefix, so the prefix may end in a dash.
  const prefixErrors =
    prefix === ''
      ? []
      : rule(prefix.replace(/-$/, 'a')).map((problem) =>
          invalidValue('metadata.generateName', prefix, problem),
        );
  if (typeof name !== 'string' || name === '') {
    return [...prefixErrors, required('metadata.name', 'name or generateName is required')];
  }
  return [...prefixErrors, ...rule(name).map((problem) => invalidValue('metadata.name', name, problem))];
}

function nameRule({ group, kind }: ResourceType): NameRule {
  // Kubernetes never checked the names of core Events.
  if (group === 'rbac.authorization.k8s.io' || (group === '' && kind === 'Event')) return pathSegment;
  return group === '' && (kind === 'Namespace' || kind === 'Service') ? dnsLabel : dnsSubdomain;
}

function namespaceProblems(type: ResourceType, { namespace }: JsonObject): FieldError[] {
  const field = 'metadata.namespace';
  const isGiven = typeof namespace === 'string' && namespace !== '';
  if (!type.namespaced) return isGiven ? [forbidden(field, 'not allowed on this type')] : [];
  if (!isGiven) return [required(field)];
  return dnsLabel(namespace).map((problem) => invalidValue(field, namespace, problem));
}

function checkParts(metadata: JsonObject): FieldError[] {
  return [
    ...checkLabels(metadata.labels, 'metadata.labels'),
    ...checkAnnotations(metadata.annotations),
    ...checkOwners(metadata.ownerReferences),
    ...textsOf(metadata.finalizers).flatMap((finalizer) =>
      qualifiedKey(finalizer).map((problem) => invalidValue('metadata.finalizers', finalizer, problem)),
    ),
  ];
}

function updateProblems(metadata: JsonObject, before: JsonObject): FieldError[] {
  const immutable = [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ];
  return [
    ...newFinalizers(metadata, before),
    ...immutable
      .filter((key) => !areEqual(metadata[key], before[key]))
      .map((key) => invalidValue(`metadata.${key}`, metadata[key] ?? null, 'field is immutable')),
    ...checkParts(metadata),
  ];
}

function newFinalizers(metadata: JsonObject, before: JsonObject): FieldError[] {
  if (before.deletionTimestamp === undefined) return [];
  const known = new Set(textsOf(before.finalizers));
  const added = textsOf(metadata.finalizers).filter((finalizer) => !known.has(finalizer));
  if (added.length === 0) return [];
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [forbidden('metadata.finalizers', detail)];
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
