/** Time as this room sees it; handed in, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds that only grow: `process.hrtime`. */
  monotonicMs(): number;
  /** Milliseconds since the epoch, for what people read. */
  epochMs(): number;
  /** Calls back once after so many milliseconds; the function it gives cancels that. */
  after(delayMs: number, callback: () => void): () => void;
}
