import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './command.ts';

/** Reads the words of a command. Throws `UsageError` for flags it does not have and values that are missing. */
export function readWords<const Options extends NonNullable<ParseArgsConfig['options']>>(
  argv: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (error) {
    const [sentence = ''] = String(error instanceof Error ? error.message : error).split('. ');
    throw new UsageError([sentence]);
  }
}

/** One of a closed list of words, or a problem. */
export function wordOf<Word extends string>(flag: string, text: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === text);
  if (word === undefined)
    throw new UsageError([`${flag}: expected ${words.join(', ')}, got ${JSON.stringify(text)}`]);
  return word;
}
