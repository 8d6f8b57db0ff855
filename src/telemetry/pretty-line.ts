import { inspect } from 'node:util';
import { jsonLine, oneLine } from './plain-text.ts';

export interface PrettyEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly fields: object;
  readonly message: string;
}

const colourOf = { debug: 90, info: 32, warn: 33, error: 31 } as const;
const dim = 2;

/** A log line for people: `12:30:01.250 info  message key=value`, in UTC, with its line feed. */
export function formatPrettyLine(entry: PrettyEntry, colours: boolean): string {
  const paint = (text: string, colour: number) => (colours ? `\u001b[${colour}m${text}\u001b[0m` : text);
  const time = paint(new Date(entry.time).toISOString().slice(11, 23), dim);
  const level = paint(entry.level.padEnd(5), colourOf[entry.level]);
  const fields = Object.entries(entry.fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${paint(`${oneLine(name)}=`, dim)}${formatValue(value)}`);
  return `${time} ${level} ${oneLine(entry.message)}${fields.join('')}\n`;
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:@*+-]+$/.test(value) ? value : jsonLine(value);
  if (value instanceof Error) return jsonLine(String(value));
  try {
    return jsonLine(value) ?? oneLine(String(value));
  } catch {
    return oneLine(inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY }));
  }
}
