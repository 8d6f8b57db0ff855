import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HpackDecoder, hpackResult } from '../../../../src/proxy/http2/hpack/decoder.ts';
import { Collected, decodeBlock, type Header } from './collect.ts';
import { requestExamples, responseExamples } from './rfc7541-examples.ts';

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

function decodeAll(size: number, ...blocks: readonly string[]): (Header[] | string)[] {
  const decoder = new HpackDecoder(size);
  return blocks.map((block) => decodeBlock(decoder, bytesOf(block)));
}

describe('RFC 7541 Appendix C', () => {
  for (const { name, size, blocks, tableSizes } of [...requestExamples, ...responseExamples]) {
    test(`${name} is decoded, and the table is as large as printed there`, () => {
      const decoder = new HpackDecoder(size);
      for (const [index, { hex, headers }] of blocks.entries()) {
        assert.deepEqual(decodeBlock(decoder, bytesOf(hex)), headers);
        assert.equal(decoder.tableBytes, tableSizes[index]);
      }
    });
  }

  test('C.2: literals of each kind', () => {
    const added = '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572';
    assert.deepEqual(decodeAll(4_096, added, 'be'), [
      [['custom-key', 'custom-header']],
      [['custom-key', 'custom-header']],
    ]);
    assert.deepEqual(decodeAll(4_096, '040c 2f73 616d 706c 652f 7061 7468', 'be'), [
      [[':path', '/sample/path']],
      'malformed',
    ]);
    const sink = new Collected();
    const never = bytesOf('1008 7061 7373 776f 7264 0673 6563 7265 74');
    assert.equal(new HpackDecoder(4_096).decode(never, 0, never.length, sink), hpackResult.ok);
    assert.deepEqual(sink.headers, [['password', 'secret']]);
    assert.deepEqual(sink.secrets, ['password']);
    assert.deepEqual(decodeAll(4_096, '82'), [[[':method', 'GET']]]);
  });
});

test('a block is read from where it starts to where it ends', () => {
  const sink = new Collected();
  assert.equal(new HpackDecoder(4_096).decode(bytesOf('0082 8600'), 1, 3, sink), hpackResult.ok);
  assert.deepEqual(sink.headers, [
    [':method', 'GET'],
    [':scheme', 'http'],
  ]);
});

test('index 0, and an index behind the last entry, are malformed', () => {
  assert.deepEqual(decodeAll(4_096, '80'), ['malformed']);
  assert.deepEqual(decodeAll(4_096, 'bd'), [[['www-authenticate', '']]]);
  assert.deepEqual(decodeAll(4_096, 'be'), ['malformed']);
  assert.deepEqual(decodeAll(4_096, '7e 01 61'), ['malformed']);
  assert.deepEqual(decodeAll(4_096, '4001 6101 62', 'be', 'bf'), [[['a', 'b']], [['a', 'b']], 'malformed']);
});

test('integers may be written longer than need be, but not without end', () => {
  // 127 + 0, then 62 as five bytes would have it.
  assert.deepEqual(decodeAll(4_096, 'ff 00'), ['malformed']);
  assert.deepEqual(decodeAll(4_096, '007f 00 61'), ['malformed']);
  const name = `007f 8080 8000 ${'61'.repeat(127)} 0162`;
  assert.deepEqual(decodeAll(4_096, name), [[['a'.repeat(127), 'b']]]);
  for (const integer of [
    'ff8080808000',
    'ffffffffff0f',
    'ffffffffffffffffff7f',
    'ff80',
    'ff',
    'ffffffff7f',
  ]) {
    assert.deepEqual(decodeAll(4_096, integer), ['malformed'], integer);
  }
  // 2^32 more than 127.
  assert.deepEqual(decodeAll(4_096, `0001 61 7f8080808010 ${'61'.repeat(127)}`), ['malformed']);
  for (const length of ['7fffffff7f', '7fffffffff07', 'ffffffff7f', '7f8080808080']) {
    assert.deepEqual(decodeAll(4_096, `00 ${length} 61`), ['malformed'], length);
  }
});

test('a string that reaches beyond its block is malformed, wherever it is cut', () => {
  const whole = bytesOf('0085 f2b2 4a84 ff84 4a27 4f7f'.replaceAll(' ', ''));
  for (const block of [whole, bytesOf('4001 6101 62'), bytesOf('5f01 61'), bytesOf('3fe11f 7f02 4141')]) {
    for (let length = 1; length < block.length; length++) {
      const result = decodeBlock(new HpackDecoder(4_096), Buffer.from(block.subarray(0, length)));
      // A size alone is a block.
      assert.ok(result === 'malformed' || (result.length === 0 && block[0] === 0x3f), block.toString('hex'));
    }
  }
});

describe('sizes of the table', () => {
  test('stand at the begin of a block, and nowhere else', () => {
    assert.deepEqual(decodeAll(4_096, '20 82'), [[[':method', 'GET']]]);
    assert.deepEqual(decodeAll(4_096, '20 3fe11f 82'), [[[':method', 'GET']]]);
    assert.deepEqual(decodeAll(4_096, '82 20'), ['malformed']);
    assert.deepEqual(decodeAll(4_096, '20'), [[]]);
  });

  test('above what was agreed are malformed', () => {
    assert.deepEqual(decodeAll(4_096, '3fe11f'), [[]]);
    assert.deepEqual(decodeAll(4_096, '3fe21f'), ['malformed']);
    assert.deepEqual(decodeAll(256, '3fe101'), [[]]);
    assert.deepEqual(decodeAll(256, '3fe201'), ['malformed']);
  });

  test('drop what does not fit any more, and a larger one does not bring it back', () => {
    // 34 bytes each.
    const two = '4001 6101 62 4001 6301 64';
    assert.deepEqual(decodeAll(4_096, two, '3f24 be', 'bf'), [
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      [['c', 'd']],
      'malformed',
    ]);
    assert.deepEqual(decodeAll(4_096, two, '20 3fe11f', 'be')[2], 'malformed');
  });

  test('must come where less was agreed than the table may be', () => {
    const decoder = new HpackDecoder(4_096);
    decoder.setMaxTableBytes(100);
    assert.equal(decodeBlock(decoder, bytesOf('82')), 'malformed');
    const obedient = new HpackDecoder(4_096);
    obedient.setMaxTableBytes(100);
    assert.deepEqual(decodeBlock(obedient, bytesOf('3f45 82')), [[':method', 'GET']]);
    assert.deepEqual(decodeBlock(obedient, bytesOf('82')), [[':method', 'GET']]);
    obedient.setMaxTableBytes(4_096);
    assert.deepEqual(decodeBlock(obedient, bytesOf('3fe11f 82')), [[':method', 'GET']]);
  });

  test('an entry that is larger than the table empties it and is told all the same', () => {
    const large = `40 01 62 7f 01 ${'63'.repeat(128)}`;
    assert.deepEqual(decodeAll(160, '4001 6101 62', large, 'be'), [
      [['a', 'b']],
      [['b', 'c'.repeat(128)]],
      'malformed',
    ]);
  });

  test('a name may be taken from the entry that its own header drives out', () => {
    // 38 bytes each, in a table of 60.
    assert.deepEqual(decodeAll(60, '4003 616263 03646566', '7e 03676869', 'be', 'bf'), [
      [['abc', 'def']],
      [['abc', 'ghi']],
      [['abc', 'ghi']],
      'malformed',
    ]);
  });
});

test('the table is right after thousands of headers of any size', () => {
  const decoder = new HpackDecoder(500);
  const kept: Header[] = [];
  for (let turn = 0; turn < 5_000; turn++) {
    const name = `n${turn}`;
    const value = 'v'.repeat((turn * 7) % 90);
    const block = Buffer.concat([
      Buffer.from([0x40, name.length]),
      Buffer.from(name),
      Buffer.from([value.length]),
      Buffer.from(value),
    ]);
    assert.deepEqual(decodeBlock(decoder, block), [[name, value]]);
    kept.unshift([name, value]);
    let size = 0;
    kept.splice(
      kept.findIndex(([n, v]) => {
        size += n.length + v.length + 32;
        return size > 500;
      }) >>> 0,
    );
    const references = Buffer.from(kept.map((_, index) => 0x80 + 62 + index));
    if (turn % 50 === 0) assert.deepEqual(decodeBlock(decoder, references), kept);
  }
});

test('a sink that has had enough is told no more, and the table is right for the next block', () => {
  const decoder = new HpackDecoder(4_096);
  const block = bytesOf('4001 6101 62 4001 6301 64 82 0001 6501 66 4001 6701 68');
  const sink = new Collected(1);
  assert.equal(decoder.decode(block, 0, block.length, sink), hpackResult.tooLarge);
  assert.equal(sink.told, 1);
  assert.deepEqual(decodeBlock(decoder, bytesOf('be bf c0')), [
    ['g', 'h'],
    ['c', 'd'],
    ['a', 'b'],
  ]);
});

test('what is malformed is found also where the sink has had enough', () => {
  for (const rest of ['80', 'be', '20', '0001 6185 ffffffff ff']) {
    const block = bytesOf(`82 ${rest}`);
    const sink = new Collected(1);
    assert.equal(new HpackDecoder(4_096).decode(block, 0, block.length, sink), hpackResult.malformed, rest);
  }
});

test('a block of references to a large entry is told up to the limit, and adds nothing to memory', () => {
  const decoder = new HpackDecoder(4_096);
  const value = 'x'.repeat(4_000);
  const large = Buffer.concat([bytesOf('4001 61 7f a11e'), Buffer.from(value)]);
  assert.deepEqual(decodeBlock(decoder, large), [['a', value]]);
  const bomb = Buffer.alloc(1_000_000, 0xbe);
  const sink = new Collected(5);
  assert.equal(decoder.decode(bomb, 0, bomb.length, sink), hpackResult.tooLarge);
  assert.equal(sink.told, 5);
  assert.ok(decoder.tableBytes <= 4_096);
});

test('any bytes are decoded or refused, and never throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 4 }), (blocks) => {
      const decoder = new HpackDecoder(256);
      for (const block of blocks) {
        if (decodeBlock(decoder, Buffer.from(block)) === 'malformed') break;
        assert.ok(decoder.tableBytes <= 256);
      }
    }),
    { numRuns: 2_000 },
  );
});
