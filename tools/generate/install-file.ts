import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { generatedNotice } from './write-yaml.ts';

/**
 * `deploy/install.yaml`: the resources of `deploy/base/kustomization.yaml`, in its order, as one file. The base asks
 * kustomize for nothing but to join its resources, so joining them gives what `kubectl kustomize` gives. `generated` holds
 * the files that are written in the same run. Throws where the base asks for more.
 */
export function installFile(generated: ReadonlyMap<string, string>): string {
  const base = 'deploy/base';
  const kustomization: unknown = parse(readFileSync(`${base}/kustomization.yaml`, 'utf8'));
  const resources = resourcesOf(kustomization);
  const texts = resources.flatMap((name) => {
    const path = `${base}/${name}`;
    return documentsOf(generated.get(path) ?? readFileSync(path, 'utf8'));
  });
  return generatedNotice + texts.join('---\n');
}

function resourcesOf(kustomization: unknown): readonly string[] {
  if (typeof kustomization !== 'object' || kustomization === null)
    throw new Error('kustomization.yaml is empty');
  const { apiVersion, kind, resources, ...more } = kustomization as Record<string, unknown>;
  if (Object.keys(more).length > 0) {
    throw new Error(
      `deploy/base/kustomization.yaml asks for more than joining: ${Object.keys(more).join(', ')}`,
    );
  }
  if (!Array.isArray(resources)) throw new Error(`${String(apiVersion)} ${String(kind)} has no resources`);
  return resources.map(String);
}

/** The documents of a file as text, comments kept, without the notice of a generated file. */
function documentsOf(text: string): readonly string[] {
  return parseAllDocuments(text.replace(generatedNotice, '')).map((document) =>
    document.toString({ lineWidth: 0, directives: false }),
  );
}
