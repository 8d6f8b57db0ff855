import { formatDuration, parseDuration } from '../model/duration.ts';
import {
  eachLimit,
  type LimitEntry,
  type LimitKey,
  type LimitUnit,
  limitEntry,
  limitKeys,
  type OwnLimits,
} from '../model/limits.ts';
import { nearestName } from '../model/nearest.ts';
import { type Flag, flag } from './flag.ts';
import { type Parsed, quote } from './values.ts';

const placeholders: Readonly<Record<LimitUnit, string>> = Object.freeze({
  time: 'TIME',
  bytes: 'SIZE',
  count: 'NUMBER',
  bytesPerSecond: 'SIZE',
});

const expected: Readonly<Record<LimitUnit, string>> = Object.freeze({
  time: 'a time such as 500ms, 10s or 1m30s',
  bytes: 'a size such as 8192, 16KiB or 1MiB',
  count: 'a whole number',
  bytesPerSecond: 'a size such as 240 or 1KiB',
});

const sizes: Readonly<Record<string, number>> = Object.freeze({ '': 1, KiB: 1_024, MiB: 1_048_576 });

/** A flag for every limit; the value is in the unit of the table. */
export const limitFlags: { readonly [Key in LimitKey]: Flag<number> } = Object.freeze(
  eachLimit((key) => {
    const entry = limitEntry(key);
    return flag(entry.flag, placeholders[entry.unit], (text) => parseLimit(entry, text), {
      help: `${entry.meaning} From ${rangeOf(entry)}.${isOwnLimit(key) ? ' An entry point may have its own.' : ''}`,
      shownDefault: shown(entry, entry.byDefault),
    });
  }),
);

/** True where an entry point may have a value of its own. */
export function isOwnLimit(key: LimitKey): boolean {
  return limitEntry(key).scope === 'entryPoint';
}

/** Reads `NAME=VALUE` as an entry point has it among its options, and adds it to `limits`; a sentence where that fails. */
export function addLimitOption(option: string, limits: { [Key in LimitKey]?: number }): string | null {
  const [name = '', ...rest] = option.split('=');
  const key = limitKeys.find((candidate) => limitEntry(candidate).flag === name);
  if (key === undefined) return unknownOption(option, name);
  if (!isOwnLimit(key)) return `the limit ${name} holds for all entry points: give it as --${name}`;
  if (rest.length === 0) return `the option ${name} needs a value, as in ${name}=${exampleOf(key)}`;
  if (limits[key] !== undefined) return `the option ${name} is given twice`;
  const parsed = parseLimit(limitEntry(key), rest.join('='));
  if ('problem' in parsed) return `${name}: ${parsed.problem}`;
  limits[key] = parsed.value;
  return null;
}

/** What entry points have for themselves, empty where they have nothing; as a part of an entry point. */
export function ownLimits(limits: OwnLimits): { readonly limits?: OwnLimits } {
  return Object.keys(limits).length === 0 ? {} : { limits: Object.freeze(limits) };
}

function unknownOption(option: string, name: string): string {
  const known = [
    'tls',
    'proxy-protocol',
    'named-only',
    ...limitKeys.filter(isOwnLimit).map((key) => limitEntry(key).flag),
  ];
  const nearest = nearestName(name, known);
  const hint = nearest === null ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`;
  return `unknown option ${quote(option)}; ${hint}`;
}

function exampleOf(key: LimitKey): string {
  const entry = limitEntry(key);
  return shown(entry, entry.byDefault);
}

/** Reads the value of one limit: a duration, a size, or a whole number, within the range of the table. */
function parseLimit(entry: LimitEntry, text: string): Parsed<number> {
  const value = entry.unit === 'time' ? parseDuration(text) : parseAmount(entry.unit, text);
  if (value !== null && value >= entry.least && value <= entry.most) return { value };
  if (value === 0 && entry.zero !== undefined) return { value };
  return { problem: `expected ${expected[entry.unit]}, from ${rangeOf(entry)}; got ${quote(text)}` };
}

function parseAmount(unit: LimitUnit, text: string): number | null {
  const [, digits, suffix = ''] = /^(\d{1,10})(KiB|MiB)?$/.exec(text) ?? [];
  if (digits === undefined || (unit === 'count' && suffix !== '')) return null;
  return Number(digits) * (sizes[suffix] ?? 1);
}

function rangeOf(entry: LimitEntry): string {
  const range = `${shown(entry, entry.least)} to ${shown(entry, entry.most)}`;
  return entry.zero === undefined ? range : `${range}; 0 ${entry.zero}`;
}

function shown({ unit }: LimitEntry, value: number): string {
  if (unit === 'time') return formatDuration(value);
  if (unit === 'count') return String(value);
  for (const suffix of ['MiB', 'KiB']) {
    const size = sizes[suffix] ?? 1;
    if (value >= size && value % size === 0) return `${value / size}${suffix}`;
  }
  return String(value);
}
