import { pino } from 'pino';
import type { Log } from '../model/log.ts';
import { type LogLevel, logLevels } from '../model/settings.ts';
import { formatPrettyLine } from './pretty-line.ts';

/** Where lines go; each text that is written is one line with its line feed. */
export interface LogStream {
  write(text: string): unknown;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  /** Standard output where absent. */
  readonly stream?: LogStream;
  /** Colours in pretty lines; no where absent. */
  readonly colours?: boolean;
  /** Milliseconds since the epoch; the clock of the system where absent. */
  readonly now?: () => number;
}

/** Makes a log that drops what is below its level and writes each line at once. */
export function createLog(options: LogOptions): Log {
  return options.format === 'json' ? createJsonLog(options) : createPrettyLog(options);
}

/** One JSON object a line: `level` in words, `time` (RFC 3339), the fields, `msg`. */
function createJsonLog({ level, stream = process.stdout, now = Date.now }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (text: string) => void stream.write(text) },
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

function createPrettyLog({
  level,
  stream = process.stdout,
  colours = false,
  now = Date.now,
}: LogOptions): Log {
  const least = logLevels.indexOf(level);
  const at = (name: 'debug' | 'info' | 'warn' | 'error') => {
    if (logLevels.indexOf(name) < least) return () => {};
    return (fields: object, message: string) => {
      stream.write(formatPrettyLine({ level: name, time: now(), fields, message }, colours));
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
