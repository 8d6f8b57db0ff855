import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { processTree } from './usage.ts';

/** How a program is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** The cores that it may use; empty means all. */
  readonly cores: readonly number[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that runs. */
export interface Program {
  readonly pid: number;
  /** The last of what it printed. */
  said(): string;
  hasEnded(): boolean;
  /** Resolves with the exit code, null where a signal ended it or it could not be started. */
  readonly exited: Promise<number | null>;
}

const keptCharacters = 4000;
const endMs = 5000;

/** Starts programs, and ends all of them by their ids. */
export class Programs {
  readonly #running = new Set<Program>();
  #isEnding = false;

  start(command: Command): Program {
    if (this.#isEnding) throw new Error('the run is ending');
    const [file, args] = pinned(command);
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...command.env },
    });
    const program = watch(child);
    this.#running.add(program);
    program.exited.then(() => this.#running.delete(program));
    return program;
  }

  /** Starts a program that ends by itself, and gives what it printed. Rejects where it fails or takes longer than `seconds`. */
  async run(command: Command, seconds: number): Promise<string> {
    const program = this.start(command);
    const timer = setTimeout(() => void this.end(program), seconds * 1000);
    const code = await program.exited;
    clearTimeout(timer);
    if (code !== 0) throw new Error(`${command.file} failed (${code ?? 'killed'}): ${program.said()}`);
    return program.said();
  }

  /** SIGTERM; after some seconds SIGKILL, to what it started too. Resolves when it has ended. */
  async end(program: Program): Promise<void> {
    if (program.hasEnded()) return;
    const tree = processTree(program.pid);
    kill(program.pid, 'SIGTERM');
    const timer = setTimeout(() => {
      for (const pid of tree) kill(pid, 'SIGKILL');
    }, endMs);
    await program.exited;
    clearTimeout(timer);
  }

  /** Ends all that run; nothing can be started from then on. */
  async endAll(): Promise<void> {
    this.#isEnding = true;
    await Promise.all([...this.#running].map((program) => this.end(program)));
  }
}

/** Where a program is on the PATH, or in the folder for system programs; null where it is not. */
export function findProgram(name: string): string | null {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']) {
    try {
      const file = join(folder, name);
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** The first number with dots that a program says of itself, for example `1.22.1`; empty where it says none. */
export function versionOf(file: string, args: readonly string[]): string {
  const said = execFileSync('/bin/sh', ['-c', '"$0" "$@" 2>&1; true', file, ...args], { encoding: 'utf8' });
  return /\d+(\.\d+)+/.exec(said)?.[0] ?? '';
}

/** `taskset` becomes the program that it starts, so the process id stays. */
function pinned({ file, args, cores }: Command): [string, readonly string[]] {
  return cores.length === 0 ? [file, args] : ['taskset', ['-c', cores.join(','), file, ...args]];
}

function watch(child: ChildProcess): Program {
  let said = '';
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-keptCharacters);
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      ended = true;
      said += error.message;
      resolve(null);
    });
    child.on('close', (code) => {
      ended = true;
      resolve(code);
    });
  });
  return { pid: child.pid ?? 0, said: () => said.trim(), hasEnded: () => ended, exited };
}

function kill(pid: number, signal: NodeJS.Signals): void {
  // What could not be started has no id, and 0 would mean ourselves.
  if (pid === 0) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
