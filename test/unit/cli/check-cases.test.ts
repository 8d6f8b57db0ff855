import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lintKinds } from '../../../src/translate/lint/lint-kinds.ts';
import { checkCases, checkedCase } from '../../support/check-cases.ts';

for (const name of checkCases()) {
  test(`check prints what the case ${name} expects, in each format`, () => {
    for (const [file, text] of checkedCase(name)) assert.equal(text, readFileSync(file, 'utf8'), file);
  });
}

test('every remark that only check makes stands in a case', () => {
  const printed = checkCases().flatMap((name) => [...checkedCase(name).values()]);
  const missing = Object.keys(lintKinds).filter(
    (code) => !printed.some((text) => text.includes(` ${code} `)),
  );
  assert.deepEqual(missing, []);
});
