import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChunkDecoder, chunkEvent } from '../../../../src/proxy/http1/chunk-decoder.ts';
import { defaultLimits } from '../../../../src/proxy/limits.ts';

interface Decoded {
  readonly end: number;
  readonly body: string;
  /** Bytes used up, counted over all slices. */
  readonly used: number;
}

/** Decodes a stream that comes in slices of the given sizes, over and over. */
function decode(stream: string, sizes: readonly number[]): Decoded {
  const decoder = new ChunkDecoder(defaultLimits);
  let body = '';
  let at = 0;
  for (let turn = 0; at < stream.length; turn++) {
    const slice = Buffer.from(stream.slice(at, at + (sizes[turn % sizes.length] ?? 1)), 'latin1');
    let event = decoder.next(slice, 0, slice.length);
    while (event === chunkEvent.data) {
      body += slice.toString('latin1', decoder.dataStart, decoder.dataEnd);
      event = decoder.next(slice, decoder.at, slice.length);
    }
    if (event !== chunkEvent.more) return { end: event, body, used: at + decoder.at };
    at += slice.length;
  }
  return { end: chunkEvent.more, body, used: at };
}

/** The same grammar as one regular expression per chunk; shares nothing with the decoder. */
function decodeByOracle(stream: string): Decoded | null {
  let body = '';
  let at = 0;
  for (;;) {
    const size =
      /^([0-9a-fA-F]{1,8})((?:;[!#$%&'*+\-.^_`|~0-9A-Za-z][\t\x20-\x3a\x3c-\x7e\x80-\xff]*)*)\r\n/.exec(
        stream.slice(at),
      );
    if (size === null) return null;
    at += size[0].length;
    const length = Number.parseInt(size[1] ?? '', 16);
    if (length === 0) break;
    if (stream.slice(at + length, at + length + 2) !== '\r\n') return null;
    body += stream.slice(at, at + length);
    at += length + 2;
  }
  const trailers = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/.exec(
    stream.slice(at),
  );
  return trailers === null ? null : { end: chunkEvent.end, body, used: at + trailers[0].length };
}

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
const chunk = fc
  .tuple(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc.constantFrom('', ';a', ';a=b', ';a="b c"', ';a;b'),
    fc.boolean(),
  )
  .map(([data, extension, isUpper]) => {
    const text = Buffer.from(data).toString('latin1');
    const size = text.length.toString(16);
    return { text, raw: `${isUpper ? size.toUpperCase() : size}${extension}\r\n${text}\r\n` };
  });
const stream = fc
  .tuple(
    fc.array(chunk, { maxLength: 6 }),
    fc.constantFrom('0', '00', '0;x'),
    fc.constantFrom('', 'T: u\r\n', 'A:\r\nB: c\r\n'),
  )
  .map(([chunks, last, trailers]) => ({
    body: chunks.map(({ text }) => text).join(''),
    raw: `${chunks.map(({ raw }) => raw).join('')}${last}\r\n${trailers}\r\n`,
  }));

test('any split of a chunked body gives the same body, and nothing behind it is touched', () => {
  fc.assert(
    fc.property(stream, sizes, ({ body, raw }, slices) => {
      assert.deepEqual(decode(`${raw}GET /next`, slices), { end: chunkEvent.end, body, used: raw.length });
    }),
    { numRuns: 1_000 },
  );
});

test('the decoder accepts what a plain oracle accepts, and nothing else', () => {
  const changed = fc
    .tuple(stream, fc.nat(), fc.constantFrom('\r', '\n', ' ', ';', '0', '5', 'g', '\x00', ':', ''))
    .map(([{ raw }, at, by]) => {
      const index = at % raw.length;
      return raw.slice(0, index) + by + raw.slice(index + 1);
    });
  fc.assert(
    fc.property(changed, sizes, (raw, slices) => {
      const oracle = decodeByOracle(raw);
      const decoded = decode(raw, slices);
      if (oracle !== null) assert.deepEqual(decoded, oracle);
      else assert.notEqual(decoded.end, chunkEvent.end);
    }),
    { numRuns: 3_000 },
  );
});

test('random bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), sizes, (random, slices) => {
      decode(Buffer.from(random).toString('latin1'), slices);
    }),
    { numRuns: 2_000 },
  );
});

test('a decoder that is reset knows nothing of the body before', () => {
  const decoder = new ChunkDecoder(defaultLimits);
  const broken = Buffer.from('5;x\r\nhel');
  decoder.next(broken, 0, broken.length);
  decoder.next(broken, decoder.at, broken.length);
  decoder.reset();
  const whole = Buffer.from('0\r\n\r\n');
  assert.equal(decoder.next(whole, 0, whole.length), chunkEvent.end);
});
