/** Time as this room sees it; handed in, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds that only grow: `process.hrtime`. */
  monotonicMs(): number;
  /** Milliseconds since the epoch, for what people and other machines read. */
  epochMs(): number;
  /** Calls back once after so many milliseconds; the function it gives cancels that. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The time of this machine. */
export const systemClock: Clock = Object.freeze({
  monotonicMs: () => Number(process.hrtime.bigint() / 1000n) / 1000,
  epochMs: () => Date.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
});

/** Waits so many milliseconds, or until the signal is aborted. Never rejects. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return Promise.resolve();
  const done = (): void => {
    cancel();
    signal.removeEventListener('abort', done);
    resolve();
  };
  const cancel = clock.after(delayMs, done);
  signal.addEventListener('abort', done);
  return promise;
}
