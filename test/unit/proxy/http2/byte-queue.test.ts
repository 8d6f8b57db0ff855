import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteQueue } from '../../../../src/proxy/http2/byte-queue.ts';

test('what goes in comes out, in order, whatever the pieces', () => {
  const step = fc.oneof(
    fc.record({ add: fc.uint8Array({ maxLength: 9_000 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 17_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const queue = new ByteQueue();
      let held = Buffer.alloc(0);
      for (const each of steps) {
        if ('add' in each) {
          const bytes = Buffer.from(each.add);
          queue.append(bytes, 0, bytes.length);
          held = Buffer.concat([held, bytes]);
          bytes.fill(0);
        } else {
          const piece = queue.take(each.take);
          assert.ok(piece.length <= each.take);
          assert.equal(piece.length > 0, held.length > 0);
          assert.deepEqual(piece, held.subarray(0, piece.length));
          held = held.subarray(piece.length);
        }
        assert.equal(queue.length, held.length);
      }
    }),
    { numRuns: 200 },
  );
});

test('a piece that was taken stays as it is while more is added', () => {
  const queue = new ByteQueue();
  queue.append(Buffer.from('first'), 0, 5);
  const piece = queue.take(5);
  queue.append(Buffer.from('other'), 0, 5);
  assert.equal(piece.toString(), 'first');
});

test('a queue that was cleared is as good as new', () => {
  const queue = new ByteQueue();
  queue.append(Buffer.alloc(10_000), 0, 10_000);
  queue.take(100);
  queue.clear();
  assert.equal(queue.length, 0);
  queue.append(Buffer.from('next'), 0, 4);
  assert.equal(queue.take(9).toString(), 'next');
});
