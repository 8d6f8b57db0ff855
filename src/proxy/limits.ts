/** How much of everything one proxy thread grants. Times in milliseconds, sizes in bytes. */
export interface Limits {
  /** A request head, from its first byte to the empty line. Above: 431. */
  readonly headBytes: number;
  /** One header line, and the trailers' lines too. Above: 431. */
  readonly lineBytes: number;
  /** The request target. Above: 414. */
  readonly targetBytes: number;
  /** Header lines of one head. Above: 431, never cut off in silence. */
  readonly headerCount: number;
  /** The head of an upstream's answer. Above: 502. */
  readonly responseHeadBytes: number;
  readonly responseHeaderCount: number;
  /** Informational (1xx) answers before the final one. Above: 502. */
  readonly informationalCount: number;
  /** Bytes of later requests that are held while an answer is awaited; above, reading pauses. */
  readonly pipelinedBytes: number;
  /** From the first byte of a head (on a new connection: from its start) to its end. Then 408. */
  readonly headMs: number;
  /** Longest silence inside a request body. Then 408. */
  readonly bodyIdleMs: number;
  /** Silence between two requests of a connection. Then it is closed. */
  readonly keepAliveMs: number;
  /** How long a client may leave a full send buffer untouched. Then its connection is closed. */
  readonly clientStallMs: number;
  /** How long bytes of a client that we have finished with are read and dropped, so that it can read our answer. */
  readonly lingerMs: number;
  /** How long an idle connection stays open once draining has begun: a request may be on its way already. */
  readonly lastCallMs: number;
  /** Silence in both directions of a WebSocket. Then both of its connections are closed. */
  readonly tunnelIdleMs: number;
  /** The same once one side has closed its sending side: the other may be gone too, without a word. */
  readonly tunnelHalfClosedMs: number;
  readonly connectMs: number;
  /** From the last byte sent upstream to the head of the answer. Then 504. */
  readonly firstByteMs: number;
  /** How long an unused upstream connection stays in the pool. */
  readonly poolIdleMs: number;
  /** Unused connections kept for one endpoint. */
  readonly poolIdleCount: number;
  /** Client connections of one proxy thread. At the limit idle ones are closed, then accepting pauses. */
  readonly connections: number;
  /** How often time limits are looked at; each may be exceeded by this much. */
  readonly tickMs: number;
}

export const defaultLimits: Limits = Object.freeze({
  headBytes: 16_384,
  lineBytes: 8_192,
  targetBytes: 8_192,
  headerCount: 100,
  responseHeadBytes: 65_536,
  responseHeaderCount: 256,
  informationalCount: 16,
  pipelinedBytes: 65_536,
  headMs: 10_000,
  bodyIdleMs: 30_000,
  keepAliveMs: 60_000,
  clientStallMs: 60_000,
  lingerMs: 2_000,
  lastCallMs: 1_000,
  tunnelIdleMs: 3_600_000,
  tunnelHalfClosedMs: 30_000,
  connectMs: 2_000,
  firstByteMs: 60_000,
  poolIdleMs: 50_000,
  poolIdleCount: 256,
  connections: 20_000,
  tickMs: 500,
});
