import type { ApiObject } from '../json.ts';
import { bumpGeneration, keepAllButStatus } from '../kinds/behaviour.ts';
import type { Behaviour, ResourceType, SubresourceType, Verb } from '../resource-type.ts';
import { areEqual, copyOf } from '../schema/values.ts';
import { customTable } from './custom-table.ts';
import { type DefinitionVersion, namesIn, objectIn, specOf, textIn } from './definition.ts';

/** One version of a kind that a CRD defines. */
export function customType(definition: ApiObject, version: DefinitionVersion): ResourceType {
  const spec = specOf(definition);
  const names = namesIn(objectIn(definition, 'status').acceptedNames);
  const wanted = namesIn(spec.names);
  const { plural, kind, listKind, singular } = wanted;
  return {
    group: textIn(spec, 'group'),
    version: version.name,
    kind,
    listKind: listKind || `${kind}List`,
    plural,
    singular: singular || kind.toLowerCase(),
    shortNames: names.plural === '' ? wanted.shortNames : names.shortNames,
    categories: wanted.categories,
    namespaced: textIn(spec, 'scope') === 'Namespaced',
    verbs: customVerbs,
    subresources: subresourcesOf(version),
    schema: version.schema,
    behaviour: customBehaviour(version, `${textIn(spec, 'group')}/${version.name} ${kind}`),
    table: customTable(version.columns),
    custom: true,
  };
}

/** In the order in which the API server lists them for custom kinds. */
const customVerbs: readonly Verb[] = Object.freeze([
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
]);

function subresourcesOf({ hasStatus, hasScale }: DefinitionVersion): SubresourceType[] {
  const verbs: readonly Verb[] = ['get', 'patch', 'update'];
  return [
    ...(hasStatus ? [{ name: 'status' as const, verbs }] : []),
    ...(hasScale
      ? [{ name: 'scale' as const, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs }]
      : []),
  ];
}

function customBehaviour(version: DefinitionVersion, what: string): Behaviour {
  const { deprecated, deprecationWarning, hasStatus } = version;
  const deprecation = deprecated ? [deprecationWarning || `${what} is deprecated`] : [];
  return {
    prepareCreate(object) {
      if (hasStatus) delete object.status;
      object.metadata.generation = 1;
    },
    prepareUpdate(object, existing) {
      if (hasStatus) takeStatus(object, existing);
      bumpGeneration(object, existing);
      if (!hasStatus && !areEqual(object.status, existing.status)) {
        object.metadata.generation = (existing.metadata.generation ?? 0) + 1;
      }
    },
    prepareStatusUpdate: keepAllButStatus,
    validate: () => [],
    warnings: () => deprecation,
  };
}

function takeStatus(object: ApiObject, existing: ApiObject): void {
  if (existing.status === undefined) delete object.status;
  else object.status = copyOf(existing.status);
}
