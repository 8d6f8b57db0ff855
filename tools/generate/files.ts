import { crdFiles } from './crd-files.ts';
import { diagnosticsPage } from './diagnostics-page.ts';
import { fieldReferenceFiles } from './field-reference.ts';
import { installFile } from './install-file.ts';
import { settingsPage } from './settings-page.ts';

/** Folders in which every file is generated; others there are removed. */
export const ownedFolders: readonly string[] = Object.freeze(['crds']);

/** Every generated file, by path from the root of the checkout, which must be the working directory. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const crds = crdFiles();
  return new Map([
    ...crds,
    ['deploy/install.yaml', installFile(crds)],
    ...fieldReferenceFiles(),
    settingsPage(),
    diagnosticsPage(),
  ]);
}
