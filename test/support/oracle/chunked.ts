import { type Cursor, fieldByte, hexDigit, tchar } from './cursor.ts';
import { readFields } from './fields.ts';
import type { OracleLimits } from './limits.ts';
import type { Reading } from './reading.ts';

/**
 * Reads a chunked body (RFC 9112 section 7.1) and leaves the cursor behind it. Stricter than the RFC: no blank anywhere in a size
 * line outside of a quoted string, at most eight digits, extensions and trailers no larger than a head together.
 */
export function readChunked(cursor: Cursor, reading: Reading, limits: OracleLimits): void {
  const extra = { left: limits.headBytes };
  for (;;) {
    const size = Number.parseInt(readSize(cursor), 16);
    cursor.meter(extra);
    readExtensions(cursor);
    cursor.meter(null);
    cursor.expect('\r\n');
    if (size === 0) break;
    reading.data(cursor.at, cursor.at + size);
    cursor.skip(size);
    cursor.expect('\r\n');
  }
  cursor.meter(extra);
  readFields(cursor, { lineBytes: limits.lineBytes, count: limits.headerCount, tooLarge: 400 });
  cursor.meter(null);
  cursor.expect('\r\n');
}

function readSize(cursor: Cursor): string {
  let digits = '';
  while (hexDigit.test(cursor.peek())) {
    if (digits.length === 8) cursor.refuseNext(400);
    digits += cursor.take();
  }
  if (digits === '') cursor.refuseNext(400);
  return digits;
}

/** `*( ";" name [ "=" ( token / quoted-string ) ] )`, RFC 9112 section 7.1.1 without its BWS. */
function readExtensions(cursor: Cursor): void {
  while (cursor.peek() === ';') {
    cursor.take();
    if (cursor.run(tchar) === '') cursor.refuseNext(400);
    if (cursor.peek() !== '=') continue;
    cursor.take();
    if (cursor.peek() === '"') readQuoted(cursor);
    else if (cursor.run(tchar) === '') cursor.refuseNext(400);
  }
}

/** quoted-string of RFC 9110 section 5.6.4. */
function readQuoted(cursor: Cursor): void {
  cursor.expect('"');
  for (;;) {
    if (!fieldByte.test(cursor.peek())) cursor.refuseNext(400);
    const character = cursor.take();
    if (character === '"') return;
    if (character !== '\\') continue;
    if (!fieldByte.test(cursor.peek())) cursor.refuseNext(400);
    cursor.take();
  }
}
