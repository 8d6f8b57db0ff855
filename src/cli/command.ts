import type { ProxyThreadSettings } from '../model/proxy-thread-settings.ts';

/** What the process gives a command. `main.ts` alone touches the process itself. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cores: number;
  /** How many files the process may have open, sockets included; null where that is not limited, or not known. */
  readonly openFiles: number | null;
  /** Whether several threads can listen on one port (`SO_REUSEPORT` with balancing). */
  readonly sharesPorts: boolean;
  /** Whether standard output is a terminal that shows colours. */
  readonly isTerminal: boolean;
  print(text: string): void;
  printError(text: string): void;
  readStandardInput(): string;
  /** Aborted by the first SIGTERM or SIGINT; a second one ends the process at once. */
  readonly stopped: AbortSignal;
  /** Hands over what nobody caught, instead of ending the process. */
  onFault(listener: (error: unknown) => void): void;
  /** Starts a thread that runs `proxy-thread.ts`. */
  spawnProxyThread(settings: ProxyThreadSettings): import('node:worker_threads').Worker;
}

/** What a command does. */
export interface Command {
  /** What the help says below the usage; empty for nothing. */
  readonly help: () => string;
  /** Gives the exit code; throws `UsageError` for words that make no sense. */
  run(argv: readonly string[], world: World): Promise<ExitCode>;
}

/** 0 fine; 1 it ran and the answer is no; 2 wrong usage or settings. */
export type ExitCode = 0 | 1 | 2;

/** Words of the command line that make no sense. Every problem is listed, one sentence each. */
export class UsageError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** For commands that take no words. */
export function noArguments(argv: readonly string[]): void {
  if (argv.length > 0)
    throw new UsageError([`this command takes no arguments, got ${JSON.stringify(argv[0])}`]);
}

/** Resolves once the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
