/** The answer of `/readyz`. */
export interface Readiness {
  readonly ready: boolean;
  /** What is missing, for people; empty where ready. */
  readonly missing: readonly string[];
}

export interface ReadinessFacts {
  /** Required kinds that have not synced since the start. */
  readonly unsyncedKinds: readonly string[];
  /** Index of each proxy thread that serves no table. */
  readonly threadsWithoutTable: readonly number[];
  readonly draining: boolean;
}

/** Ready is who has seen the whole cluster once and serves a table in every proxy thread, and is not about to go. */
export function readinessOf({ unsyncedKinds, threadsWithoutTable, draining }: ReadinessFacts): Readiness {
  const missing = [
    ...(draining ? ['draining'] : []),
    ...unsyncedKinds.map((kind) => `kind ${kind} has not synced`),
    ...threadsWithoutTable.map((index) => `proxy thread ${index} serves no table`),
  ];
  return { ready: missing.length === 0, missing };
}
