import type { RouteTimeouts } from '../model/route-timeouts.ts';
import type { Limits } from './limits.ts';

/** How long the requests of one route may wait for what, in milliseconds; 0 is for ever. */
export type Timeouts = Required<RouteTimeouts>;

/** Of exchanges that have no route. */
export const noTimeouts: Timeouts = Object.freeze({
  requestMs: 0,
  backendRequestMs: 0,
  connectMs: 0,
  firstByteMs: 0,
  answerIdleMs: 0,
  tunnelIdleMs: 0,
});

/** What a route says, else what holds for all of them. */
export function timeoutsOf(own: RouteTimeouts | undefined, limits: Limits): Timeouts {
  return Object.freeze({
    requestMs: own?.requestMs ?? 0,
    backendRequestMs: own?.backendRequestMs ?? 0,
    connectMs: own?.connectMs ?? limits.connectMs,
    firstByteMs: own?.firstByteMs ?? limits.firstByteMs,
    answerIdleMs: own?.answerIdleMs ?? limits.answerIdleMs,
    tunnelIdleMs: own?.tunnelIdleMs ?? limits.tunnelIdleMs,
  });
}
