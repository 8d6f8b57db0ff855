import { type CelFunction, intOf, listOf, operands, textOf } from './call.ts';
import { CelError } from './syntax.ts';
import { noOverload, type Value } from './values.ts';

const maxLength = 1_000_000;

/** A function of a text and other texts. */
const texts =
  (run: (text: string, ...others: string[]) => Value): CelFunction =>
  (call) => {
    const [text = '', ...others] = operands(call).map(textOf);
    return run(text, ...others);
  };

/** Texts, with regular expressions in the syntax of RE2. Positions count characters. */
export const textFunctions: Readonly<Record<string, CelFunction>> = {
  charAt: (call) => {
    const characters = [...textOf(call.receiver)];
    const index = intOf(call.args[0]);
    if (index < 0 || index > characters.length) throw new CelError(`index out of range: ${index}`);
    return characters[index] ?? '';
  },
  contains: texts((text, part = '') => text.includes(part)),
  endsWith: texts((text, end = '') => text.endsWith(end)),
  find: ({ receiver, args }, patterns) => {
    const matcher = compiled(textOf(args[0]), patterns).matcher(textOf(receiver));
    return matcher.find() ? (matcher.group() ?? '') : '';
  },
  findAll: ({ receiver, args }, patterns) => {
    const matcher = compiled(textOf(args[0]), patterns).matcher(textOf(receiver));
    const limit = args[1] === undefined ? -1 : intOf(args[1]);
    const found: string[] = [];
    while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '');
    return found;
  },
  indexOf: (call) => position(call.receiver, call.args, 'indexOf'),
  join: ({ receiver, args }) => {
    const parts = listOf(receiver).map(textOf);
    const text = parts.join(args[0] === undefined ? '' : textOf(args[0]));
    if (text.length > maxLength) throw new CelError('text is too long');
    return text;
  },
  lastIndexOf: (call) => position(call.receiver, call.args, 'lastIndexOf'),
  lowerAscii: texts((text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())),
  matches: (call, patterns) => {
    const [text, pattern] = operands(call).map(textOf);
    const found = patterns.find(pattern ?? '', text ?? '');
    if (found === null) throw new CelError(`invalid regular expression: ${pattern}`);
    return found;
  },
  replace: ({ receiver, args }) => {
    const [from, to] = [textOf(args[0]), textOf(args[1])];
    const limit = args[2] === undefined ? -1 : intOf(args[2]);
    const parts = textOf(receiver).split(from);
    const count = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1);
    const text = [parts.slice(0, count + 1).join(to), ...parts.slice(count + 1)].join(from);
    if (text.length > maxLength) throw new CelError('text is too long');
    return text;
  },
  reverse: texts((text) => [...text].reverse().join('')),
  split: ({ receiver, args }) => {
    const separator = textOf(args[0]);
    const parts = textOf(receiver).split(separator);
    const limit = args[1] === undefined ? -1 : intOf(args[1]);
    if (limit < 0 || parts.length <= limit) return parts;
    return limit === 0 ? [] : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
  },
  startsWith: texts((text, start = '') => text.startsWith(start)),
  'strings.quote': texts((text) => JSON.stringify(text)),
  substring: ({ receiver, args }) => {
    const characters = [...textOf(receiver)];
    const start = intOf(args[0]);
    const end = args[1] === undefined ? characters.length : intOf(args[1]);
    if (start < 0 || end > characters.length || start > end) {
      throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
    }
    return characters.slice(start, end).join('');
  },
  trim: texts((text) => text.trim()),
  upperAscii: texts((text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase())),
};

function compiled(pattern: string, patterns: Parameters<CelFunction>[1]) {
  const regex = patterns.compile(pattern);
  if (regex === null) throw new CelError(`invalid regular expression: ${pattern}`);
  return regex;
}

function position(
  receiver: Value | undefined,
  args: readonly Value[],
  how: 'indexOf' | 'lastIndexOf',
): Value {
  if (typeof receiver !== 'string') throw noOverload();
  const index = args[1] === undefined ? undefined : intOf(args[1]);
  const found = index === undefined ? receiver[how](textOf(args[0])) : receiver[how](textOf(args[0]), index);
  return BigInt(found < 0 ? found : [...receiver.slice(0, found)].length);
}
