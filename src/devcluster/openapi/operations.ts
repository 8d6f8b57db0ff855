import type { JsonObject } from '../json.ts';
import type { ResourceType, SubresourceType, Verb } from '../resource-type.ts';
import { documentPath, metaPackage, referenceTo, schemaName } from './names.ts';
import {
  deleteParameters,
  listParameters,
  type ParameterName,
  parameter,
  writeParameters,
} from './parameters.ts';

interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete' | 'patch';
  readonly verb: Verb;
  readonly action: string;
  readonly parameters: readonly ParameterName[];
}

const onCollection: readonly Operation[] = [
  { method: 'get', verb: 'list', action: 'list', parameters: listParameters },
  { method: 'post', verb: 'create', action: 'post', parameters: writeParameters },
  { method: 'delete', verb: 'deletecollection', action: 'deletecollection', parameters: listParameters },
];

const onObject: readonly Operation[] = [
  { method: 'get', verb: 'get', action: 'get', parameters: [] },
  { method: 'put', verb: 'update', action: 'put', parameters: writeParameters },
  { method: 'delete', verb: 'delete', action: 'delete', parameters: deleteParameters },
  { method: 'patch', verb: 'patch', action: 'patch', parameters: [...writeParameters, 'force'] },
];

/** What all operations of one path have in common. */
interface Place {
  readonly type: ResourceType;
  /** Of the path rather than of one operation. */
  readonly shared: readonly ParameterName[];
  /** The list over all namespaces has its parameters on the path; all others have them on the operations. */
  readonly isEverywhere?: boolean;
  readonly subresource?: SubresourceType;
}

/** The paths of one kind with their operations, as far as clients look at them. */
export function pathsOf(type: ResourceType): JsonObject {
  const root = `/${documentPath(type.group, type.version)}`;
  const base = type.namespaced ? `${root}/namespaces/{namespace}/${type.plural}` : `${root}/${type.plural}`;
  const onPath: ParameterName[] = type.namespaced ? ['namespace', 'pretty'] : ['pretty'];
  const named: ParameterName[] = ['name', ...onPath];
  const paths: JsonObject = {};
  const add = (path: string, operations: readonly Operation[], place: Place) => {
    if (operations.length > 0) paths[path] = pathItem(operations, place);
  };
  if (type.namespaced && type.verbs.includes('list')) {
    const shared: ParameterName[] = [...listParameters, 'pretty'];
    add(`${root}/${type.plural}`, onCollection.slice(0, 1), { type, shared, isEverywhere: true });
  }
  add(base, allowed(onCollection, type.verbs), { type, shared: onPath });
  add(`${base}/{name}`, allowed(onObject, type.verbs), { type, shared: named });
  for (const subresource of type.subresources) {
    const operations = allowed(onObject, subresource.verbs);
    add(`${base}/{name}/${subresource.name}`, operations, { type, shared: named, subresource });
  }
  return paths;
}

function allowed(operations: readonly Operation[], verbs: readonly Verb[]): Operation[] {
  return operations.filter(({ verb }) => verbs.includes(verb));
}

function pathItem(operations: readonly Operation[], place: Place): JsonObject {
  const item: JsonObject = {};
  for (const operation of operations) item[operation.method] = describe(operation, place);
  item.parameters = place.shared.map(parameter);
  return item;
}

function describe({ method, action, parameters }: Operation, place: Place): JsonObject {
  const { type, isEverywhere, subresource } = place;
  // Kubernetes has custom kinds read at a given resourceVersion, as their definitions say; built-in ones do not say so.
  const own = type.custom && action === 'get' ? (['resourceVersion'] as const) : parameters;
  const { group, version, kind } = { ...type, ...subresource };
  return {
    tags: [`${type.group.split('.')[0] || 'core'}_${type.version}`],
    description: `${action} ${type.kind}${subresource ? ` ${subresource.name}` : ''}`,
    operationId: operationId(action, place),
    ...(!isEverywhere && own.length > 0 && { parameters: own.map(parameter) }),
    ...bodyOf(type, method),
    responses: {
      200: {
        description: 'OK',
        content: contentOf(
          schemaName(type, action === 'list' ? type.listKind : type.kind),
          method === 'delete',
        ),
      },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}

function operationId(action: string, { type, isEverywhere, subresource }: Place): string {
  const capital = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  const group = type.group === '' ? 'core' : type.group;
  const scope = type.namespaced && !isEverywhere ? ['namespaced'] : [];
  const words = [...group.split('.'), type.version, ...scope].map(capital).join('');
  const tail = isEverywhere ? 'ForAllNamespaces' : capital(subresource?.name ?? '');
  return `${action}${words}${type.kind}${tail}`;
}

function bodyOf(type: ResourceType, method: Operation['method']): JsonObject {
  if (method === 'get') return {};
  if (method === 'patch') return { requestBody: { content: patchTypes(type), required: true } };
  const name = method === 'delete' ? `${metaPackage}.DeleteOptions` : schemaName(type, type.kind);
  const requestBody = { content: { '*/*': { schema: referenceTo(name) } } };
  return { requestBody: method === 'delete' ? requestBody : { ...requestBody, required: true } };
}

/** That strategic merge patches are named tells kubectl to make them after the schemas of this document. */
function patchTypes({ custom }: ResourceType): JsonObject {
  const types = [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(custom ? [] : ['application/strategic-merge-patch+json']),
  ];
  return Object.fromEntries(types.map((type) => [type, { schema: referenceTo(`${metaPackage}.Patch`) }]));
}

function contentOf(name: string, isDeletion: boolean): JsonObject {
  const schema = referenceTo(isDeletion ? `${metaPackage}.Status` : name);
  return { 'application/json': { schema }, 'application/yaml': { schema } };
}
