import assert from 'node:assert/strict';
import type { World } from '../../src/cli/command.ts';
import { runCommandLine } from '../../src/cli/command-line.ts';

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs a command line that needs no thread, and gives what it printed. */
export async function runCommand(argv: readonly string[], standardInput = ''): Promise<CommandResult> {
  const printed = { out: '', error: '' };
  const world: World = {
    env: {},
    cores: 1,
    openFiles: null,
    sharesPorts: true,
    isTerminal: false,
    print: (text) => {
      printed.out += text;
    },
    printError: (text) => {
      printed.error += text;
    },
    readStandardInput: () => standardInput,
    stopped: new AbortController().signal,
    onFault() {},
    spawnProxyThread: () => assert.fail('this command needs no thread'),
  };
  return { code: await runCommandLine(argv, world), ...printed };
}
