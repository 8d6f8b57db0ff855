import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptBody } from '../../../../src/proxy/http2/kept-body.ts';

const piece = (length: number): Buffer => Buffer.alloc(length, 'x');

test('a kept body is given back once, in order, and is a copy', () => {
  const total = { bytes: 0 };
  const body = new KeptBody(total);
  const bytes = Buffer.from('-hello-');
  body.add(bytes, 1, 3);
  body.add(bytes, 3, 6);
  bytes.fill(0);
  assert.equal(total.bytes, 5);
  assert.equal(Buffer.concat(body.take() ?? []).toString(), 'hello');
  assert.equal(body.take(), null);
  assert.equal(total.bytes, 0);
});

test('a body above 64 KiB, or in very many pieces, is not kept, and its memory is free at once', () => {
  const total = { bytes: 0 };
  const whole = new KeptBody(total);
  whole.add(piece(65_536), 0, 65_536);
  const large = new KeptBody(total);
  large.add(piece(65_536), 0, 65_536);
  large.add(piece(1), 0, 1);
  const tiny = new KeptBody(total);
  for (let count = 0; count < 65; count++) tiny.add(piece(1), 0, 1);
  assert.equal(total.bytes, 65_536);
  assert.deepEqual([large.take(), tiny.take(), whole.take()?.length], [null, null, 1]);
  assert.equal(total.bytes, 0);
  // It stays so.
  tiny.add(piece(1), 0, 1);
  assert.equal(tiny.take(), null);
});

test('all bodies together take no more than 4 MiB', () => {
  const total = { bytes: 0 };
  const bodies = Array.from({ length: 70 }, () => new KeptBody(total));
  for (const body of bodies) body.add(piece(65_536), 0, 65_536);
  assert.equal(total.bytes, 4_194_304);
  assert.equal(bodies.filter((body) => body.take() !== null).length, 64);
  assert.equal(total.bytes, 0);
});
