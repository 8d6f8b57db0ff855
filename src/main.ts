// The front door: the only file that touches arguments, environment, signals and exit code of the process.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { World } from './cli/command.ts';
import { runCommandLine } from './cli/command-line.ts';
import { openFilesIn } from './cli/open-files.ts';

/** Where `reusePort` of `net.Server.listen` works, by the documentation of Node.js. */
const reusePortPlatforms: ReadonlySet<string> = new Set(['linux', 'freebsd', 'sunos', 'aix']);

/** Runs one command line; sets the exit code of the process and, where something must not linger, ends it. */
export async function main(argv: readonly string[]): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(1);
      stop.abort(signal);
    });
  }
  // A reader that has gone (`fairlead … | head`) is no failure of ours.
  process.stdout.on('error', () => process.exit(0));
  process.exitCode = await runCommandLine(argv, worldOf(stop.signal));
}

function worldOf(stopped: AbortSignal): World {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return {
    env: process.env,
    cores: availableParallelism(),
    openFiles: openFilesLimit(),
    sharesPorts: reusePortPlatforms.has(process.platform),
    isTerminal: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
    print: (text) => process.stdout.write(text),
    printError: (text) => process.stderr.write(text),
    readStandardInput: () => readFileSync(0, 'utf8'),
    stopped,
    onFault: (listener) => {
      process.on('uncaughtException', listener);
      process.on('unhandledRejection', listener);
    },
    spawnProxyThread: (settings) =>
      new Worker(new URL(`./proxy-thread.${extension}`, import.meta.url), {
        workerData: settings,
        name: `proxy-${settings.index}`,
      }),
  };
}

function openFilesLimit(): number | null {
  try {
    return openFilesIn(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    // Not Linux.
    return null;
  }
}
