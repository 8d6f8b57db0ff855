import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

/** Ways to run text, or something outside, each with the files that have a reason for it. */
const ways: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\beval\s*\(/, []],
  [/\bnew\s+Function\b|[^.\w]Function\s*\(/, []],
  // Names the collector of V8, which has no other door.
  [/\bnode:vm\b/, ['src/cli/collect-garbage.ts']],
  [/\bchild_process\b/, []],
  [/\bWebAssembly\b/, []],
  [/\bset(?:Timeout|Interval|Immediate)\(\s*['"`]/, []],
  // Commands and their parts are loaded when they are needed, by names that stand in the source.
  [/\b(?:import|require)\(\s*[^'"\s)]/, []],
];

test('nothing in src turns text into code or starts another program', () => {
  const files = globSync('src/**/*.ts').map(
    (file) => [file.replaceAll('\\', '/'), readFileSync(file, 'utf8')] as const,
  );
  assert.ok(files.length > 100);
  for (const [way, excused] of ways) {
    const found = files.filter(([, text]) => way.test(withoutComments(text))).map(([file]) => file);
    assert.deepEqual(found.toSorted(), excused, String(way));
  }
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
