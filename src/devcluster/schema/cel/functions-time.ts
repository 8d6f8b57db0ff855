import type { CelFunction } from './call.ts';
import { isKind, noOverload, type Value } from './values.ts';

/** Parts of times in UTC, and lengths of durations. */
export const timeFunctions: Readonly<Record<string, CelFunction>> = {
  getDate: part((date) => date.getUTCDate()),
  getDayOfMonth: part((date) => date.getUTCDate() - 1),
  getDayOfWeek: part((date) => date.getUTCDay()),
  getDayOfYear: part((date) =>
    Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / 86_400_000),
  ),
  getFullYear: part((date) => date.getUTCFullYear()),
  getHours: part((date) => date.getUTCHours(), 3_600_000_000_000n),
  getMilliseconds: part((date) => date.getUTCMilliseconds(), 1_000_000n),
  getMinutes: part((date) => date.getUTCMinutes(), 60_000_000_000n),
  getMonth: part((date) => date.getUTCMonth()),
  getSeconds: part((date) => date.getUTCSeconds(), 1_000_000_000n),
};

/** @param unit of a duration, in nanoseconds, where durations have this part too */
function part(read: (date: Date) => number, unit?: bigint): CelFunction {
  return ({ receiver, args }): Value => {
    if (args.length > 0) throw noOverload();
    if (isKind(receiver, 'timestamp')) return BigInt(read(new Date(Number(receiver.nanos / 1_000_000n))));
    if (unit !== undefined && isKind(receiver, 'duration')) return receiver.nanos / unit;
    throw noOverload();
  };
}
