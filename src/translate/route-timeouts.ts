import type { RouteTimeoutsSpec } from '../api/route-timeouts.ts';
import { parseDuration } from '../model/duration.ts';
import type { RouteTimeouts } from '../model/route-timeouts.ts';

const fields = Object.freeze({
  request: 'requestMs',
  backendRequest: 'backendRequestMs',
  connect: 'connectMs',
  firstByte: 'firstByteMs',
  idle: 'answerIdleMs',
  tunnelIdle: 'tunnelIdleMs',
} as const satisfies Record<keyof RouteTimeoutsSpec, keyof RouteTimeouts>);

/** What a route says of its timeouts, as a part of its action; nothing where it says nothing. */
export function timeoutsPart(spec: RouteTimeoutsSpec | undefined): { readonly timeouts?: RouteTimeouts } {
  const timeouts: Partial<Record<keyof RouteTimeouts, number>> = {};
  for (const [field, name] of Object.entries(fields)) {
    const written = spec?.[field as keyof RouteTimeoutsSpec];
    const ms = written === undefined ? null : parseDuration(written);
    if (ms !== null) timeouts[name] = ms;
  }
  return Object.keys(timeouts).length === 0 ? {} : { timeouts };
}
