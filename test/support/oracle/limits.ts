/** What is granted, in bytes and counts: the defaults as `docs/protocols.md` states them. */
export interface OracleLimits {
  readonly headBytes: number;
  readonly lineBytes: number;
  readonly targetBytes: number;
  readonly headerCount: number;
  readonly responseHeadBytes: number;
  readonly responseHeaderCount: number;
}

export const documentedLimits: OracleLimits = Object.freeze({
  headBytes: 16_384,
  lineBytes: 8_192,
  targetBytes: 8_192,
  headerCount: 100,
  responseHeadBytes: 65_536,
  responseHeaderCount: 256,
});

/** So little that short inputs reach every limit. */
export const tinyLimits: OracleLimits = Object.freeze({
  headBytes: 90,
  lineBytes: 28,
  targetBytes: 20,
  headerCount: 3,
  responseHeadBytes: 90,
  responseHeaderCount: 3,
});
