import { type ChildProcess, spawn } from 'node:child_process';
import { until } from './raw/until.ts';

/** Who ends what was started: a test, or a script in its place. */
export interface CleanUp {
  after(end: () => unknown): void;
}

/** A `fairlead` command in a process of its own. */
export interface RunningCommand {
  readonly process: ChildProcess;
  /** All it printed so far. */
  readonly out: () => string;
  readonly error: () => string;
  /** Waits until standard output matches, and gives the match. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Sends a signal and gives the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  readonly exited: Promise<number | null>;
}

/** Starts a command of this checkout; it is killed with the test where it still runs. */
export function startCommand(
  context: CleanUp,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): RunningCommand {
  const child = spawn(process.execPath, ['bin/fairlead.js', ...words], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text.error += chunk;
  });
  const exited = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  context.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    process: child,
    out: () => text.out,
    error: () => text.error,
    exited,
    printed: async (pattern) => {
      const ended = () => child.exitCode !== null || child.signalCode !== null;
      await until(() => pattern.test(text.out) || ended(), `${pattern} in the output`, 30_000);
      const match = text.out.match(pattern);
      if (match === null)
        throw new Error(`the command ended before it printed ${pattern}\n${text.out}\n${text.error}`);
      return match;
    },
    end: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}
