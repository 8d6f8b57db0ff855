import type { ApiObject, Json, JsonObject } from '../json.ts';
import type { FieldError } from '../resource-type.ts';
import { invalidValue, notSupported, required } from '../schema/field-errors.ts';
import { dns1035Label, dnsSubdomain } from '../schema/names.ts';
import { childPath, itemPath } from '../schema/path.ts';
import { areEqual } from '../schema/values.ts';
import { parseJsonPath } from '../tables/json-path-syntax.ts';
import {
  conditionStatus,
  type DefinitionVersion,
  listIn,
  namesIn,
  objectIn,
  specOf,
  textIn,
  versionsOf,
} from './definition.ts';
import { validateCustomSchema } from './validate-schema.ts';

/** What is wrong with a CRD apart from its metadata, worded and ordered as by the API server. */
export function validateDefinition(definition: ApiObject, existing: ApiObject | null): FieldError[] {
  const versions = versionsOf(definition);
  return [
    ...nameProblems(definition),
    ...immutableProblems(definition, existing),
    ...specProblems(specOf(definition), versions),
    ...storedProblems(definition, versions),
  ];
}

function nameProblems(definition: ApiObject): FieldError[] {
  const spec = specOf(definition);
  const { name } = definition.metadata;
  if (!name || name === `${namesIn(spec.names).plural}.${textIn(spec, 'group')}`) return [];
  return [invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
}

/** Once a kind is served, other things hold on to its group, its names and its scope. */
function immutableProblems(definition: ApiObject, existing: ApiObject | null): FieldError[] {
  if (existing === null || conditionStatus(existing, 'Established') !== 'True') return [];
  const [spec, before] = [specOf(definition), specOf(existing)];
  const [names, namesBefore] = [objectIn(spec, 'names'), objectIn(before, 'names')];
  const pairs: [string, Json | undefined, Json | undefined][] = [
    ['spec.scope', spec.scope, before.scope],
    ['spec.names.kind', names.kind, namesBefore.kind],
    ['spec.group', spec.group, before.group],
    ['spec.names.plural', names.plural, namesBefore.plural],
  ];
  return pairs
    .filter(([, value, old]) => !areEqual(value, old))
    .map(([field, value]) => invalidValue(field, value ?? '', 'field is immutable'));
}

function specProblems(spec: JsonObject, versions: readonly DefinitionVersion[]): FieldError[] {
  const missing = versions.flatMap(({ schema }, index) =>
    schema ? [] : [required(`${itemPath('spec.versions', index)}.schema.openAPIV3Schema`)],
  );
  return [
    ...groupProblems(textIn(spec, 'group')),
    ...scopeProblems(textIn(spec, 'scope')),
    ...preserveProblems(spec),
    ...missing,
    ...versionProblems(versions),
    ...namesProblems(spec),
    ...perVersion(versions),
  ];
}

function groupProblems(group: string): FieldError[] {
  if (group === '') return [required('spec.group')];
  const problems = dnsSubdomain(group);
  if (problems.length > 0) return [invalidValue('spec.group', group, problems.join(','))];
  return group.includes('.')
    ? []
    : [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

function scopeProblems(scope: string): FieldError[] {
  if (scope === '') return [required('spec.scope')];
  return scope === 'Cluster' || scope === 'Namespaced'
    ? []
    : [notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])];
}

function preserveProblems({ preserveUnknownFields }: JsonObject): FieldError[] {
  if (preserveUnknownFields !== true) return [];
  const detail =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
  return [invalidValue('spec.preserveUnknownFields', true, detail)];
}

function versionProblems(versions: readonly DefinitionVersion[]): FieldError[] {
  const names = versions.map(({ name }) => name);
  const value = versions.map(printed);
  const errors = versions.flatMap(({ name }, index) => {
    const field = `${itemPath('spec.versions', index)}.name`;
    return dns1035Label(name).map((problem) => invalidValue(field, name, problem));
  });
  if (new Set(names).size < names.length) {
    errors.push(invalidValue('spec.versions', value, 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(
      invalidValue('spec.versions', value, 'must have exactly one version marked as storage version'),
    );
  }
  return errors;
}

/** As the API server prints a version, without what all versions share. */
function printed({ name, served, storage, deprecated, deprecationWarning }: DefinitionVersion): JsonObject {
  return {
    Name: name,
    Served: served,
    Storage: storage,
    Deprecated: deprecated,
    DeprecationWarning: deprecationWarning || null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  };
}

function namesProblems(spec: JsonObject): FieldError[] {
  const { plural, singular, kind, listKind, shortNames, categories } = namesIn(spec.names);
  const single: [string, string, boolean][] = [
    ['plural', plural, false],
    ['singular', singular, false],
    ['kind', kind, true],
    ['listKind', listKind, true],
  ];
  const errors = single.flatMap(([key, name, mayHaveCapitals]) => {
    const field = `spec.names.${key}`;
    if (name === '') return [required(field)];
    const problems = dns1035Label(mayHaveCapitals ? name.toLowerCase() : name);
    return problems.length > 0
      ? [invalidValue(field, name, withCapitals(problems.join(','), mayHaveCapitals))]
      : [];
  });
  for (const [key, list] of [['shortNames', shortNames] as const, ['categories', categories] as const]) {
    for (const [index, name] of list.entries()) {
      const problems = dns1035Label(name);
      const field = itemPath(`spec.names.${key}`, index);
      if (problems.length > 0) errors.push(invalidValue(field, name, problems.join(',')));
    }
  }
  if (kind !== '' && kind === listKind) {
    errors.push(invalidValue('spec.names.listKind', listKind, 'kind and listKind may not be the same'));
  }
  return errors;
}

function withCapitals(problem: string, mayHaveCapitals: boolean): string {
  return mayHaveCapitals ? `may have mixed case, but should otherwise match: ${problem}` : problem;
}

/** What all versions share is reported once, under the path that it had when there was one version only. */
function perVersion(versions: readonly DefinitionVersion[]): FieldError[] {
  const [first, ...others] = versions;
  if (!first) return [];
  const sharesSchema = others.every(({ schema }) => areEqual(schema as Json, first.schema as Json));
  const sharesColumns = others.every(({ columns }) => areEqual([...columns], [...first.columns]));
  const versionPath = (index: number) => itemPath('spec.versions', index);
  const schemas = sharesSchema
    ? schemaProblems(first, 'spec.validation')
    : versions.flatMap((version, index) => schemaProblems(version, `${versionPath(index)}.schema`));
  const columns = sharesColumns
    ? columnProblems(first, 'spec.additionalPrinterColumns')
    : versions.flatMap((version, index) =>
        columnProblems(version, `${versionPath(index)}.additionalPrinterColumns`),
      );
  return [...schemas, ...columns];
}

function schemaProblems({ schema }: DefinitionVersion, path: string): FieldError[] {
  return schema ? validateCustomSchema(schema, childPath(path, 'openAPIV3Schema')) : [];
}

const columnTypes = ['integer', 'number', 'string', 'boolean', 'date'];

function columnProblems({ columns }: DefinitionVersion, path: string): FieldError[] {
  return columns.flatMap((column, index) => {
    const at = (key: string) => childPath(itemPath(path, index), key);
    const [name, type, jsonPath] = ['name', 'type', 'jsonPath'].map((key) => textIn(column, key));
    const errors: FieldError[] = [];
    if (!name) errors.push(required(at('name')));
    if (!type) errors.push(required(at('type'), `must be one of ${columnTypes.join(',')}`));
    else if (!columnTypes.includes(type)) {
      errors.push(invalidValue(at('type'), type, `must be one of ${columnTypes.join(',')}`));
    }
    if (!jsonPath) return [...errors, required(at('JSONPath'))];
    const parsed = parseJsonPath(jsonPath);
    return 'error' in parsed ? [...errors, invalidValue(at('JSONPath'), jsonPath, parsed.error)] : errors;
  });
}

function storedProblems(definition: ApiObject, versions: readonly DefinitionVersion[]): FieldError[] {
  const field = 'status.storedVersions';
  const stored = listIn(objectIn(definition, 'status'), 'storedVersions');
  if (stored.length === 0) return [invalidValue(field, null, 'must have at least one stored version')];
  const names = versions.map(({ name }) => name);
  const errors = stored.flatMap((name, index) => {
    if (typeof name !== 'string' || names.includes(name)) return [];
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;
    return [invalidValue(itemPath(field, index), name, detail)];
  });
  const storage = versions.findLast((version) => version.storage)?.name;
  if (storage !== undefined && !stored.includes(storage)) {
    errors.push(invalidValue(field, [...stored], `must have the storage version ${storage}`));
  }
  return errors;
}
