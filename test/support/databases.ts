import { execFile, spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CleanUp } from './process.ts';
import type { TestPair } from './tls/certificates.ts';

const run = promisify(execFile);

/** A database server that a test started, ended with the test. */
export interface Database {
  readonly port: number;
}

const nobody = 65_534;

/** Where the programs of PostgreSQL are, as Debian's packages have them; null where they are not installed. */
export function postgresFolder(): string | null {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return null;
  const folders = readdirSync(root).map((version) => join(root, version, 'bin'));
  return (
    folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'psql'))) ?? null
  );
}

/** Where Redis is; null where it is not installed. */
export function redisServer(): string | null {
  const path = '/usr/bin/redis-server';
  return existsSync(path) && existsSync('/usr/bin/redis-cli') ? path : null;
}

/** A port of the loopback address that was free a moment ago: for programs that cannot choose one. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** PostgreSQL refuses to run as root. */
function otherUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const entry = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  return { uid: Number(entry?.[1] ?? nobody), gid: Number(entry?.[2] ?? nobody) };
}

/** Starts PostgreSQL with TLS, and user and database `fairlead`. */
export async function startPostgres(context: CleanUp, folder: string, pair: TestPair): Promise<Database> {
  const home = mkdtempSync(join(tmpdir(), 'fairlead-postgres-'));
  const user = otherUser();
  if (user.uid !== undefined && user.gid !== undefined) chownSync(home, user.uid, user.gid);
  context.after(() => rmSync(home, { recursive: true, force: true }));
  const data = join(home, 'data');
  const options = { ...user, cwd: home, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
  await run(join(folder, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'fairlead', '-N'], options);
  for (const [name, text] of [
    ['server.crt', pair.certificate],
    ['server.key', pair.key],
  ] as const) {
    const file = join(data, name);
    writeFileSync(file, text, { mode: 0o600 });
    if (user.uid !== undefined && user.gid !== undefined) chownSync(file, user.uid, user.gid);
  }
  const port = await freePort();
  const settings = { ssl: 'on', fsync: 'off', unix_socket_directories: '', listen_addresses: '127.0.0.1' };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(folder, 'postgres'), ['-D', data, '-p', String(port), ...words], {
    ...options,
    stdio: 'ignore',
  });
  await ended(context, child, 'SIGQUIT');
  await answers(() =>
    run(join(folder, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'fairlead']),
  );
  return { port };
}

/** Starts Redis, which keeps nothing. */
export async function startRedis(context: CleanUp, program: string): Promise<Database> {
  const home = mkdtempSync(join(tmpdir(), 'fairlead-redis-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(home, { recursive: true });
  const port = await freePort();
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', home];
  await ended(context, spawn(program, words, { stdio: 'ignore' }), 'SIGTERM');
  await answers(() => run('/usr/bin/redis-cli', ['-p', String(port), 'ping']));
  return { port };
}

async function ended(
  context: CleanUp,
  child: ReturnType<typeof spawn>,
  signal: 'SIGQUIT' | 'SIGTERM',
): Promise<void> {
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  context.after(async () => {
    child.kill(signal);
    await exited;
  });
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
}

async function answers(ask: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
