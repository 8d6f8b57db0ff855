import { ApiError } from '../api-error.ts';
import type { FaultSubject } from '../faults.ts';
import type { ApiObject, Json, JsonObject } from '../json.ts';
import { quote } from '../server/status.ts';
import type { Store } from '../storage/store.ts';

/** Who sends a request. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

const group = 'rbac.authorization.k8s.io';

// What Kubernetes grants to everybody who is known (ClusterRoles system:discovery and system:basic-user).
const openPaths = ['/', '/api', '/apis', '/openapi', '/healthz', '/livez', '/readyz', '/version'];
const reviews = ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews'];

/** Whether a role bound to the user grants the request (Kubernetes RBAC: what is not granted is denied). */
export function isAllowed(store: Store, user: User, subject: FaultSubject, isResource: boolean): boolean {
  if (!isResource)
    return isOpen(subject) || rulesOf(store, user, '').some((rule) => grantsPath(rule, subject));
  if (reviews.includes(subject.resource) && subject.verb === 'create') return true;
  return rulesOf(store, user, subject.namespace).some((rule) => grantsResource(rule, subject));
}

/** 403 in the words of Kubernetes. */
export function forbidden(user: User, subject: FaultSubject, isResource: boolean): ApiError {
  const { verb, path, resource, namespace, name } = subject;
  const who = `User ${quote(user.name)} cannot`;
  if (!isResource) {
    const message = `forbidden: ${who} ${verb} path ${quote(path)}`;
    return new ApiError(403, 'Forbidden', message, {});
  }
  const [plural = ''] = resource.split('/');
  const qualified = subject.group === '' ? plural : `${plural}.${subject.group}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${quote(namespace)}`;
  const what = `${verb} resource ${quote(resource)} in API group ${quote(subject.group)} ${where}`;
  const named = name === '' ? qualified : `${qualified} ${quote(name)}`;
  return new ApiError(403, 'Forbidden', `${named} is forbidden: ${who} ${what}`, {
    name,
    group: subject.group,
    kind: plural,
  });
}

function isOpen({ verb, path }: FaultSubject): boolean {
  return (
    verb === 'get' && openPaths.some((open) => path === open || (open !== '/' && path.startsWith(`${open}/`)))
  );
}

function rulesOf(store: Store, user: User, namespace: string): JsonObject[] {
  const everywhere = store.list({ group, plural: 'clusterrolebindings' });
  const here = store
    .list({ group, plural: 'rolebindings' })
    .filter((binding) => namespace !== '' && binding.metadata.namespace === namespace);
  return [...everywhere, ...here]
    .filter((binding) => binds(binding, user))
    .flatMap((binding) => asList(roleOf(store, binding)?.rules).map(asObject));
}

function binds(binding: ApiObject, user: User): boolean {
  return asList(binding.subjects).some((entry) => {
    const { kind, name, namespace } = asObject(entry);
    if (kind === 'User') return name === user.name;
    if (kind === 'Group') return user.groups.includes(String(name));
    const account = `system:serviceaccount:${namespace ?? binding.metadata.namespace ?? ''}:${name}`;
    return kind === 'ServiceAccount' && account === user.name;
  });
}

function roleOf(store: Store, binding: ApiObject): ApiObject | undefined {
  const { kind, name } = asObject(binding.roleRef);
  const cluster = kind === 'ClusterRole';
  const namespace = cluster ? '' : (binding.metadata.namespace ?? '');
  return store.get({ group, plural: cluster ? 'clusterroles' : 'roles', namespace, name: String(name) });
}

function grantsResource(rule: JsonObject, { verb, resource, name, group: apiGroup }: FaultSubject): boolean {
  const names = asList(rule.resourceNames);
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, apiGroup) &&
    hasResource(rule.resources, resource) &&
    (names.length === 0 || names.includes(name))
  );
}

function hasResource(rules: Json | undefined, resource: string): boolean {
  const [, subresource] = resource.split('/');
  return has(rules, resource) || (subresource !== undefined && asList(rules).includes(`*/${subresource}`));
}

function grantsPath(rule: JsonObject, { verb, path }: FaultSubject): boolean {
  const fits = asList(rule.nonResourceURLs).some((entry) => {
    const pattern = String(entry);
    return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
  });
  return fits && has(rule.verbs, verb);
}

function has(list: Json | undefined, value: string): boolean {
  const values = asList(list);
  return values.includes('*') || values.includes(value);
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function asList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
