import type { ApiObject, JsonObject } from '../json.ts';
import { bumpGeneration } from '../kinds/behaviour.ts';
import type { Behaviour, ResourceType, TableLayout } from '../resource-type.ts';
import { copyOf, isObject } from '../schema/values.ts';
import { definitionGroup, listIn, namesIn, objectIn, specOf } from './definition.ts';
import { definitionSchema } from './definition-schema.ts';
import { normalSchema } from './normal-schema.ts';
import { storedVersions } from './stored-versions.ts';
import { validateDefinition } from './validate-definition.ts';

const behaviour: Behaviour = {
  prepareCreate(object) {
    normalize(object);
    // The conditions and the accepted names come later, from whoever watches over all definitions.
    delete object.status;
    object.status = { storedVersions: storedVersions(object) };
    object.metadata.generation = 1;
  },
  prepareUpdate(object, existing) {
    normalize(object);
    object.status = copyOf(existing.status ?? {});
    objectIn(object, 'status').storedVersions = storedVersions(object);
    bumpGeneration(object, existing);
  },
  prepareStatusUpdate(object, existing) {
    const { status, metadata } = object;
    object.spec = copyOf(existing.spec ?? {});
    object.metadata = { ...copyOf(existing.metadata), resourceVersion: metadata.resourceVersion };
    if (metadata.managedFields) object.metadata.managedFields = metadata.managedFields;
    object.status = status ?? {};
  },
  validate: validateDefinition,
  warnings: () => [],
};

const table: TableLayout = {
  columns: [
    {
      name: 'Name',
      type: 'string',
      format: 'name',
      description: 'Name must be unique within a namespace.',
      priority: 0,
    },
    {
      name: 'Created At',
      type: 'date',
      format: '',
      description: 'When the object was created.',
      priority: 0,
    },
  ],
  cells: (object) => [object.metadata.name, object.metadata.creationTimestamp],
};

/** CustomResourceDefinition itself, of apiextensions.k8s.io/v1. */
export const customResourceDefinitionType: ResourceType = Object.freeze({
  group: definitionGroup,
  version: 'v1',
  kind: 'CustomResourceDefinition',
  listKind: 'CustomResourceDefinitionList',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  shortNames: Object.freeze(['crd', 'crds']),
  categories: Object.freeze(['api-extensions']),
  namespaced: false,
  verbs: Object.freeze([
    'create',
    'delete',
    'deletecollection',
    'get',
    'list',
    'patch',
    'update',
    'watch',
  ] as const),
  subresources: Object.freeze([
    { name: 'status' as const, verbs: Object.freeze(['get', 'patch', 'update'] as const) },
  ]),
  schema: definitionSchema(),
  behaviour,
  table,
  custom: false,
});

/** Fills in the names that follow from the kind, and brings schemas into the one form they are stored in. */
function normalize(definition: ApiObject): void {
  const spec = specOf(definition);
  if (!isObject(definition.spec)) definition.spec = spec;
  const names = objectIn(spec, 'names');
  const { kind, singular, listKind } = namesIn(names);
  if (kind !== '' && singular === '') names.singular = kind.toLowerCase();
  if (kind !== '' && listKind === '') names.listKind = `${kind}List`;
  if (!isObject(spec.conversion)) spec.conversion = { strategy: 'None' };
  if (spec.preserveUnknownFields === false) delete spec.preserveUnknownFields;
  dropEmpty(names, ['shortNames', 'categories']);
  for (const version of listIn(spec, 'versions').filter(isObject)) normalizeVersion(version);
}

function normalizeVersion(version: JsonObject): void {
  dropEmpty(version, ['additionalPrinterColumns', 'selectableFields']);
  version.served ??= false;
  version.storage ??= false;
  const schema = objectIn(version, 'schema');
  if (isObject(schema.openAPIV3Schema)) schema.openAPIV3Schema = normalSchema(schema.openAPIV3Schema);
}

function dropEmpty(object: JsonObject, keys: readonly string[]): void {
  for (const key of keys) if (listIn(object, key).length === 0) delete object[key];
}
