import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFilesIn } from '../../../src/cli/open-files.ts';

const head = 'Limit                     Soft Limit           Hard Limit           Units     \n';

test('the soft limit of open files is read', () => {
  const line = 'Max open files            1024                 524288               files     \n';
  assert.equal(openFilesIn(`${head}Max processes             7  8  processes\n${line}`), 1024);
});

for (const text of [
  '',
  head,
  `${head}Max open files            unlimited            unlimited            files     \n`,
]) {
  test(`no limit is found in ${JSON.stringify(text.slice(81, 110))}`, () => {
    assert.equal(openFilesIn(text), null);
  });
}
