import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generatedFiles } from '../../../tools/generate/files.ts';
import { documentsOf, type ManifestObject } from './documents.ts';

for (const [path, text] of generatedFiles()) {
  test(`${path} is what "npm run generate" writes`, () => {
    assert.equal(readFileSync(path, 'utf8'), text);
  });
}

test('crds/ holds generated files only', () => {
  const generated = generatedFiles();
  assert.deepEqual(
    globSync('crds/*').filter((path) => !generated.has(path)),
    [],
  );
});

test('deploy/install.yaml holds every object of the base, and the CRDs before what may need them', () => {
  const base = globSync('deploy/base/*.yaml')
    .filter((path) => !path.endsWith('kustomization.yaml'))
    .flatMap((path) => [...documentsOf(path)]);
  const install = documentsOf('deploy/install.yaml');
  const names = (objects: readonly ManifestObject[]) =>
    objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  assert.deepEqual(names(install).toSorted(), names(base).toSorted());
  assert.equal(install[0]?.kind, 'Namespace');
  assert.equal(install[1]?.kind, 'CustomResourceDefinition');
  for (const object of base) {
    const same = install.find(
      ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
    );
    assert.deepEqual(same, object);
  }
});
