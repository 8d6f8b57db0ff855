// Runs the tests whose files match the patterns given: `npm run test:only -- test/unit/routing/**/*.test.ts`.
import { runTests } from './gate/tests.ts';

const patterns = process.argv.slice(2);
const { passed, failed, skipped } = await runTests(
  ...(patterns.length > 0 ? patterns : ['test/**/*.test.ts']),
);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
