/** What a client's connection is doing. */
export const phase = {
  /** Between requests, or inside a head. */
  head: 0,
  /** A head has come; its body waits until the upstream is ready. */
  hold: 1,
  body: 2,
  /** The request has been read; its answer is awaited. */
  answer: 3,
  /** Bytes are no messages any more: they go to the exchange's tunnel. */
  tunnel: 4,
  /** All is said; what still comes is dropped until the client closes. */
  linger: 5,
  closed: 6,
} as const;
