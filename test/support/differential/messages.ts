import { readChunked } from '../oracle/chunked.ts';
import { Cursor, NeedsMore } from '../oracle/cursor.ts';
import { type Field, framingOf, readFields } from '../oracle/fields.ts';
import type { OracleLimits } from '../oracle/limits.ts';
import { Reading } from '../oracle/reading.ts';

/** One message as it came over a connection. */
export interface WireMessage {
  readonly startLine: string;
  readonly fields: readonly Field[];
  readonly body: string;
  /** Bytes of the whole message. */
  readonly length: number;
}

const generous: OracleLimits = {
  headBytes: 65_536,
  lineBytes: 65_536,
  targetBytes: 65_536,
  headerCount: 500,
  responseHeadBytes: 65_536,
  responseHeaderCount: 500,
};

/**
 * The first message of a stream, or null where it is not whole yet. `hasNoBody` and `hasEnded` (no more bytes will come) are what a
 * reader of answers knows besides.
 */
export function readMessage(
  stream: string,
  hasNoBody: (status: string) => boolean = () => false,
  hasEnded = false,
): WireMessage | null {
  const cursor = new Cursor(stream);
  try {
    const startLine = cursor.run(/[^\r\n]/);
    cursor.expect('\r\n');
    const fields = readFields(cursor, { lineBytes: 65_536, count: 500, tooLarge: 400 });
    cursor.expect('\r\n');
    const isAnswer = startLine.startsWith('HTTP/');
    const framing = isAnswer && hasNoBody(startLine.slice(9, 12)) ? 0 : framingOf(fields, 1);
    if (framing === null) throw new Error(`doubtful framing: ${JSON.stringify(stream)}`);
    const body = readBody(cursor, framing === 'none' && !isAnswer ? 0 : framing, hasEnded);
    return { startLine, fields, body, length: cursor.at };
  } catch (cause) {
    if (cause instanceof NeedsMore) return null;
    throw cause;
  }
}

function readBody(cursor: Cursor, framing: 'none' | 'chunked' | number, hasEnded: boolean): string {
  const reading = new Reading(cursor.text);
  const { length } = cursor.text;
  if (framing === 'chunked') readChunked(cursor, reading, generous);
  else {
    const end = framing === 'none' ? length : cursor.at + framing;
    if (end > length || (framing === 'none' && !hasEnded)) throw new NeedsMore();
    reading.data(cursor.at, end);
    cursor.at = end;
  }
  return reading.after(length).body;
}
