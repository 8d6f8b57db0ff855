import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameTracker } from '../../../src/proxy/websocket-frames.ts';
import { frame } from '../../support/raw/websocket.ts';

const lengths = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(125, 126, 127, 65_535, 65_536));
const opcodes = fc.constantFrom(0, 1, 2, 9, 10);
const frames = fc.array(
  fc.tuple(lengths, opcodes).map(([length, opcode]) => frame(Buffer.alloc(length, 0x88), { opcode })),
  { maxLength: 6 },
);

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((at) => at % (bytes.length + 1)))].toSorted((a, b) => a - b);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const at of [...places, bytes.length]) {
    pieces.push(bytes.subarray(from, at));
    from = at;
  }
  return pieces;
}

test('in any split of any frames, a frame may stand exactly where one ends', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { maxLength: 8 }), (sent, cuts) => {
      const ends = new Set([0]);
      let end = 0;
      for (const { length } of sent) {
        end += length;
        ends.add(end);
      }
      const tracker = new FrameTracker();
      let at = 0;
      for (const piece of cut(Buffer.concat(sent), cuts)) {
        tracker.pass(Buffer.concat([Buffer.from('xx'), piece, Buffer.from('x')]), 2, 2 + piece.length);
        at += piece.length;
        assert.equal(tracker.isBetweenFrames, ends.has(at), `at ${at}`);
      }
    }),
    { numRuns: 500 },
  );
});

test('nothing may follow a Close', () => {
  const tracker = new FrameTracker();
  const close = frame(Buffer.from([3, 232]), { opcode: 8 });
  tracker.pass(close, 0, close.length);
  assert.equal(tracker.isBetweenFrames, false);
});

test('what is no frame of a server makes everything behind it uncertain', () => {
  const hello = frame('hello');
  for (const odd of [frame('masked', { masked: true }), Buffer.from([0x82, 127, ...Buffer.alloc(8, 255)])]) {
    const tracker = new FrameTracker();
    for (const bytes of [hello, odd, hello, hello]) tracker.pass(bytes, 0, bytes.length);
    assert.equal(tracker.isBetweenFrames, false);
  }
});

test('random bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const tracker = new FrameTracker();
      tracker.pass(bytes, 0, bytes.length);
      assert.equal(typeof tracker.isBetweenFrames, 'boolean');
    }),
    { numRuns: 1_000 },
  );
});
