import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FrameReader, type FrameSink } from '../../../../src/proxy/http2/frame-reader.ts';
import { errorCode, frameFlag, frameType } from '../../../../src/proxy/http2/frames.ts';
import { frame } from '../../../support/http2/wire.ts';

/** What was told, with the parts of a DATA frame joined. */
class Told implements FrameSink {
  readonly frames: string[] = [];
  /** Padding counted for flow control, over all DATA frames. */
  padding = 0;
  parts = 0;
  reader: FrameReader | null = null;
  stopAt = Number.POSITIVE_INFINITY;
  #body = '';

  frame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    this.#add(`${type} ${flags} ${streamId} ${bytes.toString('hex', start, end)}`);
  }

  data(
    streamId: number,
    bytes: Buffer,
    start: number,
    end: number,
    last: boolean,
    flags: number,
    padding: number,
  ): void {
    this.parts++;
    this.padding += padding;
    this.#body += bytes.toString('hex', start, end);
    if (!last) return;
    this.#add(`0 ${flags} ${streamId} ${this.#body}`);
    this.#body = '';
  }

  #add(text: string): void {
    this.frames.push(text);
    if (this.frames.length >= this.stopAt) this.reader?.stop();
  }
}

interface Frame {
  readonly type: number;
  readonly flags?: number;
  readonly streamId?: number;
  readonly payload?: Buffer;
}

function bytesOf({ type, flags = 0, streamId = 0, payload = Buffer.alloc(0) }: Frame): Buffer {
  return frame(type, flags, streamId, payload);
}

function textOf({ type, flags = 0, streamId = 0, payload = Buffer.alloc(0) }: Frame, body = payload): string {
  return `${type} ${flags} ${streamId & 0x7fffffff} ${body.toString('hex')}`;
}

/** Reads bytes in pieces of the given sizes, over and over, each in memory that is used again. */
function read(
  bytes: Buffer,
  sizes: readonly number[] = [bytes.length],
): { told: Told; result: number; reader: FrameReader } {
  const told = new Told();
  const reader = new FrameReader(told);
  let result: number = errorCode.none;
  for (let at = 0, turn = 0; at < bytes.length && result === errorCode.none; turn++) {
    const size = Math.min(bytes.length - at, Math.max(1, sizes[turn % sizes.length] ?? 1));
    const memory = Buffer.concat([Buffer.from('xy'), bytes.subarray(at, at + size), Buffer.from('z')]);
    result = reader.read(memory, 2, 2 + size);
    memory.fill('?');
    at += size;
  }
  return { told, result, reader };
}

const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, index) => index & 0xff));
const settings = bytesOf({ type: frameType.settings });

const payload = fc.uint8Array({ maxLength: 60 }).map((chosen) => Buffer.from(chosen));
const streamId = fc.integer({ min: 0, max: 0x7fffffff });
const anyFrame = fc.oneof(
  fc.record({ type: fc.constant(frameType.data), flags: fc.constantFrom(0, 1), streamId, payload }),
  fc.record({ type: fc.constant(frameType.headers), flags: fc.constantFrom(0, 4, 5), streamId, payload }),
  fc.record({ type: fc.constant(frameType.continuation), flags: fc.constantFrom(0, 4), streamId, payload }),
  fc.record({ type: fc.constant(frameType.priority), streamId, payload }),
  fc.record({
    type: fc.constant(frameType.settings),
    payload: payload.map((all) => all.subarray(0, all.length - (all.length % 6))),
  }),
  fc.record({ type: fc.constant(frameType.ping), payload: fc.constant(bytes(8)) }),
  fc.record({
    type: fc.constantFrom(frameType.rstStream, frameType.windowUpdate),
    streamId,
    payload: fc.constant(bytes(4)),
  }),
);

describe('frames', () => {
  test('are told in order and whole, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        (frames, sizes) => {
          const { told, result } = read(Buffer.concat(frames.map(bytesOf)), sizes);
          assert.equal(result, errorCode.none);
          assert.deepEqual(
            told.frames,
            frames.map((frame) => textOf(frame)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test('the reserved bit of a stream is ignored', () => {
    const { told } = read(
      bytesOf({ type: frameType.headers, flags: 4, streamId: 0x80000003, payload: bytes(2) }),
    );
    assert.deepEqual(told.frames, ['1 4 3 0001']);
  });

  test('of unknown types come without their payload, and the next frame is found', () => {
    for (const size of [1, 5, 300]) {
      const { told, result } = read(
        Buffer.concat([bytesOf({ type: 0x42, flags: 7, streamId: 5, payload: bytes(200) }), settings]),
        [size],
      );
      assert.equal(result, errorCode.none);
      assert.deepEqual(told.frames, ['66 7 5 ', '4 0 0 ']);
    }
  });

  test('large ones that are cut are held only as far as they have come', () => {
    const { reader } = read(
      bytesOf({ type: frameType.headers, streamId: 1, payload: bytes(16_384) }).subarray(0, 40),
    );
    assert.ok(reader.heldBytes <= 256, `${reader.heldBytes} bytes`);
    const { told, reader: later } = read(
      bytesOf({ type: frameType.headers, streamId: 1, payload: bytes(16_384) }),
      [7_000],
    );
    assert.equal(told.frames[0], `1 0 1 ${bytes(16_384).toString('hex')}`);
    assert.equal(later.heldBytes, 0);
  });

  test('nothing is told of once reading was stopped', () => {
    const told = new Told();
    const reader = new FrameReader(told);
    told.reader = reader;
    told.stopAt = 1;
    const two = Buffer.concat([settings, settings]);
    assert.equal(reader.read(two, 0, two.length), errorCode.none);
    assert.equal(reader.read(two, 0, two.length), errorCode.none);
    assert.equal(told.frames.length, 1);
  });
});

describe('DATA', () => {
  test('comes in parts where it is cut, and never waits for the rest', () => {
    const frame = bytesOf({
      type: frameType.data,
      flags: frameFlag.endStream,
      streamId: 1,
      payload: bytes(100),
    });
    const { told, reader } = read(frame, [10]);
    assert.deepEqual(told.frames, [`0 1 1 ${bytes(100).toString('hex')}`]);
    assert.equal(told.parts, 11);
    assert.ok(reader.heldBytes <= 256);
  });

  test('is told without its padding, which is counted', () => {
    for (const pad of [0, 1, 7, 255]) {
      for (const length of [0, 1, 50]) {
        const payload = Buffer.concat([Buffer.from([pad]), bytes(length), Buffer.alloc(pad)]);
        const frame = { type: frameType.data, flags: frameFlag.padded, streamId: 3, payload };
        const whole = Buffer.concat([bytesOf(frame), settings]);
        for (const size of [1, 3, 11, whole.length]) {
          const { told, result } = read(whole, [size]);
          assert.equal(result, errorCode.none);
          assert.deepEqual(told.frames, [textOf(frame, bytes(length)), '4 0 0 ']);
          assert.equal(told.padding, pad + 1);
        }
      }
    }
  });

  test('that is nothing but more padding than it is long is an error of the connection', () => {
    for (const payload of [Buffer.from([1]), Buffer.from([3, 0, 0])]) {
      const { result, told } = read(
        bytesOf({ type: frameType.data, flags: frameFlag.padded, streamId: 1, payload }),
      );
      assert.equal(result, errorCode.protocol);
      assert.deepEqual(told.frames, []);
    }
  });
});

describe('sizes', () => {
  const lengths: readonly (readonly [
    type: number,
    flags: number,
    good: readonly number[],
    bad: readonly number[],
  ])[] = [
    [frameType.data, 0, [0, 1, 16_384], [16_385]],
    [frameType.data, frameFlag.padded, [1], [0]],
    [frameType.headers, 0, [0, 16_384], [16_385]],
    [frameType.headers, frameFlag.padded, [1], [0]],
    [frameType.headers, frameFlag.priority, [5, 6], [0, 4]],
    [frameType.headers, frameFlag.priority | frameFlag.padded, [6], [5]],
    [frameType.priority, 0, [5, 4], [16_385]],
    [frameType.rstStream, 0, [4], [0, 3, 5]],
    [frameType.settings, 0, [0, 6, 12], [1, 5, 7, 16_386]],
    [frameType.settings, frameFlag.ack, [0], [6]],
    [frameType.pushPromise, 0, [4], [0, 3]],
    [frameType.ping, 0, [8], [0, 7, 9]],
    [frameType.goAway, 0, [8, 20], [0, 7]],
    [frameType.windowUpdate, 0, [4], [0, 3, 5]],
    [frameType.continuation, 0, [0, 16_384], [16_385]],
    [0x42, 0, [0, 16_384], [16_385, 0xffffff]],
  ];
  for (const [type, flags, good, bad] of lengths) {
    test(`of type ${type} with flags ${flags}: ${bad.join(', ')} are errors, ${good.join(', ')} are none`, () => {
      for (const length of good) {
        const frame = bytesOf({ type, flags, streamId: 1, payload: Buffer.alloc(length) });
        assert.equal(read(frame).result, errorCode.none, `${length}`);
      }
      for (const length of bad) {
        const head = bytesOf({ type, flags, streamId: 1 });
        head.writeUIntBE(length, 0, 3);
        for (const size of [1, 9]) assert.equal(read(head, [size]).result, errorCode.frameSize, `${length}`);
      }
    });
  }
});
