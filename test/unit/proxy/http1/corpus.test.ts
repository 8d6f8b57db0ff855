import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusFolders, corpusOf, inputOf, settingOf } from '../../../support/fuzz/corpus.ts';
import { disagreement } from '../../../support/fuzz/disagreement.ts';
import { readByOracle, targetNames } from '../../../support/fuzz/targets.ts';

test('every folder of the corpus belongs to a target', () => {
  assert.deepEqual(corpusFolders(), [...targetNames].toSorted());
});

for (const target of targetNames) {
  for (const [name, file] of corpusOf(target)) {
    test(`corpus, ${target}, ${name}: ${file.why}`, () => {
      assert.ok(file.cases.length > 0);
      for (const example of file.cases) {
        const [input, setting] = [inputOf(example), settingOf(example)];
        const shown = JSON.stringify(example.input);
        const events = readByOracle(target, setting, input).events.map(({ text }) => text);
        assert.deepEqual(events, example.verdict, `the oracle, of ${shown}`);
        assert.equal(disagreement(target, setting, input, [3, 1, 7]), null, shown);
      }
    });
  }
}
