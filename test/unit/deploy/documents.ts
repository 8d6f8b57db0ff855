import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

/** A Kubernetes object of a file. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** The documents of a YAML file, by path from the root of the checkout. Throws where it does not parse. */
export function documentsOf(path: string): readonly ManifestObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as ManifestObject;
  });
}

/** The one object of a kind among documents. Throws where there is none, or more than one. */
export function only(documents: readonly ManifestObject[], kind: string, name = 'fairlead'): ManifestObject {
  const found = documents.filter((one) => one.kind === kind && one.metadata.name === name);
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} objects ${kind}/${name}`);
  return first;
}

/** The value that a path such as `spec.ports.0.name` leads to. */
export function at(object: unknown, path: string): unknown {
  let value = object;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
