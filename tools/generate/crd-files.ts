import { customResourceDefinitions } from '../../src/api/crds.ts';
import { yamlFile } from './write-yaml.ts';

/** `crds/NAME.yaml` for every kind of ours, and the same as one file for the kustomize base. By path. */
export function crdFiles(): ReadonlyMap<string, string> {
  const definitions = customResourceDefinitions();
  const single = definitions.map(
    (definition) => [`crds/${definition.metadata.name}.yaml`, yamlFile([definition])] as const,
  );
  return new Map([...single, ['deploy/base/crds.yaml', yamlFile(definitions)]]);
}
