import type { Duration, Timestamp } from './values.ts';

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** A duration as Go writes it: `1h30m`, `-1.5s`. Null if it is none. */
export function parseDuration(text: string): Duration | null {
  const match = /^([-+]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (!match || text.length > 100) return null;
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of (match[2] ?? '').matchAll(
    /(\d*)(?:\.(\d*))?([a-zµμ]+)/g,
  )) {
    const size = units[unit] ?? 0n;
    const scale = 10n ** BigInt(fraction.length);
    nanos += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / scale;
  }
  return { kind: 'duration', nanos: match[1] === '-' ? -nanos : nanos };
}

/** RFC 3339, or a date alone. Null if it is none. */
export function parseTimestamp(text: string): Timestamp | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[Tt](\d{2}:\d{2}:\d{2})(\.\d{1,9})?\d*([Zz]|[+-]\d{2}:\d{2}))?$/.exec(
    text,
  );
  if (!match) return null;
  const [, date, time = '00:00:00', fraction = '', zone = 'Z'] = match;
  const milliseconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return null;
  const nanos = BigInt(fraction.slice(1).padEnd(9, '0') || '0');
  return { kind: 'timestamp', nanos: BigInt(milliseconds) * 1_000_000n + nanos };
}

/** As Go prints it: seconds, with a fraction where there is one. */
export function printDuration({ nanos }: Duration): string {
  return `${Number(nanos) / 1e9}s`;
}

/** RFC 3339 in UTC, with a fraction where there is one. */
export function printTimestamp({ nanos }: Timestamp): string {
  const milliseconds = Number(nanos / 1_000_000n);
  const text = new Date(milliseconds).toISOString();
  const fraction = String(((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${text.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`;
}
