export const byte = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  hash: 0x23,
  asterisk: 0x2a,
  dash: 0x2d,
  slash: 0x2f,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  semicolon: 0x3b,
  equals: 0x3d,
  backslash: 0x5c,
} as const;

/** 1 for each byte of a token (RFC 9110 section 5.6.2). */
export const tokenByte = table(
  "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
);

/** 1 for each byte of a field value: visible ASCII, blanks and obs-text (RFC 9110 section 5.5), so no CR, LF, NUL or control. */
export const valueByte = rangeTable(0x20, 0x7e, [byte.tab], 0x80);

/** 1 for each byte of a request target: visible ASCII without `#`, which no request target holds (RFC 9112 section 3.2). */
export const targetByte = targetTable();

/** Lower-case letters and digits as themselves; whatever else a name can hold as `-`, as gateways to CGI fold it. */
export const foldedByte = foldTable();

function table(characters: string): Uint8Array {
  const bytes = new Uint8Array(256);
  for (let index = 0; index < characters.length; index++) bytes[characters.charCodeAt(index)] = 1;
  return bytes;
}

function rangeTable(first: number, last: number, more: readonly number[], high: number): Uint8Array {
  const bytes = new Uint8Array(256);
  bytes.fill(1, first, last + 1);
  bytes.fill(1, high);
  for (const code of more) bytes[code] = 1;
  return bytes;
}

function targetTable(): Uint8Array {
  const bytes = new Uint8Array(256);
  bytes.fill(1, 0x21, 0x7f);
  bytes[byte.hash] = 0;
  return bytes;
}

function foldTable(): Uint8Array {
  const bytes = new Uint8Array(256).fill(byte.dash);
  for (let code = 0; code < 256; code++) {
    const lower = code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
    const isLetter = lower >= 0x61 && lower <= 0x7a;
    if (isLetter || (lower >= byte.zero && lower <= byte.nine)) bytes[code] = lower;
  }
  return bytes;
}
