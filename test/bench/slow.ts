// Slow attacks beside normal traffic: `npm run bench:slow`. Needs `slowhttptest` (Debian has it) and Linux. Prints what the normal
// clients saw with and without them, how long each bad connection was held, and the memory of the process; `--json FILE` keeps it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CleanUp } from '../support/process.ts';
import { commandStarter, withCleanUp } from '../support/running-command.ts';
import { PacedClients } from './load/paced.ts';
import { LifeWatch } from './machine/connections.ts';
import { layOut, moveTo, usableCores } from './machine/cores.ts';
import { findProgram, Programs } from './machine/programs.ts';
import { residentBytes } from './machine/usage.ts';
import { acceptPath, startOrigin } from './origin/origin.ts';

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '30' },
    modes: { type: 'string', default: 'H,B,X,R' },
    json: { type: 'string' },
    watch: { type: 'string' },
    ignored: { type: 'string', default: '' },
  },
});
const connections = Number(values.connections);
const seconds = Number(values.seconds);
const modes = values.modes.split(',');

/** What makes each mode slow. */
const modeWords: Readonly<Record<string, readonly string[]>> = {
  H: ['-H', '-i', '5', '-x', '24'],
  B: ['-B', '-i', '5', '-x', '10', '-s', '8192'],
  X: ['-X', '-w', '1', '-y', '512', '-n', '1', '-z', '5'],
  R: ['-R', '-a', '5', '-b', '2000', '-t', 'GET'],
};

interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly answers: number;
}

/** Attackers and watch have a core with the normal clients, and must not be what delays these. */
const yielding = ['-n', '15'];

const tool = findProgram('slowhttptest') ?? '';
if (values.watch !== undefined) await beWatch(Number(values.watch), values.ignored.split(',').map(Number));
else if (tool === '') console.error('slowhttptest is not installed');
else await withCleanUp(measure);

async function measure(context: CleanUp): Promise<void> {
  const cores = layOut(usableCores(), 1);
  // What is started from now on runs there too: attackers, origin, the embedded API server.
  moveTo(process.pid, cores.load);
  const { port, start } = await commandStarter(context, await originOf(context), ['--workers=1']);
  const pid = (await start()).process.pid ?? 0;
  moveTo(pid, cores.proxy);
  const clients = new PacedClients(port, 'a.example', { clients: 20, everyMs: 20, path: acceptPath });
  context.after(() => clients.close());
  await pause(5_000);
  clients.reset();
  await pause(10_000);
  const before = figures(clients);
  const rssBefore = residentBytes(pid);
  const rounds = [];
  for (const mode of values.modes === 'H,B,X,R' ? ['all'] : modes) {
    rounds.push({ mode, ...(await attack(context, { port, pid, clients, mode })) });
  }
  const result = { before, rssBefore, rounds, errors: clients.errors };
  if (clients.errors > 0) console.log(`${clients.errors} normal requests got no answer of 200`);
  print(result);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
}

interface Attacked {
  readonly port: number;
  readonly pid: number;
  readonly clients: PacedClients;
  readonly mode: string;
}

interface Watched {
  readonly lives: readonly number[];
  readonly mostOpen: number;
  readonly openAtEnd: number;
}

async function attack(context: CleanUp, { port, pid, clients, mode }: Attacked) {
  const watching = startWatch(context, port, clients.ports);
  const chosen = mode === 'all' ? modes : [mode];
  for (const each of chosen) startAttack(context, { mode: each, count: connections / chosen.length, port });
  clients.reset();
  let mostRss = 0;
  for (let look = 0; look < seconds * 2; look++) {
    mostRss = Math.max(mostRss, residentBytes(pid));
    await pause(500);
  }
  const during = figures(clients);
  const { lives, mostOpen, openAtEnd } = await watching;
  return {
    during,
    seen: lives.length,
    mostOpen,
    openAtEnd,
    longestSeconds: lives.at(-1) ?? 0,
    late: lives.filter((life) => life > 12).length,
    mostRss,
  };
}

/** In a process of its own: reading the list of thousands of connections must not delay the clients that measure. */
function startWatch(context: CleanUp, port: number, ignored: readonly number[]): Promise<Watched> {
  const words = ['--watch', String(port), '--ignored', ignored.join(','), '--seconds', String(seconds)];
  const child = spawn('nice', [...yielding, process.execPath, fileURLToPath(import.meta.url), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill());
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve) => child.on('close', () => resolve(JSON.parse(said) as Watched)));
}

async function beWatch(port: number, ignored: readonly number[]): Promise<void> {
  const watch = new LifeWatch(port, ignored);
  let mostOpen = 0;
  const endMs = performance.now() + seconds * 1_000;
  while (performance.now() < endMs) {
    mostOpen = Math.max(mostOpen, watch.look());
    await pause(250);
  }
  console.log(JSON.stringify({ openAtEnd: watch.look(), mostOpen, lives: watch.lives() }));
}

function startAttack(context: CleanUp, to: { mode: string; count: number; port: number }): void {
  const shape = [
    '-c',
    String(to.count),
    '-r',
    String(to.count / 4),
    '-l',
    String(seconds),
    '-p',
    '20',
    '-v',
    '0',
  ];
  const url = `http://127.0.0.1:${to.port}${to.mode === 'X' ? '/10m' : acceptPath}`;
  const words = [...(modeWords[to.mode] ?? []), ...shape, '-u', url];
  const child = spawn('nice', [...yielding, tool, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  child.stderr.resume();
  child.on('error', (error) => console.error(`slowhttptest: ${error.message}`));
  context.after(() => child.kill());
}

async function originOf(context: CleanUp): Promise<number> {
  const programs = new Programs();
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-slow-'));
  context.after(async () => {
    await programs.endAll();
    rmSync(folder, { recursive: true, force: true });
  });
  return (await startOrigin(programs, folder, [])).port;
}

function figures(clients: PacedClients): Figures {
  return { p50: clients.quantile(0.5), p99: clients.quantile(0.99), answers: clients.times.length };
}

function print(result: {
  readonly before: Figures;
  readonly rssBefore: number;
  readonly rounds: readonly (Awaited<ReturnType<typeof attack>> & { readonly mode: string })[];
}): void {
  const { before, rssBefore, rounds } = result;
  console.log(
    '| mode | bad connections | at once | longest held | over 12 s | p50 | p99 | × p99 alone | RSS + |',
  );
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|');
  console.log(`| none | | | | | ${before.p50.toFixed(1)} ms | ${before.p99.toFixed(1)} ms | 1 | |`);
  for (const { mode, during, seen, mostOpen, longestSeconds, late, mostRss } of rounds) {
    const times = (during.p99 / before.p99).toFixed(2);
    const more = ((mostRss - rssBefore) / 1_048_576).toFixed(0);
    const life = `${seen} | ${mostOpen} | ${longestSeconds.toFixed(1)} s | ${late}`;
    console.log(
      `| ${mode} | ${life} | ${during.p50.toFixed(1)} ms | ${during.p99.toFixed(1)} ms | ${times} | ${more} MB |`,
    );
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
