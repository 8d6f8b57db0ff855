import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Programs } from './programs.ts';

/** The command line of a bench. */
interface CommandLine<Options> {
  readonly usage: string;
  /** Throws a sentence where an option is not understood. */
  readonly readOptions: (argv: readonly string[]) => Options;
}

/** What a bench works with. None of it outlives the bench, whether it ends, fails or is interrupted. */
export class Bench {
  readonly programs = new Programs();
  /** For what the programs read and write. */
  readonly folder: string;
  readonly #endings: (() => void)[] = [];

  constructor(name: string) {
    this.folder = mkdtempSync(join(tmpdir(), `fairlead-${name}-`));
  }

  /** Calls `ending` at the end, before the programs are ended. */
  after(ending: () => void): void {
    this.#endings.push(ending);
  }

  /** Measures what the command line asks for. The exit code is that of `measure`, 1 where it throws, and 2 for a wrong option. */
  async run<Options>(
    commandLine: CommandLine<Options>,
    measure: (options: Options) => Promise<number>,
  ): Promise<void> {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void this.#cleanUp().then(() => process.exit(1)));
    }
    try {
      const options = optionsOf(commandLine);
      process.exitCode = options === null ? 2 : await measure(options);
    } catch (error) {
      process.stderr.write(`${messageOf(error)}\n`);
      process.exitCode = 1;
    } finally {
      await this.#cleanUp();
    }
  }

  async #cleanUp(): Promise<void> {
    for (const ending of this.#endings) ending();
    await this.programs.endAll();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function optionsOf<Options>({ readOptions, usage }: CommandLine<Options>): Options | null {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n${usage}`);
    return null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
