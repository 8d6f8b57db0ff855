import type { JsonObject } from '../json.ts';
import type { ResourceType, SubresourceType } from '../resource-type.ts';
import { apiVersionOf, byVersion, type Registry } from './registry.ts';

/** `/api`: the versions of the core group. */
export function coreVersions(address: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** `/apis`: all groups but the core one. */
export function groupList(registry: Registry): JsonObject {
  const groups = groupNames(registry).filter((group) => group !== '');
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map((group) => groupEntry(registry, group)),
  };
}

/** `/apis/GROUP`; undefined if there is no such group. */
export function groupDocument(registry: Registry, group: string): JsonObject | undefined {
  if (group === '' || versionsOf(registry, group).length === 0) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(registry, group) };
}

/** `/api/v1`, `/apis/GROUP/VERSION`: the kinds; undefined if there is no such version. */
export function resourceList(registry: Registry, group: string, version: string): JsonObject | undefined {
  const types = typesIn(registry, group, version);
  if (types.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: types.flatMap((type) => [resourceEntry(type), ...type.subresources.map(legacyEntry(type))]),
  };
}

/** `/api` and `/apis` in the aggregated form (apidiscovery.k8s.io/v2). */
export function aggregated(registry: Registry, core: boolean): JsonObject {
  const groups = groupNames(registry).filter((group) => (group === '') === core);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versionsOf(registry, group).map((version) => ({
        version,
        freshness: 'Current',
        resources: typesIn(registry, group, version).map(aggregatedEntry),
      })),
    })),
  };
}

function aggregatedEntry(type: ResourceType): JsonObject {
  const subresources = type.subresources.map((subresource) => ({
    subresource: subresource.name,
    responseKind: responseKind(type, subresource),
    verbs: [...subresource.verbs],
  }));
  return {
    resource: type.plural,
    responseKind: responseKind(type),
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: [...type.verbs],
    ...namesOf(type),
    ...(subresources.length > 0 && { subresources }),
  };
}

function responseKind(type: ResourceType, subresource?: SubresourceType): JsonObject {
  const kind = subresource?.kind ?? type.kind;
  if (subresource?.group !== undefined) {
    return { group: subresource.group, version: subresource.version ?? '', kind };
  }
  // A kube-apiserver leaves out what is that of the list around it; for custom kinds it does not.
  return { group: type.custom ? type.group : '', version: type.custom ? type.version : '', kind };
}

function resourceEntry(type: ResourceType): JsonObject {
  return {
    name: type.plural,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: [...type.verbs],
    ...namesOf(type),
  };
}

function legacyEntry(type: ResourceType): (subresource: SubresourceType) => JsonObject {
  return ({ name, group, version, kind, verbs }) => ({
    name: `${type.plural}/${name}`,
    singularName: '',
    namespaced: type.namespaced,
    ...(group !== undefined && { group }),
    ...(version !== undefined && { version }),
    kind: kind ?? type.kind,
    verbs: [...verbs],
  });
}

function namesOf({ shortNames, categories }: ResourceType): JsonObject {
  return {
    ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
    ...(categories.length > 0 && { categories: [...categories] }),
  };
}

function groupEntry(registry: Registry, group: string): JsonObject {
  const versions = versionsOf(registry, group).map((version) => ({
    groupVersion: apiVersionOf({ group, version }),
    version,
  }));
  return { name: group, versions, ...(versions[0] && { preferredVersion: versions[0] }) };
}

function groupNames(registry: Registry): string[] {
  return [...new Set(registry.all.map(({ group }) => group))];
}

function versionsOf(registry: Registry, group: string): string[] {
  const versions = registry.all.filter((type) => type.group === group).map(({ version }) => version);
  return [...new Set(versions)].sort(byVersion);
}

function typesIn(registry: Registry, group: string, version: string): ResourceType[] {
  return registry.all.filter((type) => type.group === group && type.version === version);
}
