import type { ResourceType } from '../resource-type.ts';

/** The Go package of what all kinds share. */
export const metaPackage = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** `apis/networking.k8s.io/v1`, `api/v1`: how a document is called in the index and where its operations live. */
export function documentPath(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** The name of the schema of a kind, after the Go package that Kubernetes has it in. */
export function schemaName(type: ResourceType, kind: string): string {
  return `${packageOf(type)}.${type.version}.${kind}`;
}

function packageOf({ group, custom }: ResourceType): string {
  if (custom) return group.split('.').reverse().join('.');
  if (group === 'apiextensions.k8s.io') return 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions';
  return `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}`;
}

/** A reference to a schema of the same document. */
export function referenceTo(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}
