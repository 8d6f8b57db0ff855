import type { Log } from '../../../src/model/log.ts';

export interface LogNote {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps its lines. */
export function notingLog(): Log & { readonly notes: LogNote[] } {
  const notes: LogNote[] = [];
  const note = (level: keyof Log) => (fields: object, message: string) => {
    notes.push({ level, message, fields: fields as Record<string, unknown> });
  };
  return { notes, debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
}
