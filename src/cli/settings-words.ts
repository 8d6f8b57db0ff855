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

/** The help of a command that takes settings: the flag, and below it what it does, for a terminal of 80 columns. */
export function settingsHelp(command: SettingsCommand): string {
  const flags = flagsOf(command);
  const entries = flags.map((flag) => {
    const repeatable = flag.repeat ? ' Repeatable.' : '';
    return entryText(spelled(flag), `${flag.help} Default: ${flag.shownDefault}.${repeatable}`);
  });
  const config = entryText('--config FILE', 'Settings in YAML, by the names above.');
  const [example] = flags;
  const variable = example === undefined ? '' : `, as in ${variableOf(example)}`;
  const more = `Each can come from the environment too${variable}. A flag wins over the environment, that over the file.`;
  return `${[...entries, config].join('\n')}\n\n${wrapped(more, 80).join('\n')}\n`;
}

function entryText(title: string, text: string): string {
  const lines = wrapped(text, 80 - indent.length).map((line) => `${indent}${line}`);
  return `  ${title}\n${lines.join('\n')}`;
}

const indent = '      ';

/** Lines of at most `width` characters; a longer word stands alone. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}

function spelled({ name, placeholder }: Flag): string {
  return `--${name}${placeholder === '' ? '' : ` ${placeholder}`}`;
}
