/**
 * Measures Fairlead against other proxies, in turns and on cores of their own: `npm run bench`. docs/performance.md says what the
 * figures mean.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingForWrk } from './load/wrk.ts';
import { usableCores } from './machine/cores.ts';
import { Programs } from './machine/programs.ts';
import { startOrigin } from './origin/origin.ts';
import type { Peer } from './peers/peer.ts';
import type { CaseTurns } from './run/figures.ts';
import { type Options, readOptions, usage } from './run/options.ts';
import { runCase } from './run/run-case.ts';
import { formatCase } from './run/table.ts';

const programs = new Programs();
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));

async function cleanUp(): Promise<void> {
  await programs.endAll();
  rmSync(folder, { recursive: true, force: true });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUp().then(() => process.exit(1)));
}
try {
  process.exitCode = await bench(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}

async function bench(argv: readonly string[]): Promise<number> {
  const options = optionsOf(argv);
  if (options === null) return 2;
  const missing =
    process.platform === 'linux' ? missingForWrk() : 'the CPU time of a process is read from /proc';
  if (missing !== null) {
    process.stderr.write(`nothing was measured: ${missing}\n`);
    return 1;
  }
  // Rather now than after all the work.
  if (options.json !== null) writeFileSync(options.json, '');
  const { found, versions } = findPeers(options.peers);
  const cores = usableCores();
  if (cores.length < 2) say('nothing is pinned: taskset is missing, or there is one core only');
  const origin = await startOrigin(programs, folder, cores.slice(-1));
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cores.length} cores, Linux ${release()}`;
  say(`${machine}, origin: ${origin.name}`);
  const results: CaseTurns[] = [];
  for (const which of options.cases) {
    const taking = found.filter(
      ({ cases = [which.name], mostThreads }) => cases.includes(which.name) && which.threads <= mostThreads,
    );
    const { rounds, seconds, profiles } = options;
    const shared = { programs, folder, origin, usableCores: cores, rounds, seconds, profiles, say };
    results.push(await runCase(shared, which, taking));
  }
  for (const each of results) process.stdout.write(`${formatCase(each)}\n`);
  if (options.json !== null) {
    const { rounds, seconds } = options;
    writeFileSync(
      options.json,
      `${JSON.stringify({ machine, origin: origin.name, versions, rounds, seconds, cases: results }, null, 2)}\n`,
    );
  }
  return results.some(({ peers }) => peers.some(({ problem }) => problem !== null)) ? 1 : 0;
}

function optionsOf(argv: readonly string[]): Options | null {
  try {
    return readOptions(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${usage}`);
    return null;
  }
}

function findPeers(wanted: readonly Peer[]) {
  const found: Peer[] = [];
  const versions: Record<string, string> = {};
  for (const peer of wanted) {
    const looked = peer.find();
    if (looked.ok) {
      found.push(peer);
      versions[peer.name] = looked.version;
      say(`${peer.name} ${looked.version}`);
    } else say(`${peer.name} is left out: ${looked.reason}`);
  }
  return { found, versions };
}

/** What is going on is no result: it goes to standard error. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
