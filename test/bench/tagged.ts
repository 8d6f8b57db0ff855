// Millions of tagged requests through proxies that meet aborts, resets, early answers, upgrades and bytes that nobody asked for:
// `node test/bench/tagged.ts --requests 10000000`. Each process has clients, a proxy and upstreams of its own. Ends with 1 where
// an answer was lost or reached another request.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type LoadResult, noResult } from '../support/raw/tagged-load.ts';
import { add, runTagged } from '../support/raw/tagged-run.ts';

/** So many at a time, so that a run that fails says early which seed did it. */
const roundRequests = 100_000;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    processes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    child: { type: 'boolean', default: false },
  },
});
const requests = Number(values.requests);
const seed = Number(values.seed);

if (values.child) {
  const sum = noResult();
  for (let done = 0, round = 0; done < requests && isFine(sum); done += roundRequests, round++) {
    add(sum, await runTagged(Math.min(roundRequests, requests - done), seed + round));
    console.error(`seed ${seed + round}: ${Math.min(done + roundRequests, requests)} of ${requests}`);
  }
  console.log(JSON.stringify(sum));
} else {
  const processes = Number(values.processes);
  const startedAt = performance.now();
  const parts = Array.from({ length: processes }, (_, index) =>
    runChild(Math.ceil(requests / processes), seed + index * 10_000),
  );
  const sum = noResult();
  for (const result of await Promise.all(parts)) add(sum, result);
  const seconds = (performance.now() - startedAt) / 1_000;
  const total = sum.answered + sum.tunnels + sum.refused + sum.aborted + sum.cut;
  console.log(
    JSON.stringify({ total, seconds: Math.round(seconds), perSecond: Math.round(total / seconds), ...sum }),
  );
  process.exitCode = isFine(sum) && total >= requests ? 0 : 1;
}

function isFine({ crossed, wrong }: LoadResult): boolean {
  return crossed === 0 && wrong.length === 0;
}

function runChild(count: number, first: number): Promise<LoadResult> {
  const words = [
    fileURLToPath(import.meta.url),
    '--child',
    '--requests',
    String(count),
    '--seed',
    String(first),
  ];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as LoadResult);
      else resolve({ ...noResult(), wrong: [`a process ended with ${code}`] });
    });
  });
}
