/** A request that must never be seen as one, behind whatever hides it. */
export const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n';

/** Chunked bodies at fault, by what is wrong with them. */
export const chunkStreams: Readonly<Record<string, string>> = {
  'size with 0x': '0x5\r\nhello\r\n0\r\n\r\n',
  'size with a sign': '+5\r\nhello\r\n0\r\n\r\n',
  'negative size': '-5\r\nhello\r\n0\r\n\r\n',
  'size with an underscore': '0_5\r\nhello\r\n0\r\n\r\n',
  'blank before the size': ' 5\r\nhello\r\n0\r\n\r\n',
  'blank behind the size': '5 \r\nhello\r\n0\r\n\r\n',
  'no size': '\r\nhello\r\n0\r\n\r\n',
  'size that overflows 64 bits': '10000000000000005\r\nhello\r\n0\r\n\r\n',
  'size of nine digits': '000000005\r\nhello\r\n0\r\n\r\n',
  'bare semicolon': '5;\r\nhello\r\n0\r\n\r\n',
  'control byte in an extension': '5;a=\x01\r\nhello\r\n0\r\n\r\n',
  'extension of 64 KiB': `5;a=${'x'.repeat(65_536)}\r\nhello\r\n0\r\n\r\n`,
  'size line ended by LF': '5\nhello\r\n0\r\n\r\n',
  'size line ended by CR': '5\rhello\r\n0\r\n\r\n',
  'extension ended by LF': `5;a\nhello\r\n0\r\n\r\n`,
  'extension with a bare CR': `5;a\rx\r\nhello\r\n0\r\n\r\n`,
  'TERM.EXT: LF inside the last size line': `0;a\n\r\n${smuggled}`,
  'EXT.TERM: CR inside the last size line': `0;a\rb\r\n\r\n${smuggled}`,
  'data ended by LF': '5\r\nhello\n0\r\n\r\n',
  'data ended by CR': '5\r\nhello\r0\r\n\r\n',
  'SPILL: data longer than its size': '5\r\nhelloX\r\n0\r\n\r\n',
  'data shorter than its size': '6\r\nhello\r\n0\r\n\r\n',
  'data of two bytes too many': '5\r\nhelloXX0\r\n\r\n',
  'ZERO.TWO: last chunk ended by LF LF': '5\r\nhello\r\n0\n\n',
  'last chunk with CR CR LF': '0\r\r\n\r\n',
  'trailers ended by LF': '0\r\nA: b\n\r\n',
  'trailer with a blank before the colon': '0\r\nA : b\r\n\r\n',
  'folded trailer': '0\r\nA: b\r\n c\r\n\r\n',
  'trailer without a colon': '0\r\nA\r\n\r\n',
  'trailer with NUL': '0\r\nA: \x00\r\n\r\n',
  'empty line ended by CR X': `0\r\n\rX${smuggled}`,
  'extensions of 20 KiB in small pieces': `${`1;a="${'x'.repeat(95)}"\r\na\r\n`.repeat(200)}0\r\n\r\n`,
  'trailers of 20 KiB': `0\r\n${`A: ${'x'.repeat(95)}\r\n`.repeat(90)}${`A: ${'x'.repeat(1_500)}\r\n`.repeat(8)}\r\n`,
  '101 trailers': `0\r\n${'A: b\r\n'.repeat(101)}\r\n`,
  'extension without a name': '5;=x\r\nhello\r\n0\r\n\r\n',
  'extension with a bare semicolon at the last size': '0;\r\n\r\n',
  ...wrongEnds(),
};

/**
 * Every line end that is none, at every place where a chunked body has one: TERM.EXT, EXT.TERM, SPILL, ONE.TWO, TWO.ONE,
 * ZERO.TWO.
 */
function wrongEnds(): Record<string, string> {
  const places = [
    'behind a size',
    'behind an extension',
    'behind data',
    'behind the last size',
    'at the end',
  ];
  const ends = ['', '\n', '\r', '\n\r', '\n\n', '\r\r\n', '\r\n\r', '\r\n\n', 'XX', '\x0b', '\x85'];
  const cases: Record<string, string> = {};
  for (const [place, where] of places.entries()) {
    for (const end of ends) {
      // A whole end, behind which the next message begins.
      if (place === 4 && end.startsWith('\r\n')) continue;
      const at = (index: number): string => (index === place ? end : '\r\n');
      const stream = `1${at(0)}h;4;a=b${at(1)}ello${at(2)}0${at(3)}${at(4)}${smuggled}`;
      cases[`${JSON.stringify(end)} ${where}`] = stream.replace('h;4', `h\r\n4`);
    }
  }
  return cases;
}
