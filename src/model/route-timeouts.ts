/**
 * Timeouts that a route has for itself, in milliseconds; 0 turns one off. Where one is absent, the limit of the same kind holds;
 * `requestMs` and `backendRequestMs` are off then.
 */
export interface RouteTimeouts {
  /** From the first byte of the request to the last one of the answer; for a WebSocket, to its 101. Then 504. */
  readonly requestMs?: number;
  /** The same for one attempt at one endpoint, from choosing it. Then 504. */
  readonly backendRequestMs?: number;
  readonly connectMs?: number;
  readonly firstByteMs?: number;
  readonly answerIdleMs?: number;
  readonly tunnelIdleMs?: number;
}
