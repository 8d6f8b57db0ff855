import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type HeaderLines, lineKind } from '../../../../src/proxy/header-lines.ts';
import { RequestReader } from '../../../../src/proxy/http1/read-request.ts';
import { HpackDecoder } from '../../../../src/proxy/http2/hpack/decoder.ts';
import { encodeLines } from '../../../../src/proxy/http2/hpack/encode-lines.ts';
import { HpackEncoder, mostBlockBytes } from '../../../../src/proxy/http2/hpack/encoder.ts';
import { KnownHeaders } from '../../../../src/proxy/http2/hpack/known-headers.ts';
import { defaultLimits } from '../../../../src/proxy/limits.ts';
import { Collected, decodeBlock, type Header } from './collect.ts';

function encode(encoder: HpackEncoder, headers: readonly Header[]): Buffer {
  const characters = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  const out = Buffer.alloc(mostBlockBytes(characters) + 3);
  let at = encoder.begin(out, 3);
  for (const [name, value] of headers) at = encoder.header(name, value, out, at);
  assert.ok(at <= out.length, `${at} bytes in ${out.length}`);
  return out.subarray(3, at);
}

function hexOf(encoder: HpackEncoder, ...headers: readonly Header[]): string {
  return encode(encoder, headers).toString('hex');
}

function linesOf(...lines: readonly string[]): HeaderLines {
  const text = lines.map((line) => `${line}\r\n`).join('');
  const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: a.test\r\n${text}\r\n`, 'latin1');
  const reader = new RequestReader(defaultLimits);
  assert.ok(reader.read(bytes, 0, bytes.length) > 0);
  return reader.head.lines;
}

function encodeAll(encoder: HpackEncoder, lines: HeaderLines): Buffer {
  const out = Buffer.alloc(mostBlockBytes(lines.text.length + lines.own.length));
  const at = encodeLines(lines, encoder, out, encoder.begin(out, 0));
  assert.ok(at <= out.length);
  return out.subarray(0, at);
}

const value = fc.oneof(
  fc.stringMatching(/^[\x20-\x7e]{0,30}$/),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom('', 'GET', '/', 'gzip, deflate', '200', 'text/html'),
);
const name = fc.oneof(
  fc.constantFrom(
    ':method',
    ':path',
    'accept-encoding',
    'content-type',
    'cookie',
    'x-a',
    'x-token',
    'www-authenticate',
  ),
  fc.stringMatching(/^[a-z0-9-]{1,90}$/),
);
const headers = fc.array(fc.tuple(name, value), { maxLength: 12 });

describe('an encoder', () => {
  test('is understood by a decoder, whatever it encodes and however often', () => {
    fc.assert(
      fc.property(
        fc.array(headers, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(0, 60, 300, 4_096, 9_999),
        (blocks, size) => {
          const known = new KnownHeaders();
          const encoder = new HpackEncoder(size, known);
          const decoder = new HpackDecoder(4_096);
          for (const block of [...blocks, ...blocks, ...blocks]) {
            assert.deepEqual(decodeBlock(decoder, encode(encoder, block)), block);
            assert.ok(decoder.tableBytes <= size);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('sends what repeats as one byte from the third time on', () => {
    const encoder = new HpackEncoder(4_096);
    const header: Header = ['x-served', 'by a'];
    const plain = `0008${Buffer.from('x-served').toString('hex')}04${Buffer.from('by a').toString('hex')}`;
    assert.equal(hexOf(encoder, header), plain);
    assert.match(hexOf(encoder, header), /^40/);
    assert.equal(hexOf(encoder, header), 'be');
    assert.equal(hexOf(encoder, header), 'be');
  });

  test('takes from the static table what stands there', () => {
    const encoder = new HpackEncoder(4_096);
    const standing: readonly Header[] = [
      [':method', 'GET'],
      [':method', 'POST'],
      [':path', '/'],
      [':scheme', 'https'],
      [':status', '404'],
      ['accept-encoding', 'gzip, deflate'],
    ];
    assert.equal(hexOf(encoder, ...standing), '828384878d90');
    assert.equal(
      hexOf(encoder, ['accept', '*/*']),
      `0f04 03${Buffer.from('*/*').toString('hex')}`.replace(' ', ''),
    );
  });

  test('sends each status as itself', () => {
    const out = Buffer.alloc(16);
    for (let status = 100; status <= 999; status++) {
      const encoder = new HpackEncoder(4_096);
      const end = encoder.status(status, out, encoder.begin(out, 0));
      assert.deepEqual(decodeBlock(new HpackDecoder(4_096), Buffer.from(out.subarray(0, end))), [
        [':status', String(status)],
      ]);
    }
    assert.equal(new HpackEncoder(4_096).status(200, out, 0), 1);
  });

  test('lets secrets into no table, and asks others to do the same', () => {
    const secrets: readonly Header[] = [
      ['authorization', 'Basic YTpi'],
      ['cookie', 'a=b'],
      ['set-cookie', 'a=b; Secure'],
      ['proxy-authorization', 'Basic YTpi'],
      ['x-api-key', '1'],
      ['x-auth-token', 'abc'],
      ['x-csrf-token', 'abc'],
    ];
    const encoder = new HpackEncoder(4_096);
    const decoder = new HpackDecoder(4_096);
    for (let turn = 0; turn < 4; turn++) {
      const sink = new Collected();
      const block = encode(encoder, secrets);
      decoder.decode(block, 0, block.length, sink);
      assert.deepEqual(
        sink.secrets,
        secrets.map(([name]) => name),
      );
      assert.deepEqual(sink.headers, secrets);
      assert.equal(decoder.tableBytes, 0);
    }
  });

  test('keeps the table of each connection apart, however much they share', () => {
    const known = new KnownHeaders();
    const header: Header = ['x-served', 'by a'];
    const first = new HpackEncoder(4_096, known);
    const blocks = [1, 2, 3].map(() => hexOf(first, header));
    const second = new HpackEncoder(4_096, known);
    assert.deepEqual(
      [1, 2, 3].map(() => hexOf(second, header)),
      blocks,
    );
  });

  test('tells of the size of the table once, at the next block', () => {
    const encoder = new HpackEncoder(4_096);
    assert.equal(hexOf(encoder, [':method', 'GET']), '82');
    encoder.setPeerMaxTableBytes(65_536);
    assert.equal(hexOf(encoder, [':method', 'GET']), '82');
    encoder.setPeerMaxTableBytes(100);
    assert.equal(hexOf(encoder, [':method', 'GET']), '3f4582');
    assert.equal(hexOf(encoder, [':method', 'GET']), '82');
    encoder.setPeerMaxTableBytes(0);
    encoder.setPeerMaxTableBytes(50);
    encoder.setPeerMaxTableBytes(4_096);
    assert.equal(hexOf(encoder, [':method', 'GET']), '203fe11f82');
    assert.equal(hexOf(new HpackEncoder(0), [':method', 'GET']), '2082');
  });

  test('is in step with the decoder after its table was emptied', () => {
    const encoder = new HpackEncoder(4_096);
    const decoder = new HpackDecoder(4_096);
    const header: Header = ['x-served', 'by a'];
    for (let turn = 0; turn < 12; turn++) {
      if (turn === 5) {
        encoder.setPeerMaxTableBytes(0);
        decoder.setMaxTableBytes(0);
      }
      if (turn === 7) {
        encoder.setPeerMaxTableBytes(4_096);
        decoder.setMaxTableBytes(4_096);
      }
      assert.deepEqual(decodeBlock(decoder, encode(encoder, [header])), [header]);
    }
  });
});

describe('lines of a head', () => {
  test('are sent in lower case, without blanks around values, and without what is cut', () => {
    const lines = linesOf(
      'Content-TYPE:  text/html \t',
      'X-A:',
      'Connection: close',
      'X-B: c d',
      'X-Gone: 1',
    );
    lines.remove('x-gone');
    lines.set('Server', 'Fairlead');
    lines.append('X-B', 'e');
    const encoder = new HpackEncoder(4_096);
    const decoder = new HpackDecoder(4_096);
    for (let turn = 0; turn < 4; turn++) {
      assert.deepEqual(decodeBlock(decoder, encodeAll(encoder, lines)), [
        ['host', 'a.test'],
        ['content-type', 'text/html'],
        ['x-a', ''],
        ['x-b', 'c d'],
        ['server', 'Fairlead'],
        ['x-b', 'e'],
      ]);
    }
  });

  test('that somebody allows no table to hold are sent with the same wish', () => {
    const lines = linesOf('X-A: b', 'X-C: d');
    lines.kinds[1] = lineKind.secret;
    const encoder = new HpackEncoder(4_096);
    for (let turn = 0; turn < 3; turn++) {
      const block = encodeAll(encoder, lines);
      if (turn > 0) continue;
      const sink = new Collected();
      new HpackDecoder(4_096).decode(block, 0, block.length, sink);
      assert.deepEqual(sink.secrets, ['x-a']);
    }
  });

  test('of any shape fit into the room that is made for them', () => {
    const line = fc.tuple(fc.stringMatching(/^[A-Za-z0-9-]{1,200}$/), fc.stringMatching(/^[!-~]{0,400}$/));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (all) => {
        const lines = linesOf(...all.map(([name, text]) => `${name}:${text}`));
        const sent = lines.values('host');
        assert.equal(sent.length > 0, true);
        const found = decodeBlock(new HpackDecoder(4_096), encodeAll(new HpackEncoder(4_096), lines));
        assert.equal(typeof found === 'string' ? 0 : found[0]?.[1], 'a.test');
      }),
    );
  });
});
