// Rewrites the expected side of the fixture cases: `npm run fixtures -- [NAME…]`. Read the diff before you keep it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtureNames, fixturesFolder, runFixture } from '../test/unit/translate/fixture-case.ts';

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : fixtureNames()) {
  for (const [file, text] of Object.entries(runFixture(name).expected)) {
    writeFileSync(join(fixturesFolder, name, file), text);
  }
}
