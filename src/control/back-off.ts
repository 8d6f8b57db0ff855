/** Delays before a crashed proxy thread is started again. */
export interface BackOffOptions {
  /** Before the first restart, in milliseconds; doubles with each crash in a row. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** A thread that ran this long has recovered: its next crash counts as the first again. */
  readonly stableAfterMs: number;
}

/** The delay after so many crashes in a row, at least one. */
export function backOffMs(crashes: number, { firstMs, mostMs }: BackOffOptions): number {
  return Math.min(firstMs * 2 ** Math.min(crashes - 1, 30), mostMs);
}
