import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsHelp } from '../../../src/cli/settings-words.ts';
import { flagsOf } from '../../../src/config/flags.ts';

for (const command of ['run', 'dev'] as const) {
  test(`the help of ${command} fits a terminal of 80 columns and leaves out no flag and no word`, () => {
    const help = settingsHelp(command);
    const wide = help.split('\n').filter((line) => line.length > 80);
    assert.deepEqual(wide, []);
    const words = help.replaceAll(/\s+/g, ' ');
    for (const flag of flagsOf(command)) {
      assert.ok(words.includes(` --${flag.name} `), flag.name);
      assert.ok(words.includes(flag.help), flag.help);
    }
  });
}
