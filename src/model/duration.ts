const unitMs: Readonly<Record<string, number>> = Object.freeze({
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
});

const part = /(\d+)(ns|us|µs|ms|s|m|h)/g;
const whole = /^(\d+(ns|us|µs|ms|s|m|h))+$/;

/**
 * Milliseconds of a length of time: a number of seconds, or text such as `500ms`, `10s` or `1m30s` (Go time.ParseDuration without
 * sign and fraction; Gateway API Duration). Text of digits alone is seconds. Parts of a millisecond are rounded up, so that
 * nothing but 0 becomes 0. Null for anything else, and for what cannot be counted exactly.
 */
export function parseDuration(value: number | string): number | null {
  if (typeof value === 'number') return exactly(value * 1_000);
  if (value.length > 64) return null;
  if (/^\d+$/.test(value)) return exactly(Number(value) * 1_000);
  if (!whole.test(value)) return null;
  let sum = 0;
  for (const [, digits = '', unit = ''] of value.matchAll(part)) sum += Number(digits) * (unitMs[unit] ?? 0);
  return exactly(Math.ceil(sum));
}

/** The shortest text that `parseDuration` reads as so many milliseconds. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0';
  for (const unit of ['h', 'm', 's']) {
    const size = unitMs[unit] ?? 1;
    if (ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

function exactly(ms: number): number | null {
  return Number.isSafeInteger(ms) && ms >= 0 ? ms : null;
}
