import { z } from 'zod';
import { parseDuration } from '../model/duration.ts';
import { duration, notes } from './field.ts';

/** A day: longer is as good as never, which is 0. */
const mostMs = 86_400_000;
const range = 'must be a number of seconds, or numbers each with its unit such as "1m30s", from 1ms to 24h';

function timeout(description: string, whenAbsent: string) {
  return duration()
    .refine((value) => isWithin(value, 0), { error: `${range}, or 0 for never` })
    .exactOptional()
    .meta(notes(`${description} 0 is never.`, whenAbsent));
}

/** One that cannot be turned off. */
function requiredTimeout(description: string, whenAbsent: string) {
  return duration()
    .refine((value) => isWithin(value, 1), { error: range })
    .exactOptional()
    .meta(notes(description, whenAbsent));
}

function isWithin(value: number | string, leastMs: number): boolean {
  const ms = parseDuration(value);
  return ms !== null && ms >= leastMs && ms <= mostMs;
}

/**
 * `timeouts` of a route. `request` and `backendRequest` mean what they mean in an HTTPRoute (Gateway API HTTPRouteTimeouts).
 */
export const routeTimeoutsSchema = z.strictObject({
  request: timeout(
    'Longest time from the start of a request to the end of its answer; for a WebSocket, to its start. Then 504, or the end of an answer that has begun.',
    'never',
  ),
  backendRequest: timeout('The same for one attempt at one endpoint.', 'never'),
  connect: requiredTimeout(
    'Longest time to connect to an endpoint. Then another one is tried once, else 502.',
    '--upstream-connect-timeout',
  ),
  firstByte: timeout(
    'Longest time from the end of a request to the head of its answer. Then 504.',
    '--upstream-first-byte-timeout',
  ),
  idle: timeout(
    'Longest silence of the upstream inside an answer. Then the client connection is reset.',
    '--upstream-idle-timeout',
  ),
  tunnelIdle: timeout(
    'Longest silence in both directions of a WebSocket. Then it is closed.',
    '--tunnel-idle-timeout',
  ),
});

/** `timeouts` of a route, checked. */
export type RouteTimeoutsSpec = z.infer<typeof routeTimeoutsSchema>;
