/** A log line: a constant message and variable fields. `telemetry/log.ts` makes one with pino. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Drops everything; for tests and for commands that print their own lines. */
export const silentLog: Log = Object.freeze({ debug() {}, info() {}, warn() {}, error() {} });
