import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  huffmanBytes,
  huffmanDecode,
  huffmanEncode,
  mostDecodedBytes,
} from '../../../../src/proxy/http2/hpack/huffman.ts';

function encoded(text: string): string {
  const out = Buffer.alloc(huffmanBytes(text) + 8);
  const end = huffmanEncode(text, out, 2);
  assert.equal(end - 2, huffmanBytes(text));
  return out.toString('hex', 2, end);
}

function decoded(hex: string): string | null {
  const bytes = Buffer.from(`ff${hex}ff`, 'hex');
  const out = Buffer.alloc(mostDecodedBytes(bytes.length - 2));
  const length = huffmanDecode(bytes, 1, bytes.length - 1, out);
  return length < 0 ? null : out.toString('latin1', 0, length);
}

/** A text of 0 and 1 as hexadecimal. */
function hex(bits: string): string {
  return bits
    .replaceAll(' ', '')
    .replace(/.{8}/g, (byte) => Number.parseInt(byte, 2).toString(16).padStart(2, '0'));
}

test('the examples of RFC 7541 are coded and decoded as printed there', () => {
  const examples: readonly (readonly [string, string])[] = [
    ['www.example.com', 'f1e3c2e5f23a6ba0ab90f4ff'],
    ['no-cache', 'a8eb10649cbf'],
    ['custom-key', '25a849e95ba97d7f'],
    ['302', '6402'],
    ['private', 'aec3771a4b'],
    ['Mon, 21 Oct 2013 20:13:21 GMT', 'd07abe941054d444a8200595040b8166e082a62d1bff'],
    ['https://www.example.com', '9d29ad171863c78f0b97c8e9ae82ae43d3'],
    [
      'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
      '94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
    ],
  ];
  for (const [text, code] of examples) {
    assert.equal(encoded(text), code);
    assert.equal(decoded(code), text);
  }
});

test('every byte by itself is decoded as it was coded', () => {
  for (let code = 0; code < 256; code++) {
    const text = String.fromCharCode(code);
    assert.equal(decoded(encoded(text)), text);
    assert.equal(decoded(encoded(`a${text}${text}~`)), `a${text}${text}~`);
  }
});

test('texts of any bytes are decoded as they were coded', () => {
  const texts = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  fc.assert(fc.property(texts, (text) => decoded(encoded(text)) === text));
});

test('any bytes are either refused or decode to what is coded as the same bytes', () => {
  const bytes = fc.uint8Array({ maxLength: 24 }).map((chosen) => Buffer.from(chosen).toString('hex'));
  fc.assert(
    fc.property(bytes, (code) => {
      const text = decoded(code);
      return text === null || encoded(text) === code;
    }),
    { numRuns: 2_000 },
  );
});

test('padding is refused that is longer than 7 bits, or not all 1', () => {
  assert.equal(decoded(hex('00011 111')), 'a');
  assert.equal(decoded(hex('00011 110')), null);
  assert.equal(decoded(hex('00011 111 11111111')), null);
  assert.equal(decoded('ff'), null);
  assert.equal(decoded('ffff'), null);
  assert.equal(decoded(''), '');
  // `;` has 8 bits, and 7 are left.
  assert.equal(decoded(hex('11111011 00011 111 ').slice(0, 4)), ';a');
  // 0 to 7 bits of padding behind codes of 5 to 8 bits.
  for (const text of ['0', '00', '000', '0000', '00000', '000000', '0000000', '00000000']) {
    assert.equal(decoded(encoded(text)), text);
    assert.equal(decoded(`${encoded(text)}ff`), null, `${text} and 8 bits more`);
  }
});

test('EOS is refused wherever it stands', () => {
  const eos = '1'.repeat(30);
  assert.equal(decoded(hex(`${eos}11`)), null);
  assert.equal(decoded(hex(`00011${eos}00011`)), null);
  assert.equal(decoded(hex(`00011${eos}00011 00011 00011 00011 11111111`)), null);
  // The neighbour of EOS, 30 bits as well, is a byte: 0x16.
  assert.equal(decoded(hex(`${'1'.repeat(28)}1011`)), '\x16');
});

test('a code that is cut off is refused', () => {
  for (let code = 0; code < 256; code++) {
    const whole = encoded(String.fromCharCode(code, code, code, code));
    for (let length = 2; length < whole.length; length += 2) {
      const text = decoded(whole.slice(0, length));
      assert.ok(text === null || encoded(text) === whole.slice(0, length));
    }
  }
});
