// Floods of HTTP/2 beside normal traffic: `node test/bench/h2-abuse.ts`. Needs Linux. Sends each kind of abuse until its connection is
// closed, again and again on new connections, up to a number of frames, and prints what the normal clients saw and the memory.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Abuse, abuses } from '../support/http2/abuse.ts';
import { FrameClient } from '../support/http2/frame-client.ts';
import type { CleanUp } from '../support/process.ts';
import { commandStarter, withCleanUp } from '../support/running-command.ts';
import { PacedClients } from './load/paced.ts';
import { layOut, moveTo, usableCores } from './machine/cores.ts';
import { Programs } from './machine/programs.ts';
import { cpuTime, residentBytes } from './machine/usage.ts';
import { acceptPath, startOrigin } from './origin/origin.ts';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
    attack: { type: 'string' },
    port: { type: 'string', default: '0' },
  },
});
const frames = Number(values.frames);
const mebi = 1_048_576;
/** Rounds that are given to the socket at once. */
const atOnce = 100;
/** More than this is never waited for. */
const longestMs = 60_000;

/** Long enough for a quantile, and short enough for a flood of a moment to show in it. */
const leastMs = 2_000;

if (values.attack !== undefined) await beAttacker(values.attack);
else await withCleanUp(measure);

async function measure(context: CleanUp): Promise<void> {
  const cores = layOut(usableCores(), 1);
  moveTo(process.pid, cores.load);
  const programs = new Programs();
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-h2-'));
  context.after(async () => {
    await programs.endAll();
    rmSync(folder, { recursive: true, force: true });
  });
  const origin = await startOrigin(programs, folder, []);
  const { port, start } = await commandStarter(context, origin.port, ['--workers=1']);
  const pid = (await start()).process.pid ?? 0;
  moveTo(pid, cores.proxy);
  const clients = new PacedClients(port, 'a.test', { clients: 20, everyMs: 20, path: acceptPath });
  context.after(() => clients.close());
  await pause(3_000);
  clients.reset();
  await pause(5_000);
  const before = { p99: clients.quantile(0.99), rss: residentBytes(pid) };
  console.log(`before: p99 ${before.p99.toFixed(1)} ms, ${(before.rss / mebi).toFixed(0)} MiB`);
  for (const abuse of abuses) {
    if (!abuse.name.includes(values.only)) continue;
    clients.reset();
    const cpu = cpuTime(pid);
    const watched = pause(leastMs);
    const { sent, connections, ms } = await startAttack(port, abuse);
    await watched;
    const after = cpuTime(pid);
    const cpuMs = (after.user + after.system - cpu.user - cpu.system) / 1_000;
    const rss = ((residentBytes(pid) - before.rss) / mebi).toFixed(1);
    const share = (clients.quantile(0.99) / before.p99).toFixed(2);
    console.log(
      `${abuse.name}: ${sent} frames, ${connections} connections, ${ms.toFixed(0)} ms, CPU ${cpuMs.toFixed(0)} ms, ` +
        `p99 ${clients.quantile(0.99).toFixed(1)} ms (${share} times), memory ${rss} MiB more`,
    );
    await pause(500);
  }
  if (clients.errors > 0) console.log(`${clients.errors} normal requests got no answer of 200`);
}

interface Attack {
  readonly sent: number;
  readonly connections: number;
  readonly ms: number;
}

/** In a process of its own: what an attacker does must not delay the clients that measure. */
function startAttack(port: number, abuse: Abuse): Promise<Attack> {
  const words = ['--attack', abuse.name, '--port', String(port), '--frames', String(frames)];
  const child = spawn('nice', ['-n', '15', process.execPath, fileURLToPath(import.meta.url), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve) =>
    child.on('close', () => resolve(JSON.parse(said.split('\n')[0] ?? '') as Attack)),
  );
}

async function beAttacker(name: string): Promise<void> {
  const abuse = abuses.find((each) => each.name === name);
  if (abuse !== undefined) console.log(JSON.stringify(await attack(Number(values.port), abuse)));
}

async function attack(port: number, abuse: Abuse): Promise<Attack> {
  const begin = performance.now();
  let sent = 0;
  let connections = 0;
  while (sent < frames && performance.now() - begin < longestMs) {
    const client = await FrameClient.open(port, { answers: false });
    connections++;
    client.send(abuse.first ?? Buffer.alloc(0));
    for (let round = 0; sent < frames && !client.isClosed; round += atOnce) {
      const batch = Array.from({ length: atOnce }, (_, index) => abuse.round(round + index));
      client.send(...batch);
      sent += atOnce * abuse.framesPerRound;
      while (client.unsentBytes > mebi && !client.isClosed) await pause(1);
      await new Promise((resolve) => setImmediate(resolve));
      if (performance.now() - begin > longestMs) break;
    }
    client.close();
  }
  return { sent, connections, ms: performance.now() - begin };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
