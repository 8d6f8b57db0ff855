import type { Behaviour, ResourceType, SubresourceType, TableLayout, Verb } from '../resource-type.ts';
import { behaviour } from './behaviour.ts';
import type { KindSchema } from './schema-dsl.ts';
import { nameAndAge } from './table-columns.ts';

/** What tells one built-in kind from another; the rest follows from these. */
export interface KindParts {
  /** Empty for the core group. */
  group: string;
  version?: string;
  kind: string;
  plural: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  /** True unless said otherwise. */
  namespaced?: boolean;
  verbs?: readonly Verb[];
  subresources?: readonly SubresourceType[];
  schema: KindSchema;
  behaviour?: Behaviour;
  table?: TableLayout;
  storage?: ResourceType['storage'];
  deprecation?: string;
}

/** Verbs of nearly every kind, in the order of discovery. */
export const allVerbs: readonly Verb[] = Object.freeze([
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
]);

/** The `status` subresource as nearly every kind has it. */
export const statusSubresource: SubresourceType = Object.freeze({
  name: 'status',
  verbs: Object.freeze(['get', 'patch', 'update'] as const),
});

/** The `scale` subresource, which speaks `autoscaling/v1 Scale`. */
export const scaleSubresource: SubresourceType = Object.freeze({
  name: 'scale',
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  verbs: Object.freeze(['get', 'patch', 'update'] as const),
});

/** A built-in kind: names follow from `kind`, behaviour and table are the plain ones unless given. */
export function defineKind(parts: KindParts): ResourceType {
  const subresources = parts.subresources ?? [];
  const status = subresources.some(({ name }) => name === 'status');
  return Object.freeze({
    group: parts.group,
    version: parts.version ?? 'v1',
    kind: parts.kind,
    listKind: `${parts.kind}List`,
    plural: parts.plural,
    singular: parts.kind.toLowerCase(),
    shortNames: parts.shortNames ?? [],
    categories: parts.categories ?? [],
    namespaced: parts.namespaced ?? true,
    verbs: parts.verbs ?? allVerbs,
    subresources,
    schema: parts.schema,
    behaviour: parts.behaviour ?? behaviour(parts.schema, { generation: status, status }),
    table: parts.table ?? nameAndAge,
    custom: false,
    ...(parts.storage && { storage: parts.storage }),
    ...(parts.deprecation !== undefined && { deprecation: parts.deprecation }),
  });
}
