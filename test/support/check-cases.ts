import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkManifests } from '../../src/cli/check.ts';
import { type CheckOutput, renderFindings } from '../../src/cli/check-output.ts';
import { parseManifests } from '../../src/cli/manifests.ts';

const folder = join(import.meta.dirname, '../check-cases');

/** When certificates are judged. */
const nowMs = Date.parse('2030-01-01T00:00:00Z');

/** Each output of `check`, and the file that holds what it must be. */
const outputs: readonly (readonly [CheckOutput, string])[] = [
  ['text', 'expected.txt'],
  ['json', 'expected.json'],
  ['github', 'expected.github'],
];

/** The names of all cases, sorted. */
export function checkCases(): readonly string[] {
  return readdirSync(folder).toSorted();
}

/** What `check` prints of `manifests.yaml` of a case, by the path of the file that holds what it must be. */
export function checkedCase(name: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(folder, name, 'manifests.yaml'), 'utf8');
  const findings = checkManifests({ ...parseManifests('manifests.yaml', text), files: [] }, nowMs);
  return new Map(
    outputs.map(([output, file]) => [join(folder, name, file), renderFindings[output](findings)]),
  );
}
