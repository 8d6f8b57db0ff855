/**
 * Measures Fairlead against other proxies, in turns and on cores of their own: `npm run bench`. docs/performance.md says what the
 * figures mean.
 */
import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { Bench } from './machine/bench.ts';
import { makeCertificate, missingForCertificate } from './machine/certificate.ts';
import { usableCores } from './machine/cores.ts';
import { startOrigin } from './origin/origin.ts';
import type { Peer } from './peers/peer.ts';
import { type Case, missingFor } from './run/cases.ts';
import type { CaseTurns } from './run/figures.ts';
import { type Options, readOptions, usage } from './run/options.ts';
import { host, runCase } from './run/run-case.ts';
import { formatCase } from './run/table.ts';

const frame = new Bench('bench');
const { programs, folder } = frame;

await frame.run({ readOptions, usage }, bench);

async function bench(options: Options): Promise<number> {
  const linux = process.platform === 'linux';
  const possible = linux ? options.cases.filter(canBeMeasured) : [];
  if (possible.length === 0) {
    const reason = linux ? 'no case is possible' : 'the CPU time of a process is read from /proc';
    say(`nothing was measured: ${reason}`);
    return 1;
  }
  // Rather now than after all the work.
  if (options.json !== null) writeFileSync(options.json, '');
  const { found, versions } = findPeers(options.peers);
  const cores = usableCores();
  if (cores.length < 2) say('nothing is pinned: taskset is missing, or there is one core only');
  const certificate = missingForCertificate() === null ? await makeCertificate(programs, folder, host) : null;
  const origin = await startOrigin(programs, folder, cores.slice(-1), certificate);
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cores.length} cores, Linux ${release()}`;
  say(`${machine}, origin: ${origin.name}`);
  const results: CaseTurns[] = [];
  const { rounds, seconds, profiles } = options;
  const shared = {
    programs,
    folder,
    origin,
    certificate,
    usableCores: cores,
    rounds,
    seconds,
    profiles,
    say,
  };
  for (const which of possible) {
    results.push(
      await runCase(
        shared,
        which,
        found.filter((peer) => takesPart(peer, which)),
      ),
    );
  }
  for (const each of results) process.stdout.write(`${formatCase(each)}\n`);
  if (options.json !== null) {
    writeFileSync(
      options.json,
      `${JSON.stringify({ machine, origin: origin.name, versions, rounds, seconds, cases: results }, null, 2)}\n`,
    );
  }
  return results.some(({ peers }) => peers.some(({ problem }) => problem !== null)) ? 1 : 0;
}

function canBeMeasured(which: Case): boolean {
  const missing = missingFor(which);
  if (missing !== null) say(`the case ${which.name} is left out: ${missing}`);
  return missing === null;
}

function takesPart({ cases, clients, mostThreads }: Peer, { name, client, threads }: Case): boolean {
  return (cases?.includes(name) ?? true) && clients.includes(client) && threads <= mostThreads;
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
