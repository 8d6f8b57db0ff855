import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixtureNames, fixturesFolder, runFixture } from './translate/fixture-case.ts';

const names = fixtureNames();

test('every folder of fixtures is a case', () => {
  assert.deepEqual(readdirSync(fixturesFolder).toSorted(), names);
  assert.ok(names.length >= 25, 'there are cases');
});

for (const name of names) {
  test(`the fixture ${name} comes out as written`, () => {
    for (const [file, expected] of Object.entries(runFixture(name).expected)) {
      const path = join(fixturesFolder, name, file);
      const written = existsSync(path) ? readFileSync(path, 'utf8') : '';
      assert.equal(written, expected, `${file}; npm run fixtures rewrites it`);
    }
  });
}
