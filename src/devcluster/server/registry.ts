import type { ResourceRegistry, ResourceType } from '../resource-type.ts';

// In this order a kube-apiserver lists its own groups; those of custom resources follow by name.
const groupOrder = [
  '',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
];

/** The kinds that are served: the built-in ones, and those of the definitions stored at the moment. */
export class Registry implements ResourceRegistry {
  readonly #builtin: readonly ResourceType[];
  readonly #custom = new Map<string, readonly ResourceType[]>();
  #byPath = new Map<string, ResourceType>();
  #all: readonly ResourceType[] = [];

  constructor(builtin: readonly ResourceType[]) {
    this.#builtin = builtin;
    this.#refresh();
  }

  get all(): readonly ResourceType[] {
    return this.#all;
  }

  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** A version of a kind, whichever is preferred. */
  findAny(group: string, plural: string): ResourceType | undefined {
    return this.#all.find((type) => type.group === group && type.plural === plural);
  }

  /** The kind of an object as its `apiVersion` and `kind` name it. */
  findKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.#all.find((type) => apiVersionOf(type) === apiVersion && type.kind === kind);
  }

  /** True for groups that the server itself knows, rather than from a definition. */
  isBuiltinGroup(group: string): boolean {
    return this.#builtin.some((type) => type.group === group);
  }

  setCustom(definition: string, types: readonly ResourceType[]): void {
    if (types.length === 0) this.#custom.delete(definition);
    else this.#custom.set(definition, types);
    this.#refresh();
  }

  #refresh(): void {
    this.#all = [...this.#builtin, ...[...this.#custom.values()].flat()].sort(byDiscoveryOrder);
    this.#byPath = new Map(this.#all.map((type) => [`${type.group}/${type.version}/${type.plural}`, type]));
  }
}

/** `GROUP/VERSION`, or the version alone for the core group. */
export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `PLURAL.GROUP`, or the plural alone for the core group: how messages name a resource. */
export function qualifiedPlural({ group, plural }: { group: string; plural: string }): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function byDiscoveryOrder(left: ResourceType, right: ResourceType): number {
  return (
    groupRank(left.group) - groupRank(right.group) ||
    byText(left.group, right.group) ||
    byVersion(left.version, right.version) ||
    byText(left.plural, right.plural)
  );
}

function groupRank(group: string): number {
  const rank = groupOrder.indexOf(group);
  return rank === -1 ? groupOrder.length : rank;
}

/** Newer and more stable versions first (Kubernetes version priority): v2, v1, v1beta2, v1beta1, v1alpha1. */
export function byVersion(left: string, right: string): number {
  const [leftParts, rightParts] = [versionParts(left), versionParts(right)];
  for (const [index, part] of leftParts.entries()) {
    const difference = (rightParts[index] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return byText(left, right);
}

function versionParts(version: string): number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return [-1, 0, 0];
  const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0;
  return [stability, Number(match[1]), Number(match[3] ?? 0)];
}

function byText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
