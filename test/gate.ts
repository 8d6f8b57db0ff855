// The whole gate, one command: `npm test`. Ends with a line `N passed, N failed`.
import { runStep, steps } from './gate/steps.ts';
import { runTests } from './gate/tests.ts';

const startedAt = performance.now();
let passed = 0;
let failed = 0;

for (const step of steps) {
  if (await runStep(step)) passed += 1;
  else failed += 1;
}
const tests = await runTests('test/{unit,feature}/**/*.test.ts');
passed += tests.passed;
failed += tests.failed;

const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(`\n${tests.skipped} skipped, for the reasons above; took ${seconds} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
