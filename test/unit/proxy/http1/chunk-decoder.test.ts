import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkDecoder, chunkEvent } from '../../../../src/proxy/http1/chunk-decoder.ts';
import { defaultLimits } from '../../../../src/proxy/limits.ts';

test('a decoder that is reset knows nothing of the body before', () => {
  const decoder = new ChunkDecoder(defaultLimits);
  const broken = Buffer.from('5;x\r\nhel');
  decoder.next(broken, 0, broken.length);
  decoder.next(broken, decoder.at, broken.length);
  decoder.reset();
  const whole = Buffer.from('0\r\n\r\n');
  assert.equal(decoder.next(whole, 0, whole.length), chunkEvent.end);
});
