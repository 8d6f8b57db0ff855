// Rewrites the expected side of the fixture cases and of the cases of `check`: `npm run fixtures -- [NAME…]`. Read the diff
// before you keep it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkCases, checkedCase } from '../test/support/check-cases.ts';
import { fixtureNames, fixturesFolder, runFixture } from '../test/unit/translate/fixture-case.ts';

const asked = process.argv.slice(2);
const isAsked = (name: string): boolean => asked.length === 0 || asked.includes(name);
for (const name of checkCases().filter(isAsked)) {
  for (const [file, text] of checkedCase(name)) writeFileSync(file, text);
}
for (const name of fixtureNames().filter(isAsked)) {
  for (const [file, text] of Object.entries(runFixture(name).expected)) {
    writeFileSync(join(fixturesFolder, name, file), text);
  }
}
