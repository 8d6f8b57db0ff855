/**
 * The length of each byte's code in bits, then that of EOS (RFC 7541 Appendix B). The code is canonical: codes of one length stand in
 * the order of their symbols, and shorter ones come first; so lengths are all there is to know.
 */
const codeBits: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const endOfString = 256;
const longest = 30;
/** Codes up to this length are found by one look at a table; that is all visible ASCII that is not rare. */
const quickBits = 10;

interface Tables {
  /** Bits and code of each symbol. */
  readonly bits: Uint8Array;
  readonly codes: Uint32Array;
  /** By the next `quickBits` bits: `symbol << 4 | length`, or 0 where the code is longer. */
  readonly quick: Uint16Array;
  /** By length: the first code of it, aligned to the left of `longest` bits; and that of the end of its codes. */
  readonly firstCode: Uint32Array;
  readonly endOf: Uint32Array;
  /** By length: where its symbols begin in `symbols`. */
  readonly offset: Uint16Array;
  readonly symbols: Uint16Array;
}

const tables = buildTables();

function buildTables(): Tables {
  const symbols = Uint16Array.from(
    codeBits.map((_, symbol) => symbol).sort((a, b) => (codeBits[a] ?? 0) - (codeBits[b] ?? 0) || a - b),
  );
  const bits = Uint8Array.from(codeBits);
  const codes = new Uint32Array(codeBits.length);
  const quick = new Uint16Array(1 << quickBits);
  const firstCode = new Uint32Array(longest + 1);
  const endOf = new Uint32Array(longest + 1);
  const offset = new Uint16Array(longest + 1);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= longest; length++) {
    code <<= 1;
    firstCode[length] = code;
    offset[length] = index;
    while (bits[symbols[index] ?? 0] === length && index < symbols.length) {
      const symbol = symbols[index++] ?? 0;
      codes[symbol] = code;
      if (length <= quickBits) {
        const from = code << (quickBits - length);
        quick.fill((symbol << 4) | length, from, from + (1 << (quickBits - length)));
      }
      code++;
    }
    endOf[length] = code << (longest - length);
  }
  return { bits, codes, quick, firstCode, endOf, offset, symbols };
}

/** The most bytes that so many bytes of code stand for: the shortest code has 5 bits. */
export function mostDecodedBytes(encoded: number): number {
  return Math.floor((encoded * 8) / 5);
}

/**
 * Decodes the bytes from `start` to `end` into `out`, which has room for `mostDecodedBytes`. Returns how many bytes it wrote, or -1
 * where EOS is in it, or where what is left at the end is no padding: fewer than 8 bits, all of them 1 (RFC 7541 section 5.2).
 */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  const { quick } = tables;
  let window = 0;
  let filled = 0;
  let at = start;
  let length = 0;
  for (;;) {
    while (filled <= 22 && at < end) {
      window = (window << 8) | (bytes[at++] ?? 0);
      filled += 8;
    }
    if (filled < quickBits) break;
    const found = quick[(window >>> (filled - quickBits)) & 0x3ff] ?? 0;
    if (found !== 0) {
      out[length++] = found >>> 4;
      filled -= found & 15;
      continue;
    }
    const used = at * 8 - filled;
    const taken = longCode(bytes, used, end);
    if (taken < 0) return -1;
    out[length++] = taken & 0xff;
    const next = used + (taken >>> 8);
    at = (next + 7) >>> 3;
    filled = at * 8 - next;
    window = bytes[at - 1] ?? 0;
  }
  return finish(window, filled, out, length);
}

/** The code longer than `quickBits` that stands at a bit: `length << 8 | symbol`, or -1. */
function longCode(bytes: Uint8Array, bit: number, end: number): number {
  const { endOf, firstCode, offset, symbols } = tables;
  const aligned = bitsAt(bytes, bit, end);
  const left = end * 8 - bit;
  for (let length = quickBits + 1; length <= longest && length <= left; length++) {
    if (aligned >= (endOf[length] ?? 0)) continue;
    const code = aligned >>> (longest - length);
    const symbol = symbols[(offset[length] ?? 0) + code - (firstCode[length] ?? 0)] ?? endOfString;
    return symbol === endOfString ? -1 : (length << 8) | symbol;
  }
  return -1;
}

/** The next `longest` bits; behind the end there are only 1s. */
function bitsAt(bytes: Uint8Array, bit: number, end: number): number {
  const at = bit >>> 3;
  const skip = bit & 7;
  let high = 0;
  for (let index = at; index < at + 4; index++)
    high = (high << 8) | (index < end ? (bytes[index] ?? 0) : 0xff);
  const low = at + 4 < end ? (bytes[at + 4] ?? 0) : 0xff;
  return ((high << skip) | (low >>> (8 - skip))) >>> (32 - longest);
}

/** Fewer bits than `quickBits` are left: codes, and padding. */
function finish(window: number, left: number, out: Uint8Array, decoded: number): number {
  const { quick } = tables;
  let filled = left;
  let length = decoded;
  while (filled > 0) {
    const ones = (1 << filled) - 1;
    const rest = window & ones;
    if (rest === ones && filled < 8) return length;
    const missing = quickBits - filled;
    const found = quick[(rest << missing) | ((1 << missing) - 1)] ?? 0;
    const bits = found & 15;
    if (found === 0 || bits > filled) return -1;
    out[length++] = found >>> 4;
    filled -= bits;
  }
  return length;
}

/** How many bytes the code of a text takes; `text` holds characters up to U+00FF. */
export function huffmanBytes(text: string): number {
  const { bits } = tables;
  let total = 0;
  for (let index = 0; index < text.length; index++) total += bits[text.charCodeAt(index)] ?? 0;
  return (total + 7) >>> 3;
}

/** Writes the code of a text and its padding, and returns the offset behind it. */
export function huffmanEncode(text: string, out: Uint8Array, at: number): number {
  const { bits, codes } = tables;
  let next = at;
  // Bits that do not fill a byte.
  let pending = 0;
  let filled = 0;
  for (let index = 0; index < text.length; index++) {
    const symbol = text.charCodeAt(index);
    const code = codes[symbol] ?? 0;
    let length = bits[symbol] ?? 0;
    while (length > 0) {
      const taken = Math.min(8 - filled, length);
      length -= taken;
      pending = (pending << taken) | ((code >>> length) & ((1 << taken) - 1));
      filled += taken;
      if (filled === 8) {
        out[next++] = pending;
        pending = 0;
        filled = 0;
      }
    }
  }
  if (filled > 0) out[next++] = (pending << (8 - filled)) | (0xff >>> filled);
  return next;
}
