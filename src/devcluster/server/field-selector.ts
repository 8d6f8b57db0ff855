import { ApiError } from '../api-error.ts';
import type { ApiObject, Json } from '../json.ts';
import type { ResourceType } from '../resource-type.ts';

/** Whether an object is selected. */
export type FieldSelector = (object: ApiObject) => boolean;

const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

// What can be selected by beside name and namespace, as the conversion functions of Kubernetes have it. Kinds that are not here
// have no such function, and word their refusal differently.
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  '/nodes': ['spec.unschedulable'],
  '/namespaces': ['status.phase'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/events': [
    ...involved.map((field) => `involvedObject.${field}`),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/events': [
    ...involved.map((field) => `regarding.${field}`),
    'reason',
    'reportingController',
    'type',
  ],
};

const nameFields = ['metadata.name', 'metadata.namespace'];

/**
 * Reads a field selector (`metadata.name=a,type!=Opaque`) for one kind. It selects objects in their served form.
 *
 * @throws ApiError 400 for nonsense and for fields that the kind cannot be selected by
 */
export function parseFieldSelector(text: string, type: ResourceType): FieldSelector {
  const terms = splitTerms(text).map((term) => parseTerm(term, type));
  return (object) => terms.every((term) => term(object));
}

/** The name that a selector asks for, if it asks for exactly one; undefined otherwise. */
export function namedBy(text: string): string | undefined {
  for (const term of splitTerms(text)) {
    const name = /^metadata\.name==?([^\\,!=]+)$/.exec(term)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

function splitTerms(text: string): string[] {
  const terms = text.match(/(\\.|[^\\,])+/g) ?? [];
  return terms.filter((term) => term !== '');
}

function parseTerm(term: string, type: ResourceType): FieldSelector {
  const match = /^((?:\\.|[^\\=!])*?)(==|!=|=)(.*)$/s.exec(term);
  if (match === null) {
    throw new ApiError(400, 'BadRequest', `invalid selector: '${term}'; can't understand '${term}'`);
  }
  const [, field = '', operator, escaped = ''] = match;
  const wanted = escaped.replaceAll(/\\([\\,=])/g, '$1');
  checkField(field, type);
  const path = field.split('.');
  return operator === '!='
    ? (object) => valueAt(object, path) !== wanted
    : (object) => valueAt(object, path) === wanted;
}

function checkField(field: string, type: ResourceType): void {
  const known = fieldsOf[`${type.group}/${type.plural}`];
  if (nameFields.includes(field) || known?.includes(field)) return;
  const message =
    known || type.custom
      ? `field label not supported: ${field}`
      : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
  throw new ApiError(400, 'BadRequest', message);
}

function valueAt(object: ApiObject, path: readonly string[]): string {
  let value: Json | undefined = object;
  for (const step of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, step)) {
      value = undefined;
      break;
    }
    value = value[step];
  }
  if (value === undefined || value === null) return path.at(-1) === 'unschedulable' ? 'false' : '';
  // The source of an Event is its component.
  if (typeof value === 'object' && !Array.isArray(value)) return String(value.component ?? '');
  return String(value);
}
