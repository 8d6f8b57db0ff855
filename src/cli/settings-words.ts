import { type Flag, type SettingsCommand, variableOf } from '../config/flag.ts';
import { flagsOf } from '../config/flags.ts';
import { readSettings, type SettingsResult } from '../config/read-settings.ts';
import { UsageError, type World } from './command.ts';
import { readText } from './read-text.ts';

/** Larger files are no settings that a person wrote. */
const mostBytes = 1024 * 1024;

/** Settings from the words of `run` or `dev` and what surrounds them. Throws `UsageError` with every problem. */
export function settingsOf(
  command: SettingsCommand,
  argv: readonly string[],
  { env, cores, openFiles, isTerminal }: World,
): Extract<SettingsResult, { ok: true }> {
  const result = readSettings({ command, argv, env, readFile, cores, openFiles, isTerminal });
  if (!result.ok) throw new UsageError(result.problems);
  return result;
}

function readFile(path: string): string {
  const text = readText(path, mostBytes);
  if (text === null) throw new Error('the file is larger than 1 MiB');
  return text;
}

/** The help of a command that takes settings: a line for each. */
export function settingsHelp(command: SettingsCommand): string {
  const flags = flagsOf(command);
  const width = Math.max(...flags.map((flag) => spelled(flag).length));
  const lines = flags.map(
    (flag) =>
      `  ${spelled(flag).padEnd(width)}  ${flag.help} Default: ${flag.shownDefault}.${flag.repeat ? ' Repeatable.' : ''}`,
  );
  const config = `  ${'--config FILE'.padEnd(width)}  Settings in YAML, by the names above.`;
  const [example] = flags;
  const variable = example === undefined ? '' : `, as in ${variableOf(example)}`;
  return `${[...lines, config].join('\n')}\n\nEach can come from the environment too${variable}. A flag wins over the environment, that over the file.\n`;
}

function spelled({ name, placeholder }: Flag): string {
  return `--${name}${placeholder === '' ? '' : ` ${placeholder}`}`;
}
