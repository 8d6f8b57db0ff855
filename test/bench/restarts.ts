// Replaces a running Fairlead again and again under load: `node test/bench/restarts.ts --restarts 100`. Ends with 1 where a request
// failed or a process did not end with 0.
import { parseArgs } from 'node:util';
import { replaceUnderLoad } from '../support/rolling.ts';
import { withCleanUp } from '../support/running-command.ts';

const { values } = parseArgs({ options: { restarts: { type: 'string', default: '100' } } });
const startedAt = performance.now();
await withCleanUp(async (context) => {
  const { answered, failures, exitCodes } = await replaceUnderLoad(context, Number(values.restarts));
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(
    JSON.stringify({ restarts: exitCodes.length, seconds, answered, failed: failures.length, failures }),
  );
  process.exitCode = failures.length === 0 && exitCodes.every((code) => code === 0) ? 0 : 1;
});
