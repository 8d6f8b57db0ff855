import type { Outcome } from '../model/outcome.ts';
import type { AccessLogFormat } from '../model/settings.ts';
import { accessLogFormatter } from './access-log.ts';
import { openLineDescriptor } from './line-descriptor.ts';
import { LineWriter } from './line-writer.ts';

/** Writes a line for each outcome. */
export interface AccessLog {
  finished(outcome: Outcome): void;
  /** Writes what waits, as far as it is taken within a second, and ends. */
  close(): Promise<void>;
}

export interface AccessLogOptions {
  readonly format: AccessLogFormat;
  /** 1 is standard output. Several threads may write to the same. */
  readonly descriptor: number;
  /** Colours in `dev` lines; no where absent. */
  readonly colours?: boolean;
  /** Called once when nothing can be written any more. */
  readonly onBroken?: (error: unknown) => void;
}

/** Opens the access log; with the format `off` it does nothing. */
export function openAccessLog({ format, descriptor, colours, onBroken }: AccessLogOptions): AccessLog {
  if (format === 'off') return { finished() {}, close: async () => {} };
  const formatOutcome = accessLogFormatter(format, colours);
  const target = openLineDescriptor(descriptor);
  const writer = new LineWriter({
    tryWrite: target.tryWrite,
    pieceBytes: target.pieceBytes,
    fills: target.takesPages && format === 'json',
    lostLine: (count) => lostLine(format, count),
    ...(onBroken === undefined ? {} : { onBroken }),
  });
  return {
    finished: (outcome) => writer.write(formatOutcome(outcome)),
    close: async () => {
      await writer.close();
      await target.close();
    },
  };
}

function lostLine(format: AccessLogFormat, count: number): string {
  const message = 'access log lines were dropped because nobody read them in time';
  return format === 'json' ? `${JSON.stringify({ message, dropped: count })}\n` : `# ${count} ${message}\n`;
}
